/* predictor-rows.c - predictions for all rows of sources */
#include "dnn-predictor-private.h"

#include "dnn-finite.h"
#include "dnn-indices.h"
#include "dnn-memory.h"
#include "dnn-shape.h"
#include "dnn-sources.h"

#include <string.h>

enum { BATCH = 256 };

void
dnn_rows_clear (DnnRows *self)
{
  g_free (self->scratch);
}

DnnRows
dnn_rows_of (const DnnPreprocess *preprocess, const DnnSources *inputs)
{
  const int64_t n = dnn_source_n_rows (inputs->at[0]);
  DnnRows rows = { preprocess, inputs, n, CLAMP (n, 1, BATCH), NULL };
  int64_t n_scratch = 0;

  for (uint32_t i = 0; preprocess != NULL && i < inputs->n; i++)
    if (inputs->at[i]->shape.n_dims > 0) {
      const DnnShape row = dnn_source_row_shape (inputs->at[i]);
      const int64_t size =
          dnn_preprocess_scratch (dnn_preprocess_part (preprocess, i), &row);

      n_scratch = MAX (n_scratch, size);
    }
  rows.scratch = g_new (float, (gsize) n_scratch + 1);
  return rows;
}

/* Numbers of a row of input i as the model is given it; 0: a step does not take
 * it. */
static int64_t
size_of (const DnnRows *rows, uint32_t i)
{
  const DnnSource *source = rows->inputs->at[i];
  DnnShape shape = dnn_source_row_shape (source);
  const DnnPreprocess *part;

  if (rows->preprocess == NULL)
    return source->row;
  part = dnn_preprocess_part (rows->preprocess, i);
  if (!dnn_preprocess_takes (part, &shape))
    return 0;
  shape = dnn_preprocess_shape (part, &shape);
  return dnn_data_step_count (&shape);
}

static bool
check_shape (const DnnPredictor *self, const DnnRows *rows, uint32_t i,
             GError **error)
{
  const DnnShape want = dnn_shape_of (&self->plan->values[i].y.tensor);
  const DnnShape *have = &rows->inputs->at[i]->shape;
  g_autofree char *have_text = NULL, *want_text = NULL, *number = NULL;

  if (have->n_dims > 0 &&
      size_of (rows, i) == dnn_predictor_input_size_at (self, i))
    return true;
  number =
      rows->inputs->n > 1 ? g_strdup_printf (" of input:%u", i) : g_strdup ("");
  have_text = dnn_shape_to_string (have, true);
  want_text = dnn_shape_to_string (&want, true);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "the inputs%s have shape '%s', and the model takes %s", number,
               have_text, want_text);
  return false;
}

static const DnnPreprocess *
part_of (const DnnRows *rows, uint32_t i)
{
  return rows->preprocess != NULL ? dnn_preprocess_part (rows->preprocess, i)
                                  : NULL;
}

bool
dnn_predictor_check_inputs (const DnnPredictor *self, const DnnRows *rows,
                            GError **error)
{
  const uint32_t n = dnn_predictor_n_inputs (self);

  if (rows->inputs->n != n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the model has %u input%s, and '%u' %s given; parts are "
                 "parted by ';', as in 'a.npy; b.npy'",
                 n, n == 1 ? "" : "s", rows->inputs->n,
                 rows->inputs->n == 1 ? "is" : "are");
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    const DnnSource *source = rows->inputs->at[i];

    if (!check_shape (self, rows, i, error))
      return false;
    if (dnn_source_n_rows (source) == rows->n) {
      if (!dnn_indices_check (self->plan, i, part_of (rows, i), source, NULL,
                              error))
        return false;
      continue;
    }
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s has %" G_GINT64_FORMAT " rows, and %s has "
                 "'%" G_GINT64_FORMAT "'; they must have as many",
                 rows->inputs->at[0]->name, rows->n, source->name,
                 dnn_source_n_rows (source));
    return false;
  }
  return true;
}

/* Rows first .. of input i into the predictor; a short last batch is filled up
 * with its last row. */
static void
gather_input (DnnPredictor *self, const DnnRows *rows, uint32_t i,
              int64_t first)
{
  const int64_t size = dnn_predictor_input_size_at (self, i);
  const DnnSource *source = rows->inputs->at[i];
  const DnnPreprocess *part = part_of (rows, i);

  for (int64_t j = 0; j < rows->batch; j++) {
    const int64_t row = MIN (first + j, rows->n - 1);
    float *out = dnn_predictor_input_at (self, i) + j * size;

    if (part != NULL)
      dnn_preprocess_rows (part, source, &row, 1, rows->scratch, out);
    else
      dnn_source_gather (source, &row, 1, out);
  }
}

static void
gather (DnnPredictor *self, const DnnRows *rows, int64_t first)
{
  for (uint32_t i = 0; i < rows->inputs->n; i++)
    gather_input (self, rows, i, first);
}

/* A layer may well make a number of what is none. */
static bool
check_input (DnnPredictor *self, const DnnRows *rows, uint32_t i, int64_t first,
             GError **error)
{
  const int64_t size = dnn_predictor_input_size_at (self, i);
  const float *x = dnn_predictor_input_at (self, i);
  const int64_t at = dnn_find_not_finite (x, rows->batch * size);
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  bool named;

  if (at < 0)
    return true;
  names = rows->preprocess != NULL
              ? dnn_preprocess_names (dnn_preprocess_part (rows->preprocess, i))
              : NULL;
  named = names != NULL && (int64_t) g_strv_length (names) == size;
  text = dnn_describe_not_finite (x, at, size, first, named ? names : NULL);
  g_set_error_literal (error, DNN_ERROR, DNN_ERROR_DATA, text);
  return false;
}

