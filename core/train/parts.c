/* parts.c - what a phase is made of: objectives, optimizer, callbacks */
#include "dnn-choose-layers.h"
#include "dnn-class-weights.h"
#include "dnn-phase.h"
#include "dnn-trainer-private.h"

#include <string.h>

void
dnn_phase_parts_clear (DnnPhaseParts *self)
{
  g_clear_pointer (&self->callbacks, g_ptr_array_unref);
  g_clear_pointer (&self->optimizer, dnn_optimizer_free);
  g_clear_pointer (&self->class_weights, g_array_unref);
  g_clear_pointer (&self->evaluation, dnn_objectives_free);
  g_clear_pointer (&self->objective, dnn_objectives_free);
}

/* A caller from C may leave out what it does not need. */
static DnnTrainSettings
complete (const DnnTrainSettings *settings)
{
  DnnTrainSettings whole = *settings;
  const char **texts[] = {
    &whole.loss,         &whole.metrics,   &whole.weighted_metrics,
    &whole.class_weight, &whole.callbacks, &whole.frozen,
    &whole.trainable
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = *texts[i] != NULL ? *texts[i] : "";
  whole.batch_size = MAX (whole.batch_size, 1);
  return whole;
}

/* --- which layers train -------------------------------------------------- */

void
dnn_trainer_set_layers (const DnnTrainer *self, const bool *trainable)
{
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = trainable[i];
}

static bool
choose_layers (const DnnPhaseParts *self, const DnnTrainer *trainer,
               GError **error)
{
  dnn_trainer_set_layers (trainer, trainer->baseline);
  return dnn_choose_layers (trainer->model, self->settings.frozen,
                            self->settings.trainable, error);
}

/* --- objectives ---------------------------------------------------------- */

static bool
check_targets (DnnTrainer *trainer, const DnnExpected *expected, GError **error)
{
  if (trainer->checked &&
      memcmp (expected, trainer->expected, sizeof trainer->expected) == 0)
    return true;
  memcpy (trainer->expected, expected, sizeof trainer->expected);
  trainer->checked = dnn_data_check (trainer->data, expected, error);
  return trainer->checked;
}

static bool
make_objectives (DnnPhaseParts *self, DnnTrainer *trainer, GError **error)
{
  DnnObjectives **both[] = { &self->objective, &self->evaluation };
  const DnnShapes targets = dnn_data_target_shapes (trainer->data);
  const DnnObjectiveTexts texts = { self->settings.loss, self->settings.metrics,
                                    self->settings.weighted_metrics };
  DnnExpected expected[DNN_MAX_PARTS] = { 0 };

  for (int i = 0; i < 2; i++) {
    *both[i] = dnn_objectives_new (trainer->model, &texts, error);
    if (*both[i] == NULL)
      return false;
    dnn_objectives_weigh_elements (
        *both[i], dnn_split_weight_axes (trainer->data->train));
    if (!dnn_objectives_check (*both[i], &targets, expected, error))
      return false;
    dnn_objectives_set_units (*both[i], trainer->data->preprocess);
  }
  self->loss = dnn_objectives_plan_loss (self->objective);
  return check_targets (trainer, expected, error);
}

static bool
make_class_weights (DnnPhaseParts *self, const DnnTrainer *trainer,
                    GError **error)
{
  const DnnShape output = dnn_model_output_shape (trainer->model);
  int64_t n_elements = 1;

  if (*self->settings.class_weight == '\0')
    return true;
  if (dnn_model_masked_axes (trainer->model, 0) > 1 &&
      dnn_objective_takes_whole (dnn_objectives_at (self->objective, 0))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "class_weight '%s' weighs the class of each step, and the "
                 "loss or a metric takes whole sequences",
                 self->settings.class_weight);
    return false;
  }
  for (uint32_t i = 1; i < dnn_model_masked_axes (trainer->model, 0); i++)
    n_elements *= output.dims[i - 1];
  self->class_weights = dnn_class_weights_new (
      self->settings.class_weight, trainer->data, n_elements, error);
  return self->class_weights != NULL;
}

/* The first phase's metrics are the run's. */
static void
make_history (DnnTrainer *trainer, const DnnObjectives *objective)
{
  size_t n = dnn_objectives_n_metrics (objective);
  g_autofree const char **names = g_new0 (const char *, n + 1);

  for (size_t i = 0; i < n; i++)
    names[i] = dnn_objectives_metric (objective, i)->label;
  trainer->history = dnn_history_new (names, trainer->data->validation != NULL);
  trainer->metrics = g_new0 (double, n + 1);
}

/* --- all of it ----------------------------------------------------------- */

bool
dnn_phase_parts_make (DnnPhaseParts *self, DnnTrainer *trainer,
                      const DnnPhase *phase, GError **error)
{
  self->settings = complete (&phase->settings);
  if (!choose_layers (self, trainer, error) ||
      !make_objectives (self, trainer, error) ||
      !make_class_weights (self, trainer, error))
    return false;
  if (trainer->history == NULL)
    make_history (trainer, self->objective);
  self->optimizer = dnn_optimizer_new (dnn_model_registry (trainer->model),
                                       phase->optimizer, error);
  return self->optimizer != NULL &&
         dnn_phase_parts_make_callbacks (self, trainer, error);
}
