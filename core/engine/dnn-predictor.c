/* dnn-predictor.c - inference */
#include "dnn-predictor.h"

#include "dnn-blas.h"
#include "dnn-executor.h"
#include "dnn-finite.h"
#include "dnn-memory.h"
#include "dnn-plan-states.h"
#include "dnn-shape.h"
#include "dnn-sources.h"

#include <math.h>
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

/* `options.training`: room for what layers keep of the numbers that they draw.
 */
static DnnPredictor *
make_predictor (DnnModel *model, DnnPlanOptions options, unsigned threads,
                GError **error)
{
  g_autoptr (DnnPredictor) self = g_new0 (DnnPredictor, 1);

  if (!dnn_blas_init (error))
    return NULL;
  self->pool = dnn_pool_new (threads);
  self->plan = dnn_plan_new (model, self->pool, &options, error);
  if (self->plan == NULL || !dnn_plan_allocate (self->plan, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

DnnPredictor *
dnn_predictor_new (DnnModel *model, int64_t batch, unsigned threads,
                   GError **error)
{
  return make_predictor (model, (DnnPlanOptions){ .batch = batch }, threads,
                         error);
}

DnnPredictor *
dnn_predictor_new_stream (DnnModel *model, int64_t batch, unsigned threads,
                          GError **error)
{
  const DnnPlanOptions options = { .batch = batch, .keeps_states = true };

  return make_predictor (model, options, threads, error);
}

void
dnn_predictor_begin (DnnPredictor *self)
{
  dnn_plan_forget_states (self->plan);
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
dnn_scores_label (DnnScores scores, const float *row, int64_t n)
{
  int64_t best = 0;

  if (n == 1 && scores == DNN_MARGINS)
    return row[0] > 0 ? 1 : -1;
  if (n == 1)
    return row[0] > (scores == DNN_LOGITS ? 0 : 0.5f);
  for (int64_t i = 1; i < n; i++)
    if (row[i] > row[best])
      best = i;
  return best;
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

/* --- units --------------------------------------------------------------- */

/* `parts` arrays of as many numbers: predictions, and standard deviations. */
static void
to_units (const DnnPreprocess *preprocess, float *y, int64_t n, int parts)
{
  const DnnTargetScale *scale = preprocess != NULL ? preprocess->targets : NULL;

  if (scale == NULL || n % scale->n != 0)
    return;
  dnn_target_scale_undo (scale, y, n, y);
  if (parts > 1)
    dnn_target_scale_undo_spread (scale, y + n, n);
}

/* --- whole arrays -------------------------------------------------------- */

enum { BATCH = 256 };

/* What is predicted: rows of a source. */
typedef struct {
  const DnnPreprocess *preprocess; /* or NULL */
  const DnnSource *inputs;
  int64_t n, batch; /* rows, and how many are run at once */
  float *scratch;   /* (owned) of one row */
} Rows;

static void
rows_clear (Rows *self)
{
  g_free (self->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, rows_clear)

static Rows
rows_of (const DnnPreprocess *preprocess, const DnnSource *inputs)
{
  const int64_t n = dnn_source_n_rows (inputs);
  Rows rows = { preprocess, inputs, n, CLAMP (n, 1, BATCH), NULL };

  if (preprocess != NULL && inputs->shape.n_dims > 0) {
    const DnnShape row = dnn_source_row_shape (inputs);

    rows.scratch =
        g_new (float, (gsize) dnn_preprocess_scratch (preprocess, &row));
  }
  return rows;
}

/* Numbers of a row as the model is given it; 0: a step does not take it. */
static int64_t
size_of (const Rows *rows)
{
  DnnShape shape = dnn_source_row_shape (rows->inputs);

  if (rows->preprocess == NULL)
    return rows->inputs->row;
  if (!dnn_preprocess_takes (rows->preprocess, &shape))
    return 0;
  shape = dnn_preprocess_shape (rows->preprocess, &shape);
  return dnn_data_step_count (&shape);
}

static bool
check_inputs (const DnnPredictor *self, const Rows *rows, GError **error)
{
  DnnShape want = dnn_shape_of (&self->plan->values[0].y.tensor);
  g_autofree char *have_text = NULL, *want_text = NULL;

  if (rows->inputs->shape.n_dims > 0 &&
      size_of (rows) == dnn_predictor_input_size (self))
    return true;
  have_text = dnn_shape_to_string (&rows->inputs->shape, true);
  want_text = dnn_shape_to_string (&want, true);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "the inputs have shape '%s', and the model takes %s", have_text,
               want_text);
  return false;
}

/* Rows first .. of the inputs into the predictor; a short last batch is filled
 * up with its last row. */
static void
gather (DnnPredictor *self, const Rows *rows, int64_t first)
{
  const int64_t size = dnn_predictor_input_size (self);

  for (int64_t i = 0; i < rows->batch; i++) {
    const int64_t row = MIN (first + i, rows->n - 1);
    float *out = dnn_predictor_input (self) + i * size;

    if (rows->preprocess != NULL)
      dnn_preprocess_rows (rows->preprocess, rows->inputs, &row, 1,
                           rows->scratch, out);
    else
      dnn_source_gather (rows->inputs, &row, 1, out);
  }
}

/* A layer may well make a number of what is none. */
static bool
check_input (DnnPredictor *self, const Rows *rows, int64_t first,
             GError **error)
{
  const int64_t size = dnn_predictor_input_size (self);
  const float *x = dnn_predictor_input (self);
  const int64_t at = dnn_find_not_finite (x, rows->batch * size);
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  bool named;

  if (at < 0)
    return true;
  names =
      rows->preprocess != NULL ? dnn_preprocess_names (rows->preprocess) : NULL;
  named = names != NULL && (int64_t) g_strv_length (names) == size;
  text = dnn_describe_not_finite (x, at, size, first, named ? names : NULL);
  g_set_error_literal (error, DNN_ERROR, DNN_ERROR_DATA, text);
  return false;
}

typedef struct {
  const DnnStage *stage; /* the first whose output is not finite */
  int64_t row;           /* of the batch */
} Search;

static bool
look_at_output (void *data, const DnnStage *stage)
{
  Search *search = data;
  const DnnTensor *y = &stage->out->y.tensor;
  const int64_t at = dnn_find_not_finite (y->data, dnn_count (y));

  if (at < 0)
    return true;
  *search = (Search){ stage, at / row_size (y) };
  return false;
}

/* The batch is run again, up to the layer that is to blame. */
static bool
check_output (DnnPredictor *self, const Rows *rows, const DnnPassInfo *info,
              int64_t first, GError **error)
{
  const DnnTensor *y = &self->plan->prediction->tensor;
  Search search = { 0 };

  if (dnn_find_not_finite (y->data, dnn_count (y)) < 0)
    return true;
  gather (self, rows, first);
  if (dnn_executor_forward_watched (self->plan, info, look_at_output, &search,
                                    error))
    g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
                 "row %" G_GINT64_FORMAT ": the first output that is not "
                 "finite is that of layer '%s'",
                 first + search.row + 1,
                 search.stage != NULL ? search.stage->layer->name : "?");
  return false;
}

float *
dnn_predict_source (DnnModel *model, const DnnPreprocess *preprocess,
                    const DnnSource *inputs, unsigned threads, GError **error)
{
  g_auto (Rows) rows = rows_of (preprocess, inputs);
  const DnnPassInfo info = { .training = false };
  g_autoptr (DnnPredictor) self =
      dnn_predictor_new (model, rows.batch, threads, error);
  g_autofree float *all = NULL;
  int64_t size;

  if (self == NULL || !check_inputs (self, &rows, error))
    return NULL;
  size = dnn_predictor_output_size (self);
  all = dnn_memory_new ((size_t) (rows.n * size) * sizeof (float), error);
  if (all == NULL)
    return NULL;
  for (int64_t first = 0; first < rows.n; first += rows.batch) {
    const int64_t n = MIN (rows.batch, rows.n - first) * size;
    const float *y;

    gather (self, &rows, first);
    if (!check_input (self, &rows, first, error))
      return NULL;
    y = dnn_predictor_run (self, error);
    if (y == NULL || !check_output (self, &rows, &info, first, error))
      return NULL;
    memcpy (all + first * size, y, (size_t) n * sizeof (float));
  }
  to_units (preprocess, all, rows.n * size, 1);
  return g_steal_pointer (&all);
}

float *
dnn_predict_array (DnnModel *model, const DnnPreprocess *preprocess,
                   const DnnArray *inputs, unsigned threads, GError **error)
{
  g_autoptr (DnnSource) source =
      dnn_source_new_array ((DnnArray *) inputs, "inputs");

  return dnn_predict_source (model, preprocess, source, threads, error);
}

/* --- samples ------------------------------------------------------------- */

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

/* The batch that begins with row `first`, `samples` times.  The step makes the
 * random numbers of every batch and sample others. */
static bool
sample_batch (DnnPredictor *self, const DnnSampling *sampling, const Rows *rows,
              int64_t first, double *mean, double *squares, GError **error)
{
  const int64_t n = dnn_count (&self->plan->prediction->tensor);
  const int64_t batch = first / rows->batch;

  memset (mean, 0, (size_t) n * sizeof *mean);
  memset (squares, 0, (size_t) n * sizeof *squares);
  for (int64_t i = 0; i < sampling->samples; i++) {
    const uint64_t number = (uint64_t) (batch * sampling->samples + i);
    DnnPassInfo info = {
      .seed = sampling->seed,
      .step = number,
      .training = true,
      .epoch = number,
    };

    /* A layer that runs in place has written over it. */
    gather (self, rows, first);
    if (!check_input (self, rows, first, error) ||
        !dnn_executor_forward (self->plan, &info, error) ||
        !check_output (self, rows, &info, first, error))
      return false;
    take_sample (self->plan->prediction->tensor.data, n, i + 1, mean, squares);
  }
  return true;
}

static float *
sample_all (DnnPredictor *self, const Rows *rows, const DnnSampling *sampling,
            GError **error)
{
  const int64_t n = rows->n, batch = rows->batch;
  const int64_t size = dnn_predictor_output_size (self);
  g_autofree float *all =
      dnn_memory_new ((size_t) (2 * n * size) * sizeof (float), error);
  g_autofree double *mean = g_new (double, (gsize) (batch * size));
  g_autofree double *squares = g_new (double, (gsize) (batch * size));

  if (all == NULL)
    return NULL;
  for (int64_t first = 0; first < n; first += batch) {
    if (!sample_batch (self, sampling, rows, first, mean, squares, error))
      return NULL;
    for (int64_t i = 0; i < MIN (batch, n - first) * size; i++) {
      all[first * size + i] = (float) mean[i];
      all[(n + first) * size + i] =
          (float) sqrt (squares[i] / (double) sampling->samples);
    }
  }
  to_units (rows->preprocess, all, n * size, 2);
  return g_steal_pointer (&all);
}

float *
dnn_predict_samples (DnnModel *model, const DnnPreprocess *preprocess,
                     const DnnSource *inputs, const DnnSampling *sampling,
                     GError **error)
{
  g_auto (Rows) rows = rows_of (preprocess, inputs);
  const size_t n_layers = dnn_model_n_layers (model);
  g_autofree bool *trainable = g_new (bool, n_layers + 1);
  g_autoptr (DnnPredictor) self = NULL;
  float *all = NULL;

  if (!check_random (model, error))
    return NULL;
  /* What is frozen drops, but moves no statistics. */
  for (size_t i = 0; i < n_layers; i++) {
    trainable[i] = dnn_model_layer (model, i)->trainable;
    dnn_model_layer (model, i)->trainable = false;
  }
  self = make_predictor (
      model, (DnnPlanOptions){ .batch = rows.batch, .training = true },
      sampling->threads, error);
  if (self != NULL && check_inputs (self, &rows, error))
    all = sample_all (self, &rows, sampling, error);
  for (size_t i = 0; i < n_layers; i++)
    dnn_model_layer (model, i)->trainable = trainable[i];
  return all;
}
