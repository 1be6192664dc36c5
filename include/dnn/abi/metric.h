/* metric.h - what people look at */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <dnn/abi/layer.h>
#include <dnn/abi/param.h>

/* [grows] */
typedef struct DnnMetricPass {
  DnnCall call;
  const DnnTensor *y_true;
  const DnnTensor *y_pred;
  const float *sample_weight; /* one a sample; NULL: all 1 */
  double *state;              /* as large as build said; starts at 0 */
  DnnTensor *const *scratch;  /* minor 1; contents undefined at every call */
} DnnMetricPass;

/* [grows] */
typedef struct DnnMetricOps {
  uint32_t struct_size;
  int32_t better; /* +1: higher is better; -1: lower */
  /* [pure] x[0] = y_pred, x[1] = y_true; set_state, and set_output where the
   * result is not one number. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
  /* [step] Takes a batch into the state.  0 or failure. */
  int32_t (*update) (const void *self, const DnnHost *host, DnnMetricPass *p);
  /* [pure] Takes another state into this one, both of n doubles; NULL: they are
   * added, element by element. */
  void (*merge) (const void *self, double *into, const double *from, int64_t n);
  /* [pure] The result so far: as many doubles as the output has. */
  void (*result) (const void *self, const double *state, int64_t n,
                  double *result);
} DnnMetricOps;

#define DNN_METRIC_OPS(better) DNN_END_OF (DnnMetricOps, result), better

/* Targets are labels: a class number for each row of predictions. */
static inline int
dnn_has_labels (const DnnMetricPass *p)
{
  return dnn_count (p->y_true) != dnn_count (p->y_pred);
}

/* The target of prediction j of a row of n, be it given as label or value. */
static inline float
dnn_target_at (const DnnMetricPass *p, int64_t row, int64_t j, int64_t n)
{
  const float *t = dnn_f32 (p->y_true);

  return dnn_has_labels (p) ? (float) (t[row] == (float) j) : t[row * n + j];
}

static inline double
dnn_weight_of (const DnnMetricPass *p, int64_t sample)
{
  return p->sample_weight != NULL ? p->sample_weight[sample] : 1;
}

/* --- metrics that are weighted means over samples ------------------------- */

enum { DNN_MEAN_SUM, DNN_MEAN_WEIGHT, DNN_MEAN_STATE };

/* [pure] What sample number i counts. */
typedef double (*DnnSampleValue) (const void *self, const DnnMetricPass *p,
                                  int64_t i);

/* update of such a metric, whose state is DNN_MEAN_STATE numbers. */
static inline int32_t
dnn_mean_update (const void *self, DnnMetricPass *p, DnnSampleValue value)
{
  for (int64_t i = 0; i < p->y_pred->dims[0]; i++) {
    const double weight = dnn_weight_of (p, i);

    if (weight == 0)
      continue; /* padding has no value that counts, nor one that is NaN */
    p->state[DNN_MEAN_SUM] += weight * value (self, p, i);
    p->state[DNN_MEAN_WEIGHT] += weight;
  }
  return 0;
}

/* And its result: Σ weight · value / Σ weight. */
static inline double
dnn_mean_of (const double *state)
{
  return state[DNN_MEAN_WEIGHT] > 0
             ? state[DNN_MEAN_SUM] / state[DNN_MEAN_WEIGHT]
             : 0;
}

/* --- metrics that count ----------------------------------------------------
 */

/* Adds to sums[k] the weights of the predictions that are above thresholds[k]
 * (found) or not, and whose targets are other than 0 (right) or not. */
static inline void
dnn_count_cases (const DnnMetricPass *p, const DnnFloats *thresholds, int found,
                 int right, double *sums)
{
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t all = dnn_count (p->y_pred);
  const int64_t of_sample = all / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred);

  for (int64_t i = 0; i < all; i++) {
    const double weight = dnn_weight_of (p, i / of_sample);

    if ((dnn_target_at (p, i / n, i % n, n) != 0) != right)
      continue;
    for (int64_t k = 0; k < thresholds->n; k++)
      sums[k] += (y[i] > (float) thresholds->at[k]) == found ? weight : 0;
  }
}

#ifdef __cplusplus
}
#endif
