/* parts.c - an experiment's sections as model, optimizer and loss */
#include "dnn-run.h"
#include "dnn-shape.h"

#include "dnn-model-file.h"
#include "dnn-objective.h"
#include "dnn-param.h"

#include <string.h>

/* --- the model ----------------------------------------------------------- */

typedef struct {
  const char *layers;
  const char *input_shape;
  const char *base;
  int64_t drop_last;
  const char *drop;
} ModelKeys;

static const DnnParam params[] = {
  DNN_ROW (ModelKeys, layers, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "the chain of layers", NULL),
  DNN_ROW (ModelKeys, input_shape, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "sizes of one sample, where no data tell", NULL),
  DNN_ROW (ModelKeys, base, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "a trained model to begin with", NULL),
  DNN_INT (ModelKeys, drop_last, "0", 0, 1e6, "layers",
           "layers of the base that are left out at its end"),
  DNN_ROW (ModelKeys, drop, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "glob over names of the base's layers to leave out", NULL),
};

static const DnnPlugin table = {
  .name = "model",
  .self_size = sizeof (ModelKeys),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

/* A section [layer NAME], as an element of a chain with that name. */
static DnnSpec *
section_to_spec (const DnnSpec *section, GError **error)
{
  const DnnArg *type = dnn_spec_find (section, "type");
  g_autoptr (DnnSpec) spec = NULL;

  if (type == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "[%s] type must be given",
                 section->name);
    dnn_error_prefix_place (error, section->place);
    return NULL;
  }
  spec = dnn_spec_parse (type->value, section->place, error);
  if (spec == NULL) {
    dnn_error_prefix_place (error, type->place);
    return NULL;
  }
  dnn_spec_add (spec, "name", section->name + strlen ("layer "),
                section->place);
  for (guint i = 0; i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (arg != type)
      dnn_spec_add (spec, arg->key, arg->value, arg->place);
  }
  return g_steal_pointer (&spec);
}

/* The layers, whichever way they are written. */
static GPtrArray *
collect_layers (const DnnExperiment *experiment, const ModelKeys *keys,
                GError **error)
{
  const DnnSpec *model = dnn_experiment_find (experiment, "model");
  g_autoptr (GPtrArray) specs = dnn_spec_list_new ();

  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const DnnSpec *section = dnn_experiment_section (experiment, i);
    DnnSpec *spec;

    if (!g_str_has_prefix (section->name, "layer "))
      continue;
    spec = section_to_spec (section, error);
    if (spec == NULL)
      return NULL;
    g_ptr_array_add (specs, spec);
  }
  if ((specs->len > 0) == (*keys->layers != '\0')) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "a model is written either as [model] layers = ..., or as "
                 "[layer NAME] sections");
    if (model != NULL)
      dnn_error_prefix_place (error, model->place);
    return NULL;
  }
  if (specs->len > 0)
    return g_steal_pointer (&specs);
  return dnn_spec_parse_chain (keys->layers,
                               dnn_spec_find (model, "layers")->place, error);
}

DnnBase *
dnn_experiment_load_base (DnnRegistry *registry,
                          const DnnExperiment *experiment, GError **error)
{
  const DnnSpec *section = dnn_experiment_find (experiment, "model");
  ModelKeys keys = { 0 };
  DnnBase *base;

  if (!dnn_param_apply (&table, section, NULL, &keys, error))
    return NULL;
  base = dnn_base_load (registry, keys.base, keys.drop_last, keys.drop, error);
  if (base == NULL && section != NULL) {
    g_prefix_error (error, "[model] base: ");
    dnn_error_prefix_place (error, section->place);
  }
  return base;
}

bool
dnn_experiment_has_base (const DnnExperiment *experiment)
{
  const char *base = dnn_experiment_get (experiment, "model", "base");

  return base != NULL && *base != '\0';
}

/* Puts the base's layers before those of the experiment. */
static GPtrArray *
prepend_base (DnnRegistry *registry, const DnnExperiment *experiment,
              GPtrArray *specs, GError **error)
{
  g_autoptr (DnnBase) base =
      dnn_experiment_load_base (registry, experiment, error);
  g_autoptr (GPtrArray) all = dnn_spec_list_new ();

  if (base == NULL)
    return NULL;
  for (guint i = 0; i < base->kept->len; i++)
    g_ptr_array_add (all, dnn_spec_copy (g_ptr_array_index (base->kept, i)));
  for (guint i = 0; i < specs->len; i++)
    g_ptr_array_add (all, dnn_spec_copy (g_ptr_array_index (specs, i)));
  return g_steal_pointer (&all);
}

