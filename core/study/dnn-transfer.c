/* dnn-transfer.c - composes the experiment of a transfer */
#include "dnn-transfer.h"

#include "dnn-data-head.h"
#include "dnn-model-section.h"
#include "dnn-trainer.h"

#include <string.h>

static const char *const counted[] = { "data", "train", NULL };

/* Keys of [train] that a transfer's phases say themselves. */
static const char *const of_phases[] = { "epochs", "steps", "callbacks",
                                         "frozen", "trainable" };

static void
append_name (GString *text, const char *format, const char *name)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append_printf (text, format, name);
}

char *
dnn_transfer_ignored (const DnnExperiment *data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_experiment_n_sections (data); i++) {
    const char *name = dnn_experiment_section (data, i)->name;

    if (!g_strv_contains (counted, name))
      append_name (text, "[%s]", name);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (of_phases); i++)
    if (dnn_experiment_get (data, "train", of_phases[i]) != NULL)
      append_name (text, "[train] %s", of_phases[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
copy_section (DnnExperiment *to, const DnnExperiment *from, const char *name)
{
  const DnnSpec *section = dnn_experiment_find (from, name);

  for (guint i = 0; section != NULL && i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    dnn_experiment_set (to, name, arg->key, arg->value);
  }
}

static void
set_number (DnnExperiment *experiment, const char *section, const char *key,
            int64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  dnn_experiment_set (experiment, section, key, text);
}

static bool
has_validation (const DnnExperiment *data)
{
  static const char *const keys[] = { "validation_first", "validation_split",
                                      "validation_inputs", "folds" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_strcmp0 (dnn_experiment_get (data, "data", keys[i]), "0") > 0)
      return true;
  return false;
}

/* The sections that count, and what of [train] a phase is to say. */
static DnnExperiment *
begin (const DnnTransferOptions *options, const DnnExperiment *data,
       const DnnExperiment *recipe, GError **error)
{
  DnnExperiment *experiment;

  if (dnn_experiment_find (data, "data") == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "the data file has no section [data]");
    return NULL;
  }
  experiment = dnn_experiment_new ();
  for (size_t i = 0; counted[i] != NULL; i++)
    copy_section (experiment, data, counted[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (of_phases); i++)
    dnn_experiment_unset (experiment, "train", of_phases[i]);
  copy_section (experiment, recipe, "optimizer");
  if (options->seed != NULL)
    dnn_experiment_set (experiment, "train", "seed", options->seed);
  return experiment;
}

/* A section [phase NAME] of the recipe, with what the caller says instead. */
static void
add_phase (DnnExperiment *experiment, const DnnExperiment *recipe,
           const char *section, const DnnTransferOptions *options,
           int64_t epochs, const char *rate)
{
  copy_section (experiment, recipe, section);
  if (epochs != DNN_TRANSFER_RECIPE) {
    set_number (experiment, section, "epochs", epochs);
    dnn_experiment_unset (experiment, section, "callbacks");
  } else if (!has_validation (experiment)) {
    dnn_experiment_unset (experiment, section, "callbacks");
  }
  if (options->optimizer != NULL)
    dnn_experiment_set (experiment, section, "optimizer.type",
                        options->optimizer);
  if (rate != NULL)
    dnn_experiment_set (experiment, section, "optimizer.learning_rate", rate);
}

/* --- which layers train -------------------------------------------------- */

/* Names of the head's layers, and of the last `unfreeze` below it that have
 * weights, separated by commas. */
static char *
list_layers (const DnnModel *model, size_t n_kept, int64_t unfreeze)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = dnn_model_n_layers (model); i-- > 0;) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (i < n_kept && (!dnn_layer_has_weights (layer) || unfreeze-- <= 0))
      continue;
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                            layer->name);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The model, built to learn its layers' names. */
static DnnModel *
build (DnnRegistry *registry, const DnnExperiment *experiment,
       const DnnBase *base, GError **error)
{
  const DnnShapes inputs = dnn_model_input_shapes (base->file->model);
  const DnnSpec *section = dnn_experiment_find (experiment, "data");
  DnnShapes targets = dnn_model_target_shapes (base->file->model);
  DnnDataHead data = { 0 };
  DnnModel *model = dnn_experiment_build_model (registry, experiment, &inputs,
                                                &targets, NULL);

  /* A layer may take targets, which only the data know. */
  if (model == NULL && section != NULL &&
      dnn_data_head_read (section, &data, NULL))
    targets = data.targets;
  return model != NULL ? model
                       : dnn_experiment_build_model (registry, experiment,
                                                     &inputs, &targets, error);
}

/* Which layers train while the body moves, too. */
static void
unfreeze (DnnExperiment *experiment, const char *section, const char *layers)
{
  if (layers != NULL)
    dnn_experiment_set (experiment, section, "frozen", "*");
  dnn_experiment_set (experiment, section, "trainable",
                      layers != NULL ? layers : "*");
}

