/* dnn-decode.h - calls decoders: bytes of a picture or sound, to an array */
#pragma once

#include "dnn-component.h"

DNN_BEGIN_DECLS

/* The result of a decoder. */
typedef struct DnnDecoded {
  DnnDtype dtype;
  DnnShape shape; /* height, width, channels; samples, channels */
  void *data;     /* (owned) NULL where only the shape was asked for */

  /* Set before the call. */
  bool shape_only;
  /* Makes room for `n` bytes, NULL if there is none; NULL: g_try_malloc. */
  void *(*allocate) (size_t n);

  unsigned n_calls; /* of set_array */
} DnnDecoded;

/* The most bytes that an array may have. */
#define DNN_DECODED_MAX ((int64_t) 1 << 31)

/* True if the first bytes are of the decoder's format. */
bool dnn_decoder_recognizes (const DnnComponent *decoder, const uint8_t *bytes,
                             int64_t n);

/* Decodes; `channels` as wanted, 0: as they are.  `who` starts the error, which
 * is DNN_ERROR_FORMAT where the bytes are at fault.  What was made so far is in
 * `decoded` in any case. */
bool dnn_decode (const DnnComponent *decoder, const char *who,
                 const uint8_t *bytes, int64_t n, uint32_t channels,
                 DnnDecoded *decoded, GError **error);

DNN_END_DECLS
