/* dnn-activation-job.h - an activation over a tensor, by many threads */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

typedef struct {
  const DnnComponent *activation;
  const float *x, *y, *dy;
  float *out;
  int64_t total;  /* elements */
  int64_t length; /* of a row; elementwise: of a chunk */
  int64_t rows_per_chunk;
  bool backward;
} DnnActivationJob;

/* Runs it for the stage, over a tensor of this shape; sets `total` and what
 * follows it. */
void dnn_activation_run (DnnPool *pool, DnnActivationJob *job,
                         const DnnStage *stage, const DnnTensor *shape);

DNN_END_DECLS
