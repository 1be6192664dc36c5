/* dnn-expand.h - a chain with blocks, written out as layers */
#pragma once

#include "dnn-blocks.h"

DNN_BEGIN_DECLS

/* The chain with every use of a block replaced by the block's layers, each of
 * which has its name, and its input if that is not the layer above.  A layer
 * inside is called `<use>/<name>`; its spec's `block` and `block_use` say what
 * it comes from.  Refuses a block within itself, more than 16 of them within
 * one another, and more than DNN_LAYERS_MAX layers.
 * Returns: (transfer full): an array of DnnSpec. */
GPtrArray *dnn_expand (const DnnBlocks *blocks, const GPtrArray *specs,
                       GError **error);

DNN_END_DECLS
