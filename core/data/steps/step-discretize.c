/* step-discretize.c - numbers to bins that the training rows fill alike
 *
 * As Keras' Discretization (num_bins, epsilon) learns by `adapt`: all numbers
 * of all rows together, in float32, become a summary of some 1 / epsilon
 * numbers, each with the weight of those it stands for, and boundaries are
 * interpolated among these by their share of the weight.
 */
#include "dnn-data-source.h"
#include "dnn-data-steps.h"

#include <math.h>
#include <string.h>

static const char tensor_name[] = "input/bin_boundaries";

DnnDataStep *
dnn_discretize_new (int64_t bins, double epsilon)
{
  DnnDiscretize *self = g_new0 (DnnDiscretize, 1);

  dnn_data_step_init (&self->base, &dnn_discretize_type);
  self->bins = bins;
  self->epsilon = epsilon;
  return &self->base;
}

static void
clear (DnnDataStep *step)
{
  g_free (((DnnDiscretize *) step)->boundaries);
}

static DnnDataStep *
from_settings (const DnnDataSettings *settings)
{
  return settings->discretize > 0
             ? dnn_discretize_new (settings->discretize,
                                   settings->discretize_epsilon)
             : NULL;
}

static char *
to_setting (const DnnDataStep *step)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT,
                          ((const DnnDiscretize *) step)->bins);
}

/* --- learning ------------------------------------------------------------ */

/* Numbers that stand for others, rising, and how many each stands for. */
typedef struct {
  float *at, *weight; /* (owned) */
  int64_t n;
} Summary;

static void
summary_clear (Summary *self)
{
  g_free (self->at);
  g_free (self->weight);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Summary, summary_clear)

static int
compare (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Every step-th of the numbers in order, from the first that ends a step. */
static Summary
summarize (const float *sorted, int64_t n, double epsilon)
{
  const double step = fmax ((double) n / (1 / epsilon), 1);
  const int64_t first = (int64_t) (step - 1), by = (int64_t) step;
  Summary all = { g_new (float, (gsize) n + 1), g_new (float, (gsize) n + 1),
                  0 };

  for (int64_t i = first; i < n; i += by) {
    all.at[all.n] = sorted[i];
    all.weight[all.n++] = (float) step;
  }
  return all;
}

/* y at x of the line through the points (xs, ys), level beyond its ends. */
static double
interpolate (const float *xs, const float *ys, int64_t n, double x)
{
  int64_t j = 0;

  if (x < (double) xs[0])
    return ys[0];
  while (j + 1 < n && (double) xs[j + 1] <= x)
    j++;
  if (j + 1 == n)
    return ys[n - 1];
  return ((double) ys[j + 1] - ys[j]) / ((double) xs[j + 1] - xs[j]) *
             (x - (double) xs[j]) +
         (double) ys[j];
}

/* As many numbers as epsilon asks for, each of the same share of the weight. */
static void
compress (Summary *self, double epsilon)
{
  const int64_t n = (int64_t) ceil (1 / epsilon);
  g_autofree float *sums = g_new (float, (gsize) self->n + 1);
  g_autofree float *shares = g_new (float, (gsize) self->n + 1);
  Summary less = { g_new (float, (gsize) n + 1), g_new (float, (gsize) n + 1),
                   n };
  double before = 0;

  if ((double) self->n * epsilon < 1) {
    summary_clear (&less);
    return;
  }
  for (int64_t i = 0; i < self->n; i++)
    sums[i] = (i > 0 ? sums[i - 1] : 0) + self->weight[i];
  for (int64_t i = 0; i < self->n; i++)
    shares[i] = sums[i] / sums[self->n - 1];
  for (int64_t i = 0; i < n; i++) {
    const double share = epsilon + (double) i * epsilon;
    const double sum = interpolate (shares, sums, self->n, share);

    less.at[i] = (float) interpolate (shares, self->at, self->n, share);
    less.weight[i] = (float) (sum - before);
    before = sum;
  }
  summary_clear (self);
  *self = less;
}

/* All numbers of the training rows; NULL with an error for one that is none.
 */
static float *
gather (DnnDataStepRows *rows, int64_t n, GError **error)
{
  const int64_t size = dnn_data_step_rows_size (rows);
  g_autofree float *all = g_try_new (float, (gsize) (n * size) + 1);
  const double *x;
  int64_t block, at = 0, bad = -1;

  if (all == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "discretize: there is no memory for '%" G_GINT64_FORMAT
                 "' numbers, which it sorts",
                 n * size);
    return NULL;
  }
  while ((x = dnn_data_step_rows_next (rows, &block)) != NULL)
    for (int64_t i = 0; i < block * size; i++, at++) {
      all[at] = (float) x[i];
      if (isnan (x[i]) && bad < 0)
        bad = at;
    }
  if (bad >= 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "discretize: element %" G_GINT64_FORMAT
                 " of training row %" G_GINT64_FORMAT
                 " is 'nan', which is in no bin",
                 bad % size + 1, bad / size + 1);
    return NULL;
  }
  return g_steal_pointer (&all);
}

