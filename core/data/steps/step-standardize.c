/* step-standardize.c - inputs of mean 0 and deviation 1, by the training rows
 */
#include "dnn-data-source.h"
#include "dnn-data-steps.h"

#include <math.h>

DnnDataStep *
dnn_standardize_new (void)
{
  DnnStandardize *self = g_new0 (DnnStandardize, 1);

  dnn_data_step_init (&self->base, &dnn_standardize_type);
  return &self->base;
}

static void
clear (DnnDataStep *step)
{
  DnnStandardize *self = (DnnStandardize *) step;

  g_free (self->standard_deviation);
  g_free (self->mean);
}

static DnnDataStep *
from_settings (const DnnDataSettings *settings)
{
  return settings->standardize ? dnn_standardize_new () : NULL;
}

static char *
to_setting (const DnnDataStep *self)
{
  (void) self;
  return g_strdup ("true");
}

/* --- learning ------------------------------------------------------------ */

/* Row number `i`, from 1, into the running means and sums of squared deviations
 * (Welford: Note on a method for calculating corrected sums of squares and
 * products, Technometrics 4, 1962): no cancellation. */
static void
add_row (const double *x, int64_t size, int64_t i, double *mean,
         double *squares)
{
  for (int64_t j = 0; j < size; j++) {
    const double before = x[j] - mean[j];

    mean[j] += before / (double) i;
    squares[j] += before * (x[j] - mean[j]);
  }
}

static void
take (DnnStandardize *self, const double *mean, const double *squares,
      int64_t n_rows)
{
  const int64_t size = self->base.size;

  self->mean = g_renew (float, self->mean, (gsize) size + 1);
  self->standard_deviation =
      g_renew (float, self->standard_deviation, (gsize) size + 1);
  for (int64_t j = 0; j < size; j++) {
    self->mean[j] = (float) mean[j];
    self->standard_deviation[j] =
        n_rows > 0 ? (float) sqrt (squares[j] / (double) n_rows) : 0;
  }
}

static bool
fit (DnnDataStep *step, DnnDataStepRows *rows, GError **error)
{
  const int64_t size = dnn_data_step_rows_size (rows);
  g_autofree double *mean = g_new0 (double, (gsize) size + 1);
  g_autofree double *squares = g_new0 (double, (gsize) size + 1);
  const double *x;
  int64_t n, seen = 0;

  (void) error;
  while ((x = dnn_data_step_rows_next (rows, &n)) != NULL)
    for (int64_t i = 0; i < n; i++)
      add_row (x + i * size, size, ++seen, mean, squares);
  step->size = size;
  take ((DnnStandardize *) step, mean, squares, seen);
  return true;
}

/* --- applying ------------------------------------------------------------ */

static void
apply (const DnnDataStep *step, float *x, int64_t n, int64_t size)
{
  const DnnStandardize *self = (const DnnStandardize *) step;

  for (int64_t i = 0; i < n * size; i += size)
    for (int64_t j = 0; j < size; j++) {
      const float deviation = self->standard_deviation[j];

      x[i + j] = (x[i + j] - self->mean[j]) / (deviation > 0 ? deviation : 1);
    }
}

/* --- in a model's file --------------------------------------------------- */

static const char mean_name[] = "input/mean";
static const char deviation_name[] = "input/standard_deviation";

static void
store (const DnnDataStep *step, DnnSafetensors *file)
{
  const DnnStandardize *self = (const DnnStandardize *) step;
  const DnnShape shape = { 1, 0, { step->size } };
  const DnnNamedTensor mean = { mean_name, DNN_FLOAT32, shape, self->mean };
  const DnnNamedTensor deviation = { deviation_name, DNN_FLOAT32, shape,
                                     self->standard_deviation };

  dnn_safetensors_add (file, &mean);
  dnn_safetensors_add (file, &deviation);
}

/* The numbers of `name`, n of them expected; NULL with an error where they are
 * others. */
static float *
copy_floats (const DnnSafetensors *file, const char *name, int64_t n,
             GError **error)
{
  const DnnNamedTensor *tensor = dnn_safetensors_find (file, name);

  if (tensor == NULL || tensor->dtype != DNN_FLOAT32 ||
      tensor->shape.n_dims != 1 || tensor->shape.dims[0] != n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' must be %" G_GINT64_FORMAT " numbers of float32", name,
                 n);
    return NULL;
  }
  return g_memdup2 (tensor->data, (gsize) n * sizeof (float));
}

static bool
read_step (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
           GError **error)
{
  g_autoptr (DnnDataStep) step = NULL;
  DnnStandardize *self;

  if (dnn_safetensors_find (file, mean_name) == NULL)
    return true;
  step = dnn_standardize_new ();
  step->size = size;
  self = (DnnStandardize *) step;
  self->mean = copy_floats (file, mean_name, size, error);
  if (self->mean != NULL)
    self->standard_deviation = copy_floats (file, deviation_name, size, error);
  if (self->standard_deviation == NULL)
    return false;
  *ret_step = g_steal_pointer (&step);
  return true;
}

const DnnDataStepType dnn_standardize_type = {
  .name = "standardize",
  .implicit = true,
  .late = true,
  .from_settings = from_settings,
  .to_setting = to_setting,
  .fit = fit,
  .apply = apply,
  .store = store,
  .read = read_step,
  .clear = clear,
};