bool
dnn_experiment_has_input_shape (const DnnExperiment *experiment)
{
  return dnn_experiment_get (experiment, "model", "input_shape") != NULL;
}

/* What is dropped is dropped from a base. */
static bool
check_drop (const DnnSpec *section, const ModelKeys *keys, GError **error)
{
  const char *key = keys->drop_last > 0 ? "drop_last" : "drop";

  if (*keys->base != '\0' || (keys->drop_last == 0 && *keys->drop == '\0'))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[model] %s needs a base = FILE.safetensors to drop from", key);
  dnn_error_prefix_place (error, dnn_spec_find (section, key)->place);
  return false;
}

DnnModel *
dnn_experiment_build_model (DnnRegistry *registry,
                            const DnnExperiment *experiment,
                            const DnnShape *input, GError **error)
{
  const DnnSpec *section = dnn_experiment_find (experiment, "model");
  g_autoptr (GPtrArray) specs = NULL;
  g_autoptr (GPtrArray) all = NULL;
  ModelKeys keys = { .layers = "", .input_shape = "", .base = "", .drop = "" };
  DnnShape shape = { 0 };

  if (!dnn_param_apply (&table, section, NULL, &keys, error) ||
      !check_drop (section, &keys, error))
    return NULL;
  if (*keys.input_shape != '\0') {
    if (!dnn_shape_parse (keys.input_shape, &shape, error)) {
      dnn_error_prefix_place (error,
                              dnn_spec_find (section, "input_shape")->place);
      return NULL;
    }
  } else if (input != NULL) {
    shape = *input;
  } else {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "[model] input_shape must be given where there is no [data]");
    return NULL;
  }
  specs = collect_layers (experiment, &keys, error);
  if (specs == NULL)
    return NULL;
  if (*keys.base == '\0')
    return dnn_model_new (registry, specs, &shape, error);
  all = prepend_base (registry, experiment, specs, error);
  return all != NULL ? dnn_model_new (registry, all, &shape, error) : NULL;
}

/* --- the optimizer ------------------------------------------------------- */

DnnSpec *
dnn_experiment_optimizer (const DnnExperiment *experiment, GError **error)
{
  const DnnSpec *section = dnn_experiment_find (experiment, "optimizer");
  const DnnArg *type = section != NULL ? dnn_spec_find (section, "type") : NULL;
  DnnSpec *spec;

  if (type == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[optimizer] type must be given, as in --set "
                 "optimizer.type=sgd");
    if (section != NULL)
      dnn_error_prefix_place (error, section->place);
    return NULL;
  }
  spec = dnn_spec_parse (type->value, section->place, error);
  for (guint i = 0; spec != NULL && i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (arg != type)
      dnn_spec_add (spec, arg->key, arg->value, arg->place);
  }
  return spec;
}

/* --- the loss ------------------------------------------------------------ */

static bool
fits (const DnnModel *model, const char *name, const DnnShape *target)
{
  g_autoptr (DnnObjective) objective = dnn_objective_new (
      dnn_model_registry (model), name, NULL, (DnnPlace){ 0 }, NULL);

  return objective != NULL && dnn_objective_is_usual (objective) &&
         dnn_objective_takes_logits (objective, model) &&
         dnn_objective_check (objective, model, target, NULL, NULL);
}

const char *
dnn_find_loss (const DnnModel *model, const DnnShape *target, GError **error)
{
  g_auto (GStrv) names =
      dnn_registry_names (dnn_model_registry (model), DNN_KIND_LOSS);
  const char *found = NULL;
  size_t n_found = 0;

  for (size_t i = 0; names[i] != NULL; i++)
    if (fits (model, names[i], target)) {
      found = g_intern_string (names[i]);
      n_found++;
    }
  if (n_found == 1)
    return found;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[train] loss must be given: the model and its targets do not "
               "tell it, as in --set train.loss=mean_squared_error");
  return NULL;
}
