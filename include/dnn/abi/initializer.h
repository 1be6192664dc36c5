/* initializer.h - the first values of a weight */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] One tensor to fill; same key, same bits. */
typedef struct DnnFill {
  DnnCall call;
  DnnTensor *w; /* overwrite */
  double fan_in;
  double fan_out;
  const DnnTensor *x; /* minor 1: the layer's first batch; NULL: none */
} DnnFill;

/* [grows] */
typedef struct DnnInitializerOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [step] Returns 0 or what host->fail () returned. */
  int32_t (*fill) (const void *self, const DnnHost *host, DnnFill *f);
} DnnInitializerOps;

#define DNN_INITIALIZER_OPS DNN_END_OF (DnnInitializerOps, fill), 0

#ifdef __cplusplus
}
#endif
