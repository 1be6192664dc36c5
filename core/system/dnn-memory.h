/* dnn-memory.h - the one place that large blocks come from
 *
 * Weights, arenas and data; aligned to cache lines.  It may fail, and says so;
 * small structs come from GLib, which does not return when memory is out.
 * dnn_memory_free is free (), and so is g_free (): either takes a block.
 */
#pragma once

#include <stddef.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* `n` bytes, zeroed, aligned to 64; NULL with DNN_ERROR_IO where there is no
 * memory.  n = 0 gives a block of one byte. */
void *dnn_memory_new (size_t n, GError **error);
void dnn_memory_free (void *block);

/* Gives the memory of a block of n bytes back to the system until it is written
 * to again: what it holds is lost. */
void dnn_memory_rest (void *block, size_t n);

/* True if the error is that there was no memory for a block. */
bool dnn_memory_is_refusal (const GError *error);
/* Bytes of memory that this machine has; 0: unknown. */
size_t dnn_memory_of_machine (void);

/* As realloc: `block`, which may be NULL, with room for n bytes.  New bytes
 * hold anything, and the block is aligned as malloc's.  After an error it is
 * as it was. */
void *dnn_memory_resize (void *block, size_t n, GError **error);

DNN_END_DECLS
