/* dnn-arena.c - first fit, largest first */
#include "dnn-arena.h"

enum { ALIGNMENT = 64 };

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  const DnnBlock *x = *(DnnBlock *const *) a, *y = *(DnnBlock *const *) b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x < y ? -1 : x > y;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const DnnBlock *x = *(DnnBlock *const *) a, *y = *(DnnBlock *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

size_t
dnn_arena_align (size_t size)
{
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The lowest place for `block` beside those placed that live with it. */
static size_t
find_place (const DnnBlock *block, DnnBlock *const *placed, guint n)
{
  g_autoptr (GPtrArray) near = g_ptr_array_new ();
  size_t place = 0;

  for (guint i = 0; i < n; i++)
    if (placed[i]->first <= block->last && block->first <= placed[i]->last)
      g_ptr_array_add (near, placed[i]);
  g_ptr_array_sort (near, compare_offsets);

  for (guint i = 0; i < near->len; i++) {
    const DnnBlock *other = g_ptr_array_index (near, i);

    if (place + dnn_arena_align (block->size) <= other->offset)
      break;
    place = MAX (place, other->offset + dnn_arena_align (other->size));
  }
  return place;
}

size_t
dnn_arena_plan (DnnBlock *blocks, size_t n)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  size_t total = 0;

  for (size_t i = 0; i < n; i++)
    g_ptr_array_add (order, &blocks[i]);
  g_ptr_array_sort (order, compare_sizes);

  for (guint i = 0; i < order->len; i++) {
    DnnBlock *block = g_ptr_array_index (order, i);

    block->offset = find_place (block, (DnnBlock **) order->pdata, i);
    total = MAX (total, block->offset + dnn_arena_align (block->size));
  }
  return total;
}
