/* predictor-samples.c - predictions with layers that draw, many times over */
#include "dnn-predictor-private.h"

#include <math.h>
#include <string.h>

static bool
check_random (const DnnModel *model, GError **error)
{
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (layer->component != NULL &&
        (layer->component->code->flags & DNN_FLAG_RANDOM) != 0)
      return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "no layer of the model draws random numbers, so all samples "
               "would be the same; one with dropout is needed");
  return false;
}

/* Means and sums of squared deviations of n numbers, sample by sample:
 * Welford: Note on a method for calculating corrected sums of squares and
 * products, Technometrics 4, 1962. */
static void
take_sample (const float *y, int64_t n, int64_t count, double *mean,
             double *squares)
{
  for (int64_t i = 0; i < n; i++) {
    const double d = y[i] - mean[i];

    mean[i] += d / (double) count;
    squares[i] += d * (y[i] - mean[i]);
  }
}

/* Room for the moments of a batch's predictions, of all outputs in a row. */
typedef struct {
  double *mean, *squares; /* (owned) */
  int64_t n;
} Moments;

static void
moments_clear (Moments *self)
{
  g_free (self->mean);
  g_free (self->squares);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moments, moments_clear)

static void
moments_init (Moments *self, const DnnPredictor *predictor, int64_t batch)
{
  for (uint32_t i = 0; i < dnn_predictor_n_outputs (predictor); i++)
    self->n += batch * dnn_predictor_output_size_at (predictor, i);
  self->mean = g_new (double, (gsize) self->n);
  self->squares = g_new (double, (gsize) self->n);
}

static void
take_samples (DnnPredictor *self, int64_t count, Moments *moments)
{
  int64_t at = 0;

  for (uint32_t i = 0; i < dnn_predictor_n_outputs (self); i++) {
    const DnnTensor *y = &self->plan->heads[i].prediction->tensor;

    take_sample (y->data, dnn_count (y), count, moments->mean + at,
                 moments->squares + at);
    at += dnn_count (y);
  }
}

/* The batch that begins with row `first`, `samples` times.  The step makes the
 * random numbers of every batch and sample others. */
static bool
sample_batch (DnnPredictor *self, const DnnSampling *sampling,
              const DnnRows *rows, int64_t first, Moments *moments,
              GError **error)
{
  const int64_t batch = first / rows->batch;

  memset (moments->mean, 0, (size_t) moments->n * sizeof *moments->mean);
  memset (moments->squares, 0, (size_t) moments->n * sizeof *moments->squares);
  for (int64_t i = 0; i < sampling->samples; i++) {
    const uint64_t number = (uint64_t) (batch * sampling->samples + i);
    DnnPassInfo info = {
      .seed = sampling->seed,
      .step = number,
      .training = true,
      .epoch = number,
    };

    /* A layer that runs in place has written over it. */
    if (!dnn_predictor_load (self, rows, first, error) ||
        !dnn_executor_forward (self->plan, &info, error) ||
        !dnn_predictor_check_output (self, rows, &info, first, error))
      return false;
    take_samples (self, i + 1, moments);
  }
  return true;
}

/* Of the batch that begins with row `first`. */
static void
write_moments (const DnnPredictor *self, const Moments *moments,
               const DnnSampling *sampling, const DnnRows *rows, int64_t first,
               GPtrArray *all)
{
  int64_t at = 0;

  for (uint32_t k = 0; k < all->len; k++) {
    const int64_t size = dnn_predictor_output_size_at (self, k);
    float *mean = (float *) g_ptr_array_index (all, k) + first * size;
    float *deviation = mean + rows->n * size;

    for (int64_t i = 0; i < MIN (rows->batch, rows->n - first) * size; i++) {
      mean[i] = (float) moments->mean[at + i];
      deviation[i] =
          (float) sqrt (moments->squares[at + i] / (double) sampling->samples);
    }
    at += rows->batch * size;
  }
}

static GPtrArray *
sample_all (DnnPredictor *self, const DnnRows *rows,
            const DnnSampling *sampling, GError **error)
{
  g_autoptr (GPtrArray) all =
      dnn_predictor_new_results (self, rows->n, 2, error);
  g_auto (Moments) moments = { 0 };

  if (all == NULL)
    return NULL;
  moments_init (&moments, self, rows->batch);
  for (int64_t first = 0; first < rows->n; first += rows->batch) {
    if (!sample_batch (self, sampling, rows, first, &moments, error))
      return NULL;
    write_moments (self, &moments, sampling, rows, first, all);
  }
  dnn_predictor_to_units (self, rows, 2, all);
  return g_steal_pointer (&all);
}

GPtrArray *
dnn_predict_sources_sampled (DnnModel *model, const DnnPreprocess *preprocess,
                             const DnnSources *inputs,
                             const DnnSampling *sampling, GError **error)
{
  g_auto (DnnRows) rows = dnn_rows_of (preprocess, inputs);
  const DnnPlanOptions options = { .batch = rows.batch, .training = true };
  const size_t n_layers = dnn_model_n_layers (model);
  g_autofree bool *trainable = g_new (bool, n_layers + 1);
  g_autoptr (DnnPredictor) self = NULL;
  GPtrArray *all = NULL;

  if (!check_random (model, error))
    return NULL;
  /* A frozen layer drops, but moves no statistics. */
  for (size_t i = 0; i < n_layers; i++) {
    trainable[i] = dnn_model_layer (model, i)->trainable;
    dnn_model_layer (model, i)->trainable = false;
  }
  self = dnn_predictor_new_for (model, &options, sampling->threads, error);
  if (self != NULL && dnn_predictor_check_inputs (self, &rows, error))
    all = sample_all (self, &rows, sampling, error);
  for (size_t i = 0; i < n_layers; i++)
    dnn_model_layer (model, i)->trainable = trainable[i];
  return all;
}

float *
dnn_predict_samples (DnnModel *model, const DnnPreprocess *preprocess,
                     const DnnSource *inputs, const DnnSampling *sampling,
                     GError **error)
{
  DnnSource *one = (DnnSource *) inputs;

  return dnn_take_first (dnn_predict_sources_sampled (
      model, preprocess, &(DnnSources){ &one, 1 }, sampling, error));
}
