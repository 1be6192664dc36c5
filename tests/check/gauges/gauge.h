/* gauge.h - a kind that only a test has: one number of a tensor
 *
 * To it what the headers in include/dnn/abi/ are to other kinds.
 */
#pragma once

#include <dnn/plugin.h>

enum { DNN_KIND_GAUGE = 8, DNN_FLAG_SIGNED = 1 << 20 };

typedef struct DnnGaugeOps {
  uint32_t struct_size;
  int32_t sign; /* +1 or -1: of the number */
  /* [pure] Refuses inputs that it cannot read. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
  /* [pure] The number. */
  double (*read) (const void *self, const DnnTensor *x);
} DnnGaugeOps;

#define DNN_GAUGE_OPS(sign) DNN_END_OF (DnnGaugeOps, read), sign
