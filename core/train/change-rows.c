/* change-rows.c - training rows that are others in each epoch */
#include "dnn-data-steps.h"
#include "dnn-prefix.h"
#include "dnn-trainer-private.h"

#include <math.h>

static bool
is_augmented (const DnnTrainer *self)
{
  return self->data->augment != NULL && *self->data->augment != '\0';
}

bool
dnn_trainer_changes_rows (const DnnTrainer *self)
{
  return is_augmented (self);
}

/* The value of 1 after scale. */
static double
scale_of (const DnnData *data)
{
  const DnnDataStep *step =
      dnn_preprocess_find (data->preprocess, &dnn_scale_type);

  return step != NULL ? ((const DnnScale *) step)->factor : 1;
}

bool
dnn_trainer_make_augment (DnnTrainer *self, GError **error)
{
  const int64_t batch = dnn_feeder_plan (self->feeder)->options.batch;
  const DnnAugmentOptions options = {
    .chain = self->data->augment,
    .place = self->data->augment_place,
    .row = dnn_data_input_shape (self->data),
    .batch = batch,
    .last = self->data->train->n % batch,
    .scale = scale_of (self->data),
  };

  g_clear_pointer (&self->augment, dnn_augment_free);
  if (!is_augmented (self))
    return true;
  self->augment = dnn_augment_new (dnn_model_registry (self->model), self->pool,
                                   &options, error);
  if (self->augment != NULL)
    dnn_feeder_leave_late (self->feeder);
  return self->augment != NULL;
}

bool
dnn_trainer_change_rows (DnnTrainer *self, const DnnBatch *batch,
                         const DnnPassInfo *info, GError **error)
{
  float *rows = dnn_plan_input (batch->plan);
  const int64_t n = dnn_count (&batch->plan->inputs[0]->y.tensor);

  if (self->augment == NULL)
    return true;
  if (!dnn_augment_run (self->augment, info, batch->n, rows, error))
    return false;
  dnn_preprocess_late (self->data->preprocess, batch->n, n / batch->n, rows);
  return true;
}

/* --- what is not kept ---------------------------------------------------- */

typedef struct {
  size_t n_layers;
  size_t seen;
} Watch;

static bool
stop_after (void *data, const DnnStage *stage)
{
  Watch *watch = data;

  (void) stage;
  return ++watch->seen < watch->n_layers;
}

/* Milliseconds of the first layers, over a batch; the second time, when memory
 * is there.  Frozen as they are, nothing in them moves. */
static bool
time_layers (DnnTrainer *self, size_t n_layers, double *ret_ms, GError **error)
{
  double least = INFINITY;

  for (int i = 0; i < 2; i++) {
    const DnnBatch *batch = dnn_feeder_get (self->feeder, 0);
    const DnnPassInfo info = { .training = true, .rows = batch->rows };
    Watch watch = { n_layers, 0 };
    const int64_t start = g_get_monotonic_time ();

    if (!dnn_executor_forward_watched (batch->plan, &info, stop_after, &watch,
                                       error))
      return false;
    least = MIN (least, (double) (g_get_monotonic_time () - start) / 1000);
  }
  *ret_ms = least;
  return true;
}

bool
dnn_trainer_describe_unkept (DnnTrainer *self, char **ret_text, GError **error)
{
  const size_t n =
      dnn_trainer_changes_rows (self) ? dnn_prefix_find (self->model) : 0;
  const int64_t batches = dnn_feeder_n_batches (self->feeder);
  double ms;

  *ret_text = NULL;
  if (n == 0)
    return true;
  if (!time_layers (self, n, &ms, error))
    return false;
  *ret_text = g_strdup_printf (
      "phase %s: what the frozen beginning makes of the rows is not kept but "
      "computed in every step, since %s changes them: %.3g ms of a step, %.3g "
      "s of an epoch",
      self->phase, "[data] augment", ms, ms * (double) batches / 1000);
  return true;
}
