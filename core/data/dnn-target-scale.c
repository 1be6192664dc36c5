/* dnn-target-scale.c - targets of mean 0 and deviation 1, and back */
#include "dnn-target-scale.h"

#include "dnn-shape.h"

#include <math.h>
#include <string.h>

static DnnTargetScale *
scale_new (int64_t n)
{
  DnnTargetScale *self = g_atomic_rc_box_new0 (DnnTargetScale);

  self->n = n;
  self->mean = g_new0 (double, (gsize) n + 1);
  self->deviation = g_new0 (double, (gsize) n + 1);
  return self;
}

static void
clear (gpointer data)
{
  DnnTargetScale *self = data;

  g_free (self->deviation);
  g_free (self->mean);
}

DnnTargetScale *
dnn_target_scale_ref (DnnTargetScale *self)
{
  return self != NULL ? g_atomic_rc_box_acquire (self) : NULL;
}

void
dnn_target_scale_unref (DnnTargetScale *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear);
}

/* --- learning ------------------------------------------------------------ */

/* Welford's running means, as step-standardize.c has them of inputs. */
static void
add_row (DnnTargetScale *self, const double *y, int64_t i)
{
  for (int64_t j = 0; j < self->n; j++) {
    const double before = y[j] - self->mean[j];

    self->mean[j] += before / (double) i;
    self->deviation[j] += before * (y[j] - self->mean[j]);
  }
}

DnnTargetScale *
dnn_target_scale_new (const DnnSplit *split)
{
  const DnnSource *targets = dnn_split_target (split);
  DnnTargetScale *self = scale_new (targets->row);
  g_autofree double *y = g_new (double, (gsize) self->n + 1);

  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);

    dnn_source_gather_exact (targets, &row, 1, y);
    dnn_source_release_behind (targets, i, 1);
    add_row (self, y, i + 1);
  }
  for (int64_t j = 0; j < self->n; j++) {
    const double deviation =
        sqrt (self->deviation[j] / (double) MAX (split->n, 1));

    /* one value in every row stays one, near 0 */
    self->deviation[j] = deviation > 0 && isfinite (deviation) ? deviation : 1;
  }
  return self;
}

/* --- applying ------------------------------------------------------------ */

void
dnn_target_scale_apply (const DnnTargetScale *self, float *y, int64_t n)
{
  for (int64_t i = 0; i < n; i += self->n)
    for (int64_t j = 0; j < self->n; j++)
      y[i + j] =
          (float) (((double) y[i + j] - self->mean[j]) / self->deviation[j]);
}

void
dnn_target_scale_undo (const DnnTargetScale *self, const float *x, int64_t n,
                       float *y)
{
  for (int64_t i = 0; i < n; i += self->n)
    for (int64_t j = 0; j < self->n; j++)
      y[i + j] = (float) (x[i + j] * self->deviation[j] + self->mean[j]);
}

void
dnn_target_scale_undo_spread (const DnnTargetScale *self, float *y, int64_t n)
{
  for (int64_t i = 0; i < n; i += self->n)
    for (int64_t j = 0; j < self->n; j++)
      y[i + j] = (float) (y[i + j] * self->deviation[j]);
}

/* --- in a model's file --------------------------------------------------- */

static const char mean_name[] = "input/target_mean";
static const char deviation_name[] = "input/target_standard_deviation";

void
dnn_target_scale_add (const DnnTargetScale *self, DnnSafetensors *file)
{
  const DnnShape shape = { 1, 0, { self->n } };
  const DnnNamedTensor mean = { mean_name, DNN_FLOAT64, shape, self->mean };
  const DnnNamedTensor deviation = { deviation_name, DNN_FLOAT64, shape,
                                     self->deviation };

  dnn_safetensors_add (file, &mean);
  dnn_safetensors_add (file, &deviation);
}

static bool
is_row (const DnnNamedTensor *tensor, const DnnNamedTensor *like)
{
  return tensor != NULL && tensor->dtype == DNN_FLOAT64 &&
         tensor->shape.n_dims == 1 && tensor->shape.dims[0] > 0 &&
         dnn_shape_equal (&tensor->shape, &like->shape);
}

bool
dnn_target_scale_read (const DnnSafetensors *file, DnnTargetScale **ret_scale,
                       GError **error)
{
  const DnnNamedTensor *mean = dnn_safetensors_find (file, mean_name);
  const DnnNamedTensor *deviation = dnn_safetensors_find (file, deviation_name);
  g_autoptr (DnnTargetScale) self = NULL;
  bool good = is_row (mean, mean) && is_row (deviation, mean);

  if (mean == NULL && deviation == NULL)
    return true;
  if (good) {
    self = scale_new (mean->shape.dims[0]);
    memcpy (self->mean, mean->data, (size_t) self->n * sizeof (double));
    memcpy (self->deviation, deviation->data,
            (size_t) self->n * sizeof (double));
  }
  for (int64_t i = 0; good && i < self->n; i++)
    good = isfinite (self->mean[i]) && self->deviation[i] > 0 &&
           isfinite (self->deviation[i]);
  if (good)
    *ret_scale = g_steal_pointer (&self);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' and '%s' must be float64, of one size, and deviations "
                 "above 0",
                 mean_name, deviation_name);
  return good;
}
