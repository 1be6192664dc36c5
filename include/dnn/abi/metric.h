/* metric.h - what people look at */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <dnn/abi/layer.h>

/* [grows] */
typedef struct DnnMetricPass {
  DnnCall call;
  const DnnTensor *y_true;
  const DnnTensor *y_pred;
  const float *sample_weight; /* one a sample; NULL: all 1 */
  double *state;              /* as large as build said; starts at 0 */
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

#ifdef __cplusplus
}
#endif
