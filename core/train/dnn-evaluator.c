/* dnn-evaluator.c - one pass in inference mode */
#include "dnn-evaluator.h"

#include "dnn-blas.h"
#include "dnn-data-notes.h"
#include "dnn-diagnosis.h"
#include "dnn-inference.h"
#include "dnn-shape.h"
#include "dnn-trainer.h"

#include <math.h>
#include <string.h>

static void
table_free (gpointer data)
{
  DnnEvaluationTable *table = data;

  g_free (table->values);
  g_free (table->name);
  g_free (table);
}

void
dnn_evaluation_free (DnnEvaluation *self)
{
  if (self == NULL)
    return;
  g_free (self->fault);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_strfreev (self->class_names);
  g_clear_pointer (&self->tables, g_ptr_array_unref);
  g_free (self->values);
  g_strfreev (self->metrics);
  g_free (self);
}

/* The data, with the model's own preprocessing. */
static DnnData *
load_data (const DnnModelFile *file, const DnnExperiment *experiment,
           GError **error)
{
  const DnnSpec *section = dnn_experiment_find (
      experiment != NULL ? experiment : file->experiment, "data");
  g_autoptr (DnnData) data = NULL;
  const DnnShapes want = dnn_model_input_shapes (file->model);
  DnnShapes have;
  g_autofree char *want_text = NULL, *have_text = NULL;

  if (section == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "there is no section [data]; --data names a file that has "
                 "one");
    return NULL;
  }
  data = dnn_data_load_like (section, file->preprocess, error);
  if (data == NULL)
    return NULL;
  have = dnn_data_input_shapes (data);
  if (dnn_shapes_equal (&have, &want) && dnn_data_takes_rows (data))
    return g_steal_pointer (&data);
  have_text = dnn_shapes_to_list (&have);
  want_text = dnn_shapes_to_list (&want);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "a row of the data has shape '%s', and the model takes %s",
               have_text, want_text);
  return NULL;
}

/* The split of that name, or the default one. */
static const DnnSplit *
find_split (const DnnData *data, const char *name, const char **ret_name,
            GError **error)
{
  const struct {
    const char *name;
    const DnnSplit *split;
  } splits[] = {
    { "test", data->test },
    { "validation", data->validation },
    { "train", data->train },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++)
    if (splits[i].split != NULL &&
        (name == NULL || strcmp (name, splits[i].name) == 0)) {
      *ret_name = splits[i].name;
      return splits[i].split;
    }
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "the data have no rows for split '%s'; splits are test, "
               "validation and train",
               name);
  return NULL;
}

static void
take_tables (DnnEvaluation *self, const DnnObjectives *objective)
{
  for (size_t i = 0; i < dnn_objectives_n_tables (objective); i++) {
    const DnnMetric *metric = dnn_objectives_table (objective, i);
    DnnEvaluationTable *table = g_new0 (DnnEvaluationTable, 1);

    table->name = g_strdup (metric->label);
    table->summary = g_intern_string (metric->component->plugin->summary);
    table->shape = metric->result;
    table->values = dnn_objectives_table_values (objective, i);
    g_ptr_array_add (self->tables, table);
  }
}

static bool
run (DnnModelFile *file, DnnData *data, const DnnSplit *split,
     DnnObjectives *objective, const DnnEvaluationOptions *how,
     DnnEvaluation *result, GError **error)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (how->threads);
  DnnPlanOptions options = {
    .batch = DNN_EVALUATION_BATCH,
    .loss = dnn_objectives_plan_loss (objective),
  };
  DnnPassInfo info = { .training = false };
  g_autoptr (DnnFeeder) feeder =
      dnn_feeder_new (file->model, pool, data, split, &options, NULL, error);
  g_autoptr (DnnFlips) flips =
      feeder != NULL && how->flips ? dnn_flips_new (feeder, error) : NULL;
  bool ok;

  if (feeder == NULL || (how->flips && flips == NULL))
    return false;
  ok = dnn_evaluate_feeder_flipped (objective, feeder, flips, &info,
                                    &result->loss, result->values, error);
  if (ok)
    take_tables (result, objective);
  if (ok && !isfinite (result->loss)) {
    result->fault =
        dnn_evaluate_explain (file->model, objective, feeder, error);
    ok = result->fault != NULL;
  }
  return ok;
}

