/* dnn-predictor.c - inference */
#include "dnn-predictor.h"

#include "dnn-blas.h"
#include "dnn-executor.h"

#include <string.h>

struct DnnPredictor {
  DnnPool *pool; /* (owned) */
  DnnPlan *plan; /* (owned) */
};

void
dnn_predictor_free (DnnPredictor *self)
{
  if (self == NULL)
    return;
  dnn_plan_free (self->plan);
  dnn_pool_free (self->pool);
  g_free (self);
}

DnnPredictor *
dnn_predictor_new (DnnModel *model, int64_t batch, unsigned threads,
                   GError **error)
{
  g_autoptr (DnnPredictor) self = g_new0 (DnnPredictor, 1);
  DnnPlanOptions options = { .batch = batch };

  dnn_blas_init ();
  self->pool = dnn_pool_new (threads);
  self->plan = dnn_plan_new (model, self->pool, &options, error);
  if (self->plan == NULL || !dnn_plan_allocate (self->plan, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

float *
dnn_predictor_input (DnnPredictor *self)
{
  return dnn_plan_input (self->plan);
}

const float *
dnn_predictor_run (DnnPredictor *self, GError **error)
{
  DnnPassInfo info = { .training = false };

  if (!dnn_executor_forward (self->plan, &info, error))
    return NULL;
  return self->plan->prediction->tensor.data;
}

static int64_t
row_size (const DnnTensor *t)
{
  return dnn_count (t) / MAX (t->dims[0], 1);
}

int64_t
dnn_predictor_input_size (const DnnPredictor *self)
{
  return row_size (&self->plan->input->y.tensor);
}

int64_t
dnn_predictor_output_size (const DnnPredictor *self)
{
  return row_size (&self->plan->prediction->tensor);
}

/* --- whole arrays -------------------------------------------------------- */

enum { BATCH = 256 };

static bool
check_inputs (const DnnPredictor *self, const DnnArray *inputs, GError **error)
{
  DnnShape want = dnn_shape_of (&self->plan->values[0].y.tensor);
  g_autofree char *have_text = NULL, *want_text = NULL;

  if (inputs->shape.n_dims > 0 &&
      dnn_array_row_size (inputs) == dnn_predictor_input_size (self))
    return true;
  have_text = dnn_shape_to_string (&inputs->shape, true);
  want_text = dnn_shape_to_string (&want, true);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "the inputs have shape '%s', and the model takes %s", have_text,
               want_text);
  return false;
}

float *
dnn_predict_array (DnnModel *model, const DnnPreprocess *preprocess,
                   const DnnArray *inputs, unsigned threads, GError **error)
{
  g_autoptr (DnnPreprocess) none = dnn_preprocess_new (1);
  const int64_t n = inputs->shape.n_dims > 0 ? inputs->shape.dims[0] : 0;
  const int64_t batch = CLAMP (n, 1, BATCH);
  g_autoptr (DnnPredictor) self =
      dnn_predictor_new (model, batch, threads, error);
  g_autofree float *all = NULL;
  int64_t size_in, size_out;

  if (self == NULL || !check_inputs (self, inputs, error))
    return NULL;
  size_in = dnn_predictor_input_size (self);
  size_out = dnn_predictor_output_size (self);
  all = g_new (float, (gsize) (n * size_out) + 1);
  for (int64_t first = 0; first < n; first += batch) {
    int64_t rows = MIN (batch, n - first);
    const float *y;

    /* A short last batch is filled up with its last row. */
    for (int64_t i = 0; i < batch; i++)
      dnn_preprocess_row (preprocess != NULL ? preprocess : none, inputs,
                          first + MIN (i, rows - 1),
                          dnn_predictor_input (self) + i * size_in);
    y = dnn_predictor_run (self, error);
    if (y == NULL)
      return NULL;
    memcpy (all + first * size_out, y,
            (size_t) (rows * size_out) * sizeof (float));
  }
  return g_steal_pointer (&all);
}
