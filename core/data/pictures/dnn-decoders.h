/* dnn-decoders.h - the decoders there are, and which of them reads a file
 *
 * The first bytes tell, not the name.
 */
#pragma once

#include "dnn-decode.h"
#include "dnn-registry.h"

DNN_BEGIN_DECLS

typedef struct DnnDecoders {
  DnnRegistry *registry; /* (owned reference) */
  GPtrArray *all;        /* (owned) of DnnComponent, by name */
} DnnDecoders;

/* All that the registry finds; there may be none.  An error if one of them
 * cannot be loaded. */
DnnDecoders *dnn_decoders_new (DnnRegistry *registry, GError **error);
void dnn_decoders_free (DnnDecoders *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDecoders, dnn_decoders_free)

/* Decodes the file of these bytes as dnn_decode does; `name` starts every
 * error.  Bytes that none knows are DNN_ERROR_FORMAT. */
bool dnn_decoders_decode (const DnnDecoders *self, const char *name,
                          GBytes *bytes, uint32_t channels, DnnDecoded *decoded,
                          GError **error);

DNN_END_DECLS
