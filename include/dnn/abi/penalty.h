/* penalty.h - regularizers and constraints: what is asked of one weight */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] */
typedef struct DnnPenaltyPass {
  DnnCall call;
  const DnnTensor *w;
  DnnTensor *dw; /* overwrite: the penalty's gradient; NULL: not wanted */
} DnnPenaltyPass;

/* [grows] */
typedef struct DnnRegularizerOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [step] What the weight adds to the loss. */
  double (*penalty) (const void *self, const DnnHost *host, DnnPenaltyPass *p);
} DnnRegularizerOps;

#define DNN_REGULARIZER_OPS DNN_END_OF (DnnRegularizerOps, penalty), 0

/* [grows] */
typedef struct DnnConstraintPass {
  DnnCall call;
  DnnTensor *w; /* in place */
} DnnConstraintPass;

/* [grows] */
typedef struct DnnConstraintOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [step] After every update; a second call in a row changes nothing. */
  void (*constrain) (const void *self, const DnnHost *host,
                     DnnConstraintPass *p);
} DnnConstraintOps;

#define DNN_CONSTRAINT_OPS DNN_END_OF (DnnConstraintOps, constrain), 0

#ifdef __cplusplus
}
#endif