static bool
fit (DnnDataStep *step, DnnDataStepRows *rows, GError **error)
{
  DnnDiscretize *self = (DnnDiscretize *) step;
  const int64_t n_rows = dnn_data_step_rows_count (rows);
  const int64_t n = n_rows * dnn_data_step_rows_size (rows);
  g_autofree float *all = gather (rows, n_rows, error);
  g_auto (Summary) summary = { 0 };

  if (all == NULL)
    return false;
  qsort (all, (size_t) n, sizeof *all, compare);
  summary = summarize (all, n, self->epsilon);
  compress (&summary, self->epsilon);
  compress (&summary, 1 / (double) self->bins);
  g_free (self->boundaries);
  self->n = MAX (summary.n - 1, 0);
  self->boundaries =
      g_memdup2 (summary.at, ((gsize) self->n + 1) * sizeof (float));
  return true;
}

/* --- applying ------------------------------------------------------------ */

/* How many boundaries are x or less; NaN is behind all. */
static int64_t
bin_of (const DnnDiscretize *self, float x)
{
  int64_t low = 0, high = self->n;

  while (low < high) {
    const int64_t middle = (low + high) / 2;

    if (x < self->boundaries[middle])
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static void
apply (const DnnDataStep *step, float *x, int64_t n, int64_t size)
{
  for (int64_t i = 0; i < n * size; i++)
    x[i] = (float) bin_of ((const DnnDiscretize *) step, x[i]);
}

/* --- in a model's file --------------------------------------------------- */

static void
store (const DnnDataStep *step, DnnSafetensors *file)
{
  const DnnDiscretize *self = (const DnnDiscretize *) step;
  const DnnNamedTensor boundaries = {
    tensor_name, DNN_FLOAT32, { 1, 0, { self->n } }, self->boundaries
  };
  g_autofree char *text = to_setting (step);

  dnn_safetensors_add (file, &boundaries);
  dnn_safetensors_set_metadata (file, "discretize", text);
}

static bool
read_step (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
           GError **error)
{
  const DnnNamedTensor *tensor = dnn_safetensors_find (file, tensor_name);
  const char *text = dnn_safetensors_get_metadata (file, "discretize");
  DnnDiscretize *self;

  (void) size;
  if (tensor == NULL && text == NULL)
    return true;
  if (tensor == NULL || tensor->dtype != DNN_FLOAT32 ||
      tensor->shape.n_dims != 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' must be a row of numbers of float32", tensor_name);
    return false;
  }
  *ret_step = dnn_discretize_new (
      text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0, 0.01);
  self = (DnnDiscretize *) *ret_step;
  self->n = tensor->shape.dims[0];
  self->boundaries = g_new0 (float, (gsize) self->n + 1);
  memcpy (self->boundaries, tensor->data, (size_t) self->n * sizeof (float));
  return true;
}

const DnnDataStepType dnn_discretize_type = {
  .name = "discretize",
  .late = true,
  .from_settings = from_settings,
  .to_setting = to_setting,
  .fit = fit,
  .apply = apply,
  .store = store,
  .read = read_step,
  .clear = clear,
};
