/* loss.h - what training makes small */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <dnn/abi/layer.h>

/* [grows] */
typedef struct DnnLossPass {
  DnnCall call;
  /* 1: y_pred is what goes into the activation `logits_of`. */
  uint32_t from_logits;
  uint32_t reserved;
  const DnnTensor *y_true;
  const DnnTensor *y_pred;
  /* One a sample: overwrite; NULL in gradient, unless the plugin has
   * DNN_FLAG_GIVES_VALUE. */
  float *value;
  const float *scale; /* one a sample (weight / batch); NULL in value */
  DnnTensor *dy_pred; /* like y_pred: overwrite; NULL in value */
  /* minor 1 */
  const DnnTensor *const *masks; /* NULL: all is real */
  DnnTensor *const *scratch;     /* contents undefined at every call */
} DnnLossPass;

/* [grows] */
typedef struct DnnLossOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* Name of the activation that this loss takes the inverse of: where a model
   * ends in it, the host leaves it out and hands the logits.  May be NULL. */
  const char *logits_of;
  /* [pure] Checks shapes: x[0] = y_pred, x[1] = y_true; may expect_integer. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
  /* [step] value[i] of every sample.  0 or failure. */
  int32_t (*value) (const void *self, const DnnHost *host, DnnLossPass *p);
  /* [step] dy_pred[i] = scale[i] d value[i] / d y_pred[i], and value where it
   * is not NULL.  0 or failure. */
  int32_t (*gradient) (const void *self, const DnnHost *host, DnnLossPass *p);
} DnnLossOps;

#define DNN_LOSS_OPS(logits_of) DNN_END_OF (DnnLossOps, gradient), 0, logits_of

/* --- losses that are means over the elements of a sample ------------------ */

/* [pure] The loss of one prediction y whose target is t; its derivative by y
 * goes to ret_slope. */
typedef double (*DnnElementLoss) (const void *self, double t, double y,
                                  double *ret_slope);

/* value and gradient of such a loss; gradient gives the value, too. */
static inline int32_t
dnn_mean_value (const void *self, DnnLossPass *p, DnnElementLoss loss)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);

  for (int64_t i = 0; i < samples; i++, t += n, y += n) {
    double sum = 0, slope;

    for (int64_t j = 0; j < n; j++)
      sum += loss (self, t[j], y[j], &slope);
    p->value[i] = (float) (sum / (double) n);
  }
  return 0;
}

static inline int32_t
dnn_mean_gradient (const void *self, DnnLossPass *p, DnnElementLoss loss)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  float *dy = dnn_f32 (p->dy_pred);

  for (int64_t i = 0; i < samples; i++, t += n, y += n, dy += n) {
    double sum = 0, slope;

    for (int64_t j = 0; j < n; j++) {
      sum += loss (self, t[j], y[j], &slope);
      dy[j] = (float) (p->scale[i] * slope / (double) n);
    }
    if (p->value != NULL)
      p->value[i] = (float) (sum / (double) n);
  }
  return 0;
}

/* --- losses that are means over the rows of a sample ---------------------- */

/* [pure] The loss of a row of n predictions y whose targets are t; ret_slope
 * gets its derivative by each y, where it is not NULL. */
typedef double (*DnnRowLoss) (const void *self, const float *t, const float *y,
                              int64_t n, float *ret_slope);

static inline int32_t
dnn_rows_value (const void *self, DnnLossPass *p, DnnRowLoss loss)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t rows = dnn_count (p->y_pred) / n / samples; /* of a sample */
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);

  for (int64_t i = 0; i < samples; i++) {
    double sum = 0;

    for (int64_t k = 0; k < rows; k++, t += n, y += n)
      sum += loss (self, t, y, n, NULL);
    p->value[i] = (float) (sum / (double) rows);
  }
  return 0;
}

static inline int32_t
dnn_rows_gradient (const void *self, DnnLossPass *p, DnnRowLoss loss)
{
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t rows = dnn_count (p->y_pred) / n / samples; /* of a sample */
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  float *dy = dnn_f32 (p->dy_pred);

  for (int64_t i = 0; i < samples; i++) {
    const float scale = p->scale[i] / (float) rows;
    double sum = 0;

    for (int64_t k = 0; k < rows; k++, t += n, y += n, dy += n) {
      sum += loss (self, t, y, n, dy);
      for (int64_t j = 0; j < n; j++)
        dy[j] *= scale;
    }
    if (p->value != NULL)
      p->value[i] = (float) (sum / (double) rows);
  }
  return 0;
}

#ifdef __cplusplus
}
#endif
