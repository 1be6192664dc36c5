/* dnn-memory.c - aligned blocks */
#include "dnn-memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

void *
dnn_memory_new (size_t n, GError **error)
{
  size_t align = n >= 4 * HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
  size_t size = (MAX (n, 1) + align - 1) / align * align;
  void *block = size >= n ? aligned_alloc (align, size) : NULL;

  if (block == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "there is no memory for %" G_GSIZE_FORMAT " bytes", n);
    return NULL;
  }
  if (align == HUGE_PAGE)
    madvise (block, size, MADV_HUGEPAGE); /* fewer TLB misses; may be refused */
  memset (block, 0, size);
  return block;
}

void
dnn_memory_free (void *block)
{
  free (block);
}
