/* dnn-validate.c - makes all that a run is made of, and throws it away */
#include "dnn-validate.h"

#include "dnn-data-head.h"
#include "dnn-memory.h"
#include "dnn-model-section.h"
#include "dnn-objectives.h"
#include "dnn-optimizer.h"
#include "dnn-phase.h"
#include "dnn-run.h"
#include "dnn-text.h"

static bool
check_phase (const DnnModel *model, const DnnPhase *phase, GError **error)
{
  const DnnTrainSettings *settings = &phase->settings;
  const DnnObjectiveTexts texts = { settings->loss, settings->metrics, NULL };
  g_autoptr (DnnOptimizer) optimizer =
      dnn_optimizer_new (dnn_model_registry (model), phase->optimizer, error);
  g_autoptr (DnnObjectives) objective = NULL;

  if (optimizer == NULL)
    return false;
  objective = dnn_objectives_new (model, &texts, error);
  if (objective == NULL)
    dnn_error_prefix_place (error, phase->place);
  return objective != NULL;
}

/* A copy that has a loss: where none is said the targets will tell it, and any
 * will do until then. */
static DnnExperiment *
copy_with_loss (DnnRegistry *registry, const DnnExperiment *experiment)
{
  DnnExperiment *copy = dnn_experiment_copy (experiment);
  g_auto (GStrv) names = dnn_registry_names (registry, DNN_KIND_LOSS);

  if (dnn_experiment_get (copy, "train", "loss") == NULL && names[0] != NULL)
    dnn_experiment_set (copy, "train", "loss", names[0]);
  return copy;
}

/* All that can be said without a row of data. */
static bool
check_without_data (DnnRegistry *registry, const DnnExperiment *experiment,
                    const DnnDataHead *data, GError **error)
{
  g_autoptr (DnnModel) model = dnn_experiment_plan_model (
      registry, experiment, data != NULL ? &data->inputs : NULL,
      data != NULL ? &data->targets : NULL, error);
  g_autoptr (DnnExperiment) copy = copy_with_loss (registry, experiment);
  g_autoptr (GPtrArray) phases = NULL;

  if (model == NULL)
    return false;
  phases = dnn_phases_parse (copy, error);
  for (guint i = 0; phases != NULL && i < phases->len; i++)
    if (!check_phase (model, g_ptr_array_index (phases, i), error))
      return false;
  return phases != NULL;
}

/* An experiment that is right, on a machine that is too small for it. */
static bool
check_size (DnnRegistry *registry, const DnnExperiment *experiment,
            const GError *refused, char **ret_note, GError **error)
{
  DnnDataHead data = { 0 };
  g_autofree char *machine =
      dnn_format_bytes ((double) dnn_memory_of_machine ());

  if (!dnn_data_head_read (dnn_experiment_find (experiment, "data"), &data,
                           error) ||
      !check_without_data (registry, experiment, &data, error))
    return false;
  if (ret_note != NULL)
    *ret_note = g_strdup_printf ("it does not fit: %s, and this machine has %s",
                                 refused->message, machine);
  return true;
}

/* The first file of the data that is not there, or NULL. */
static const char *
find_missing (const DnnSpec *data)
{
  for (guint i = 0; i < data->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (data->args, i);

    if ((g_str_has_suffix (arg->key, "inputs") ||
         g_str_has_suffix (arg->key, "targets")) &&
        !g_file_test (arg->value, G_FILE_TEST_EXISTS))
      return arg->value;
  }
  return NULL;
}

bool
dnn_experiment_validate (DnnRegistry *registry, const DnnExperiment *experiment,
                         char **ret_note, GError **error)
{
  const DnnSpec *data = dnn_experiment_find (experiment, "data");
  const char *missing = data != NULL ? find_missing (data) : NULL;
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (GError) refused = NULL;

  if (ret_note != NULL)
    *ret_note = NULL;
  if (data != NULL &&
      (missing == NULL || !dnn_experiment_has_input_shape (experiment))) {
    run = dnn_run_new (registry, experiment, &refused);
    if (dnn_memory_is_refusal (refused))
      return check_size (registry, experiment, refused, ret_note, error);
    if (run == NULL)
      g_propagate_error (error, g_steal_pointer (&refused));
    return run != NULL;
  }
  if (!check_without_data (registry, experiment, NULL, error))
    return false;
  if (ret_note != NULL)
    *ret_note = missing != NULL
                    ? g_strdup_printf ("its data are not looked at, as there "
                                       "is no '%s'",
                                       missing)
                    : g_strdup ("it has no [data], which training needs");
  return true;
}
