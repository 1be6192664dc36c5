/* dnn-arena.h - places blocks in one piece of memory
 *
 * Blocks that are not live at the same time may share their place.
 */
#pragma once

#include <stddef.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

typedef struct DnnBlock {
  size_t size;     /* bytes */
  int first, last; /* live from .. to, both included */
  size_t offset;   /* the answer, a multiple of 64 */
} DnnBlock;

/* Sets every offset; returns the bytes that all need together.  Largest block
 * first, each at the lowest place that is free while it lives. */
size_t dnn_arena_plan (DnnBlock *blocks, size_t n);

/* The memory that a block of `size` bytes takes. */
size_t dnn_arena_align (size_t size);

DNN_END_DECLS
