/* dnn-preprocess.c - scale and standardize */
#include "dnn-preprocess.h"

#include <math.h>

DnnPreprocess *
dnn_preprocess_new (double scale)
{
  DnnPreprocess *self = g_new0 (DnnPreprocess, 1);

  self->scale = scale;
  return self;
}

void
dnn_preprocess_free (DnnPreprocess *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->columns);
  g_strfreev (self->class_names);
  g_free (self->standard_deviation);
  g_free (self->mean);
  g_free (self);
}

/* Welford's running mean and sum of squares: no cancellation. */
void
dnn_preprocess_fit (DnnPreprocess *self, const DnnSource *inputs,
                    const int64_t *rows, int64_t first, int64_t n_rows)
{
  const int64_t n = inputs->row;
  g_autofree double *mean = g_new0 (double, (gsize) n + 1);
  g_autofree double *squares = g_new0 (double, (gsize) n + 1);
  g_autofree float *row = g_new (float, (gsize) n + 1);

  for (int64_t i = 0; i < n_rows; i++) {
    const int64_t at = rows != NULL ? rows[i] : first + i;

    dnn_source_read (inputs, at, 1, row);
    dnn_source_release_behind (inputs, i, 1);
    for (int64_t j = 0; j < n; j++) {
      double x = row[j] * self->scale, before = x - mean[j];

      mean[j] += before / (double) (i + 1);
      squares[j] += before * (x - mean[j]);
    }
  }
  self->n = n;
  self->mean = g_renew (float, self->mean, (gsize) n + 1);
  self->standard_deviation =
      g_renew (float, self->standard_deviation, (gsize) n + 1);
  for (int64_t j = 0; j < n; j++) {
    self->mean[j] = (float) mean[j];
    self->standard_deviation[j] =
        n_rows > 0 ? (float) sqrt (squares[j] / (double) n_rows) : 0;
  }
}

void
dnn_preprocess_rows (const DnnPreprocess *self, const DnnSource *inputs,
                     const int64_t *rows, int64_t n, float *out)
{
  const int64_t total = n * inputs->row;
  const float scale = (float) self->scale;

  dnn_source_gather (inputs, rows, n, out);
  if (scale != 1)
    for (int64_t j = 0; j < total; j++)
      out[j] *= scale;
  for (int64_t i = 0; self->n > 0 && i < total; i += self->n)
    for (int64_t j = 0; j < self->n; j++) {
      float deviation = self->standard_deviation[j];

      out[i + j] =
          (out[i + j] - self->mean[j]) / (deviation > 0 ? deviation : 1);
    }
}
