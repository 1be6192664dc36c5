/* dnn-memory.c - aligned blocks */
#include "dnn-memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

#define REFUSAL "there is no memory for "

static void *
refuse (size_t n, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               REFUSAL "%" G_GSIZE_FORMAT " bytes", n);
  return NULL;
}

bool
dnn_memory_is_refusal (const GError *error)
{
  return g_error_matches (error, DNN_ERROR, DNN_ERROR_IO) &&
         strstr (error->message, REFUSAL) != NULL;
}

size_t
dnn_memory_of_machine (void)
{
  const long pages = sysconf (_SC_PHYS_PAGES), size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (size_t) pages * (size_t) size : 0;
}

void *
dnn_memory_new (size_t n, GError **error)
{
  size_t align = n >= 4 * HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
  size_t size = (MAX (n, 1) + align - 1) / align * align;
  void *block = size >= n ? aligned_alloc (align, size) : NULL;

  if (block == NULL)
    return refuse (n, error);
  if (align == HUGE_PAGE)
    madvise (block, size, MADV_HUGEPAGE); /* fewer TLB misses; may be refused */
  memset (block, 0, size);
  return block;
}

void *
dnn_memory_resize (void *block, size_t n, GError **error)
{
  void *moved = realloc (block, MAX (n, 1));

  return moved != NULL ? moved : refuse (n, error);
}

void
dnn_memory_rest (void *block, size_t n)
{
  const uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  const uintptr_t start = ((uintptr_t) block + page - 1) / page * page;
  const uintptr_t end = ((uintptr_t) block + n) / page * page;

  if (end > start)
    (void) madvise ((void *) start, end - start, MADV_DONTNEED);
}

void
dnn_memory_free (void *block)
{
  free (block);
}
