/* dnn-model-section.c - reads [model] and [layer NAME] */
#include "dnn-model-section.h"

#include "dnn-expand.h"
#include "dnn-model-private.h"
#include "dnn-param.h"
#include "dnn-shape.h"

typedef struct {
  const char *layers;
  const char *input_shape;
  const char *target_shape;
  const char *base;
  int64_t drop_last;
  const char *drop;
  const char *base_parametrization;
  const char *base_parametrized;
  const char *outputs;
} ModelKeys;

static const DnnParam params[] = {
  DNN_ROW (ModelKeys, layers, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "the chain of layers", NULL),
  DNN_ROW (ModelKeys, input_shape, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "sizes of one sample, where no data tell", NULL),
  DNN_ROW (ModelKeys, target_shape, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "likewise of a sample's targets, where a layer takes them", NULL),
  DNN_ROW (ModelKeys, base, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "a trained model to begin with", NULL),
  DNN_INT (ModelKeys, drop_last, "0", 0, 1e6, "layers",
           "layers of the base that are left out at its end"),
  DNN_ROW (ModelKeys, drop, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "glob over names of the base's layers to leave out", NULL),
  DNN_ROW (ModelKeys, base_parametrization, NULL, DNN_PARAM_TEXT, 0, "", 0, 0,
           "", "a parametrization for weights of the base's layers", NULL),
  DNN_ROW (ModelKeys, base_parametrized, NULL, DNN_PARAM_TEXT, 0, "*", 0, 0, "",
           "glob over names of the weights that have it", NULL),
  DNN_ROW (ModelKeys, outputs, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "layers whose outputs are the model's; the last if none", NULL),
};

static const DnnPlugin table = {
  .name = "model",
  .self_size = sizeof (ModelKeys),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

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
    spec = dnn_experiment_plugin_spec (experiment, section->name, error);
    if (spec == NULL)
      return NULL;
    g_ptr_array_add (specs, spec);
  }
  /* nothing behind a whole base is the base itself */
  if (specs->len == 0 && *keys->layers == '\0' && *keys->base != '\0' &&
      keys->drop_last == 0 && *keys->drop == '\0')
    return g_steal_pointer (&specs);
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
  base = dnn_base_load (registry,
                        &(DnnBaseOptions){ keys.base, keys.drop_last, keys.drop,
                                           keys.base_parametrization,
                                           keys.base_parametrized },
                        error);
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

/* Only a layer of a base can be dropped. */
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

static bool
check_parametrization (const DnnSpec *section, const ModelKeys *keys,
                       GError **error)
{
  if (*keys->base != '\0' || *keys->base_parametrization == '\0')
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[model] base_parametrization needs a base = FILE.safetensors "
               "whose weights have it; others: <weight>_parametrization of "
               "their layer");
  dnn_error_prefix_place (
      error, dnn_spec_find (section, "base_parametrization")->place);
  return false;
}

/* A block's name is one of ours, which no plugin may have, too. */
static bool
check_block_names (DnnRegistry *registry, const DnnBlocks *blocks,
                   GError **error)
{
  for (size_t i = 0; i < dnn_blocks_count (blocks); i++) {
    const DnnBlock *block = dnn_blocks_at (blocks, i);

    if (!dnn_registry_has (registry, DNN_KIND_LAYER, block->name) &&
        !dnn_registry_has (registry, DNN_KIND_ACTIVATION, block->name))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "block '%s' has the name of a plugin; choose another, as "
                 "'%s_block'",
                 block->name, block->name);
    dnn_error_prefix_place (error, block->section->place);
    return false;
  }
  return true;
}

/* A type that is no plugin's may be a block's with an error in it. */
static bool
check_types (DnnRegistry *registry, const DnnBlocks *blocks,
             const GPtrArray *specs, GError **error)
{
  for (guint i = 0; i < specs->len; i++) {
    const DnnSpec *spec = g_ptr_array_index (specs, i);
    g_autofree char *nearest = NULL;

    if (dnn_registry_has (registry, DNN_KIND_LAYER, spec->name) ||
        dnn_registry_has (registry, DNN_KIND_ACTIVATION, spec->name))
      continue;
    nearest = dnn_blocks_suggest (blocks, spec->name);
    if (*nearest == '\0')
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "there is no layer, activation or block '%s'; %s", spec->name,
                 nearest);
    dnn_error_prefix_place (error, spec->place);
    return false;
  }
  return true;
}