bool
dnn_predictor_load (DnnPredictor *self, const DnnRows *rows, int64_t first,
                    GError **error)
{
  gather (self, rows, first);
  for (uint32_t i = 0; i < rows->inputs->n; i++)
    if (!check_input (self, rows, i, first, error))
      return false;
  return true;
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
  *search = (Search){ stage, at / dnn_tensor_row_size (y) };
  return false;
}

static bool
is_finite (const DnnPredictor *self)
{
  bool finite = true;

  for (uint32_t i = 0; i < dnn_predictor_n_outputs (self); i++) {
    const DnnTensor *y = &self->plan->heads[i].prediction->tensor;

    finite = finite && dnn_find_not_finite (y->data, dnn_count (y)) < 0;
  }
  return finite;
}

bool
dnn_predictor_check_output (DnnPredictor *self, const DnnRows *rows,
                            const DnnPassInfo *info, int64_t first,
                            GError **error)
{
  Search search = { 0 };

  if (is_finite (self))
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

GPtrArray *
dnn_predictor_new_results (const DnnPredictor *self, int64_t n_rows,
                           int64_t parts, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (dnn_memory_free);

  for (uint32_t i = 0; i < dnn_predictor_n_outputs (self); i++) {
    const int64_t n = parts * n_rows * dnn_predictor_output_size_at (self, i);
    float *y = dnn_memory_new ((size_t) n * sizeof (float), error);

    if (y == NULL)
      return NULL;
    g_ptr_array_add (all, y);
  }
  return g_steal_pointer (&all);
}

void
dnn_predictor_to_units (const DnnPredictor *self, const DnnRows *rows,
                        int64_t parts, GPtrArray *all)
{
  for (uint32_t i = 0; rows->preprocess != NULL && i < all->len; i++) {
    const DnnTargetScale *scale =
        dnn_preprocess_part (rows->preprocess, i)->targets;
    const int64_t n = rows->n * dnn_predictor_output_size_at (self, i);
    float *y = g_ptr_array_index (all, i);

    if (scale == NULL || n % scale->n != 0)
      continue;
    dnn_target_scale_undo (scale, y, n, y);
    if (parts > 1)
      dnn_target_scale_undo_spread (scale, y + n, n);
  }
}

float *
dnn_take_first (GPtrArray *all)
{
  float *y = all != NULL ? g_ptr_array_steal_index (all, 0) : NULL;

  g_clear_pointer (&all, g_ptr_array_unref);
  return y;
}

static bool
predict_batch (DnnPredictor *self, const DnnRows *rows, int64_t first,
               GPtrArray *all, GError **error)
{
  const DnnPassInfo info = { .training = false };
  const int64_t n = MIN (rows->batch, rows->n - first);

  if (!dnn_predictor_load (self, rows, first, error) ||
      dnn_predictor_run (self, error) == NULL ||
      !dnn_predictor_check_output (self, rows, &info, first, error))
    return false;
  for (uint32_t i = 0; i < all->len; i++) {
    const int64_t size = dnn_predictor_output_size_at (self, i);

    memcpy ((float *) g_ptr_array_index (all, i) + first * size,
            dnn_predictor_output_at (self, i),
            (size_t) (n * size) * sizeof (float));
  }
  return true;
}

GPtrArray *
dnn_predictor_run_sources (DnnPredictor *self, const DnnPreprocess *preprocess,
                           const DnnSources *inputs, GError **error)
{
  g_auto (DnnRows) rows = dnn_rows_of (preprocess, inputs);
  g_autoptr (GPtrArray) all = NULL;

  rows.batch = self->plan->options.batch;
  if (!dnn_predictor_check_inputs (self, &rows, error))
    return NULL;
  all = dnn_predictor_new_results (self, rows.n, 1, error);
  if (all == NULL)
    return NULL;
  for (int64_t first = 0; first < rows.n; first += rows.batch)
    if (!predict_batch (self, &rows, first, all, error))
      return NULL;
  dnn_predictor_to_units (self, &rows, 1, all);
  return g_steal_pointer (&all);
}

GPtrArray *
dnn_predict_sources (DnnModel *model, const DnnPreprocess *preprocess,
                     const DnnSources *inputs, unsigned threads, GError **error)
{
  const int64_t n = dnn_source_n_rows (inputs->at[0]);
  g_autoptr (DnnPredictor) self =
      dnn_predictor_new (model, CLAMP (n, 1, BATCH), threads, error);

  return self != NULL
             ? dnn_predictor_run_sources (self, preprocess, inputs, error)
             : NULL;
}

float *
dnn_predict_source (DnnModel *model, const DnnPreprocess *preprocess,
                    const DnnSource *inputs, unsigned threads, GError **error)
{
  DnnSource *one = (DnnSource *) inputs;

  return dnn_take_first (dnn_predict_sources (
      model, preprocess, &(DnnSources){ &one, 1 }, threads, error));
}

float *
dnn_predict_array (DnnModel *model, const DnnPreprocess *preprocess,
                   const DnnArray *inputs, unsigned threads, GError **error)
{
  g_autoptr (DnnSource) source =
      dnn_source_new_array ((DnnArray *) inputs, "inputs");

  return dnn_predict_source (model, preprocess, source, threads, error);
}
