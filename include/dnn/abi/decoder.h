/* decoder.h - bytes of one picture or sound, to numbers */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] */
typedef struct DnnDecode {
  DnnCall call;
  const uint8_t *bytes;
  int64_t n_bytes;
  uint32_t channels; /* wanted; 0: as it is */
  uint32_t reserved;
} DnnDecode;

/* [grows] */
typedef struct DnnDecoderOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [pure] Whether the first bytes are of this format. */
  int32_t (*recognizes) (const uint8_t *bytes, int64_t n);
  /* [range] One call of host->set_array, then its elements.  0 or failure. */
  int32_t (*decode) (const void *self, const DnnHost *host, DnnDecode *d);
} DnnDecoderOps;

#define DNN_DECODER_OPS DNN_END_OF (DnnDecoderOps, decode), 0

#ifdef __cplusplus
}
#endif