/* The chain with its blocks written out; one without blocks stays as it is. */
static GPtrArray *
expand (DnnRegistry *registry, const DnnExperiment *experiment,
        GPtrArray *specs, GError **error)
{
  g_autoptr (DnnBlocks) blocks = dnn_blocks_parse (experiment, error);
  g_autoptr (GPtrArray) written = NULL;

  if (blocks == NULL || !check_block_names (registry, blocks, error))
    return NULL;
  if (dnn_blocks_count (blocks) == 0)
    return g_ptr_array_ref (specs);
  written = dnn_expand (blocks, specs, error);
  if (written == NULL || !check_types (registry, blocks, written, error))
    return NULL;
  return g_steal_pointer (&written);
}

/* The ends of the model: what the file says, or the data. */
static bool
find_ends (const DnnSpec *section, const ModelKeys *keys,
           const DnnShapes *inputs, const DnnShapes *targets, DnnEnds *ret_ends,
           GError **error)
{
  const DnnArg *shape =
      section != NULL ? dnn_spec_find (section, "input_shape") : NULL;
  const DnnArg *outputs =
      section != NULL ? dnn_spec_find (section, "outputs") : NULL;

  ret_ends->targets = targets != NULL ? *targets : (DnnShapes){ 0 };
  if (*keys->target_shape != '\0' && targets == NULL &&
      !dnn_shapes_parse (keys->target_shape, &ret_ends->targets, error)) {
    dnn_error_prefix_place (error,
                            dnn_spec_find (section, "target_shape")->place);
    return false;
  }
  ret_ends->outputs = keys->outputs;
  ret_ends->place = outputs != NULL ? outputs->place : (DnnPlace){ 0 };
  if (*keys->input_shape != '\0') {
    if (dnn_shapes_parse (keys->input_shape, &ret_ends->inputs, error))
      return true;
    dnn_error_prefix_place (error, shape->place);
    return false;
  }
  if (inputs != NULL) {
    ret_ends->inputs = *inputs;
    return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "[model] input_shape must be given where there is no [data]");
  return false;
}

DnnModel *
dnn_experiment_plan_model (DnnRegistry *registry,
                           const DnnExperiment *experiment,
                           const DnnShapes *inputs, const DnnShapes *targets,
                           GError **error)
{
  const DnnSpec *section = dnn_experiment_find (experiment, "model");
  g_autoptr (GPtrArray) specs = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) written = NULL;
  ModelKeys keys = {
    .layers = "",
    .input_shape = "",
    .target_shape = "",
    .base = "",
    .drop = "",
    .outputs = "",
  };
  DnnEnds ends = { 0 };

  if (!dnn_param_apply (&table, section, NULL, &keys, error) ||
      !check_drop (section, &keys, error) ||
      !check_parametrization (section, &keys, error) ||
      !find_ends (section, &keys, inputs, targets, &ends, error))
    return NULL;
  specs = collect_layers (experiment, &keys, error);
  if (specs == NULL)
    return NULL;
  all = *keys.base != '\0' ? prepend_base (registry, experiment, specs, error)
                           : g_ptr_array_ref (specs);
  written = all != NULL ? expand (registry, experiment, all, error) : NULL;
  return written != NULL ? dnn_model_new_bare (registry, written, &ends, error)
                         : NULL;
}

DnnModel *
dnn_experiment_build_model (DnnRegistry *registry,
                            const DnnExperiment *experiment,
                            const DnnShapes *inputs, const DnnShapes *targets,
                            GError **error)
{
  g_autoptr (DnnModel) self =
      dnn_experiment_plan_model (registry, experiment, inputs, targets, error);

  if (self == NULL || !dnn_model_allocate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
