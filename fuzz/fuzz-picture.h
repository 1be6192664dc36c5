/* fuzz-picture.h - a picture, decoded whole */
#pragma once

#include "dnn-decoders.h"

/* Decodes the bytes in as many channels as they have. */
static inline bool
fuzz_decode (DnnRegistry *registry, const char *name, GBytes *bytes,
             GError **error)
{
  g_autoptr (DnnDecoders) decoders = dnn_decoders_new (registry, error);
  DnnDecoded decoded = { 0 };
  const bool done =
      decoders != NULL &&
      dnn_decoders_decode (decoders, name, bytes, 0, &decoded, error);

  g_free (decoded.data);
  return done;
}
