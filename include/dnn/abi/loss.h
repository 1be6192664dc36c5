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
  float *value;       /* one a sample: overwrite; NULL in gradient */
  const float *scale; /* one a sample (weight / batch); NULL in value */
  DnnTensor *dy_pred; /* like y_pred: overwrite; NULL in value */
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
  /* [step] dy_pred[i] = scale[i] d value[i] / d y_pred[i].  0 or failure. */
  int32_t (*gradient) (const void *self, const DnnHost *host, DnnLossPass *p);
} DnnLossOps;

#define DNN_LOSS_OPS(logits_of) DNN_END_OF (DnnLossOps, gradient), 0, logits_of

#ifdef __cplusplus
}
#endif