/* The loss and metrics of the model's training, or other metrics. */
static DnnObjectives *
make_objective (const DnnModelFile *file, const char *metrics, GError **error)
{
  DnnTrainSettings settings;
  DnnObjectiveTexts texts = { .metrics = metrics };

  if (!dnn_train_settings_parse (
          dnn_experiment_find (file->experiment, "train"), &settings, error))
    return NULL;
  texts.loss = settings.loss;
  if (metrics == NULL) {
    texts.metrics = settings.metrics;
    texts.weighted_metrics = settings.weighted_metrics;
  }
  return dnn_objectives_new (file->model, &texts, error);
}

/* Of labels, of shares of one whole, or of one number, yes or no.  Several
 * such numbers may each be yes. */
static bool
is_of_classes (const DnnExpected *expected, const DnnShape *output)
{
  int64_t n = 0;

  return expected->set ||
         (expected->ranged && expected->most == 1 &&
          (expected->sums_to_1 || (dnn_shape_count (output, &n) && n == 1)));
}

DnnMeaning
dnn_evaluate_meaning (const DnnModelFile *file, uint32_t output_number)
{
  const DnnShape output =
      dnn_model_output_shapes (file->model).at[output_number];
  DnnShape label = output;
  g_autoptr (DnnObjectives) all = make_objective (file, "", NULL);
  DnnObjective *objective =
      all != NULL ? dnn_objectives_at (all, output_number) : NULL;
  const DnnPreprocess *names =
      dnn_preprocess_part (file->preprocess, output_number);
  const bool named = names->class_names != NULL;
  DnnExpected expected = { 0 };

  if (label.n_dims > 0)
    label.dims[--label.n_dims] = 0;
  if (objective == NULL ||
      (!dnn_objective_check (objective, file->model, &output, &expected,
                             NULL) &&
       !dnn_objective_check (objective, file->model, &label, &expected, NULL)))
    return (DnnMeaning){ DNN_PROBABILITIES, named };
  return (DnnMeaning){ dnn_objective_scores (objective),
                       named || is_of_classes (&expected, &output) };
}

DnnEvaluation *
dnn_evaluate (DnnModelFile *file, const DnnExperiment *experiment,
              const DnnEvaluationOptions *options, GError **error)
{
  g_autoptr (DnnEvaluation) self = g_new0 (DnnEvaluation, 1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (DnnObjectives) objective = NULL;
  g_autoptr (DnnData) data = load_data (file, experiment, error);
  const DnnSplit *split;
  DnnExpected expected[DNN_MAX_PARTS] = { 0 };
  DnnShapes targets;

  if (data == NULL)
    return NULL;
  split = find_split (data, options->split, &self->split, error);
  objective =
      split != NULL ? make_objective (file, options->metrics, error) : NULL;
  targets = dnn_data_target_shapes (data);
  if (objective == NULL)
    return NULL;
  dnn_objectives_weigh_elements (objective, dnn_split_weight_axes (split));
  if (!dnn_objectives_check (objective, &targets, expected, error) ||
      !dnn_data_check (data, expected, error) ||
      !dnn_diagnosis_check_model (file->model, error) || !dnn_blas_init (error))
    return NULL;

  dnn_objectives_set_units (objective, data->preprocess);
  self->n_rows = split->n;
  self->values = g_new0 (double, dnn_objectives_n_metrics (objective) + 1);
  for (size_t i = 0; i < dnn_objectives_n_metrics (objective); i++)
    g_strv_builder_add (names, dnn_objectives_metric (objective, i)->label);
  self->metrics = g_strv_builder_end (names);
  self->tables = g_ptr_array_new_with_free_func (table_free);
  self->class_names = g_strdupv (file->preprocess->class_names);
  self->notes = dnn_data_notes (data);
  if (!run (file, data, split, objective, options, self, error))
    return NULL;
  return g_steal_pointer (&self);
}