/* The phases after the head's own; `layers` NULL: all train.  The recipe's
 * last, slower one is left out where the caller says how to tune. */
static void
add_tuning (DnnExperiment *experiment, const DnnExperiment *recipe,
            const DnnTransferOptions *options, const char *layers)
{
  add_phase (experiment, recipe, "phase tuned", options, options->epochs,
             options->tune_learning_rate);
  unfreeze (experiment, "phase tuned", layers);
  if (dnn_experiment_find (recipe, "phase settled") == NULL ||
      options->epochs != DNN_TRANSFER_RECIPE ||
      options->tune_learning_rate != NULL || options->optimizer != NULL)
    return;
  add_phase (experiment, recipe, "phase settled", options, DNN_TRANSFER_RECIPE,
             NULL);
  unfreeze (experiment, "phase settled", layers);
}

static void
add_adapters (DnnExperiment *experiment, const DnnExperiment *recipe,
              const DnnTransferOptions *options)
{
  const char *type =
      dnn_experiment_get (recipe, "model", "base_parametrization");
  g_autofree char *text = g_strdup_printf (
      "%s(rank=%" G_GINT64_FORMAT ")", type != NULL ? type : "", options->lora);

  if (options->lora > 0)
    dnn_experiment_set (experiment, "model", "base_parametrization", text);
}

DnnExperiment *
dnn_transfer_compose (DnnRegistry *registry, const DnnTransferOptions *options,
                      const DnnExperiment *data, const DnnExperiment *recipe,
                      GError **error)
{
  g_autoptr (DnnExperiment) experiment = begin (options, data, recipe, error);
  g_autoptr (DnnBase) base = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autofree char *head = NULL, *tuned = NULL;

  if (experiment == NULL)
    return NULL;
  dnn_experiment_set (experiment, "model", "base", options->base);
  set_number (experiment, "model", "drop_last", options->drop_last);
  dnn_experiment_set (experiment, "model", "layers", options->head);
  add_adapters (experiment, recipe, options);
  base = dnn_experiment_load_base (registry, experiment, error);
  if (base != NULL)
    model = build (registry, experiment, base, error);
  if (model == NULL)
    return NULL;

  head = list_layers (model, base->kept->len, 0);
  if (options->lora > 0)
    tuned = g_strdup (head);
  add_phase (experiment, recipe, "phase frozen", options,
             options->frozen_epochs, options->learning_rate);
  dnn_experiment_set (experiment, "phase frozen", "frozen", "*");
  dnn_experiment_set (experiment, "phase frozen", "trainable", head);
  if (options->unfreeze == 0)
    return g_steal_pointer (&experiment);
  if (options->lora == 0 && options->unfreeze != DNN_TRANSFER_ALL)
    tuned = list_layers (model, base->kept->len, options->unfreeze);
  add_tuning (experiment, recipe, options, tuned);
  return g_steal_pointer (&experiment);
}

/* From scratch, too, inputs are scaled as the base's were, where [data] does
 * not say how: else the two would not be compared on the same inputs. */
static void
inherit_preprocess (DnnExperiment *experiment, const DnnPreprocess *base)
{
  if (dnn_preprocess_is_set (experiment))
    return;
  for (guint i = 0; i < base->steps->len; i++) {
    const DnnDataStep *step = g_ptr_array_index (base->steps, i);
    g_autofree char *value =
        step->type->to_setting != NULL ? step->type->to_setting (step) : NULL;

    if (value != NULL)
      dnn_experiment_set (experiment, "data", step->type->name, value);
  }
}

DnnExperiment *
dnn_transfer_compose_scratch (DnnRegistry *registry,
                              const DnnTransferOptions *options,
                              const DnnExperiment *data,
                              const DnnExperiment *recipe, GError **error)
{
  DnnTransferOptions plain = *options;
  g_autoptr (DnnExperiment) whole = NULL;
  g_autoptr (DnnExperiment) experiment = NULL;
  g_autoptr (DnnBase) base = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autofree char *chain = NULL;
  bool counted_epochs = options->frozen_epochs != DNN_TRANSFER_RECIPE &&
                        options->epochs != DNN_TRANSFER_RECIPE;

  plain.lora = 0;
  whole = dnn_transfer_compose (registry, &plain, data, recipe, error);
  if (whole == NULL)
    return NULL;
  base = dnn_experiment_load_base (registry, whole, error);
  if (base != NULL)
    model = build (registry, whole, base, error);
  experiment = model != NULL ? begin (options, data, recipe, error) : NULL;
  if (experiment == NULL)
    return NULL;
  inherit_preprocess (experiment, base->file->preprocess);
  chain = dnn_model_to_chain (model);
  dnn_experiment_set (experiment, "model", "layers", chain);
  add_phase (experiment, recipe, "phase scratch", options,
             counted_epochs ? options->frozen_epochs + options->epochs
                            : DNN_TRANSFER_RECIPE,
             options->learning_rate);
  return g_steal_pointer (&experiment);
}
