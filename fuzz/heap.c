/* heap.c - malloc and its kin, which count */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

extern void *__libc_malloc (size_t n);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t n);
extern void *__libc_memalign (size_t alignment, size_t n);
extern void __libc_free (void *block);

static atomic_size_t live, peak;

size_t
heap_live (void)
{
  return atomic_load (&live);
}

size_t
heap_peak (void)
{
  return atomic_load (&peak);
}

void
heap_reset_peak (void)
{
  atomic_store (&peak, atomic_load (&live));
}

static void *
add (void *block)
{
  const size_t n = block != NULL ? malloc_usable_size (block) : 0;
  const size_t now = atomic_fetch_add (&live, n) + n;

  if (now > atomic_load (&peak))
    atomic_store (&peak, now);
  return block;
}

void *
malloc (size_t n)
{
  return add (__libc_malloc (n));
}

void *
calloc (size_t n, size_t size)
{
  return add (__libc_calloc (n, size));
}

/* Large blocks move by their pages: old and new are never there at once. */
void *
realloc (void *block, size_t n)
{
  const size_t before = block != NULL ? malloc_usable_size (block) : 0;
  void *moved = __libc_realloc (block, n);

  if (moved == NULL && n > 0)
    return NULL;
  atomic_fetch_sub (&live, before);
  return add (moved);
}

void *
aligned_alloc (size_t alignment, size_t n)
{
  return add (__libc_memalign (alignment, n));
}

void *
memalign (size_t alignment, size_t n)
{
  return add (__libc_memalign (alignment, n));
}

int
posix_memalign (void **ret_block, size_t alignment, size_t n)
{
  void *block = add (__libc_memalign (alignment, n));

  if (block == NULL)
    return ENOMEM;
  *ret_block = block;
  return 0;
}

void
free (void *block)
{
  if (block == NULL)
    return;
  atomic_fetch_sub (&live, malloc_usable_size (block));
  __libc_free (block);
}
