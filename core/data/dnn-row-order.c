/* dnn-row-order.c - permutations of rows, of blocks, and of rows in pools */
#include "dnn-row-order.h"

#include "dnn-memory.h"

#include <string.h>

struct DnnRowOrder {
  int64_t n;
  int64_t block;    /* rows of a block; n: one block, one pool */
  int64_t n_blocks; /* of a pool */
  DnnKey key;
  bool shuffled;
  int64_t *blocks; /* (owned) their order; NULL: one pool */
  int64_t pool;    /* the one in `slots`; -1: none */
  int64_t start;   /* of it, in the order */
  int64_t size;    /* of it, in rows */
  int64_t cut;     /* its first slot behind the file's last, short block */
  int64_t *slots;  /* (owned) of the pool, in the order of its rows */
};

static int64_t
count_blocks (const DnnRowOrder *self)
{
  return (self->n + self->block - 1) / self->block;
}

static size_t
slots_size (const DnnRowOrder *self)
{
  return (size_t) dnn_row_order_most (self) * sizeof *self->slots;
}

DnnRowOrder *
dnn_row_order_new (int64_t n, int64_t block, int64_t n_blocks, GError **error)
{
  g_autoptr (DnnRowOrder) self = g_new0 (DnnRowOrder, 1);
  const bool pools = block > 0 && (n - 1) / block >= n_blocks;

  self->n = n;
  self->block = pools ? block : MAX (n, 1);
  self->n_blocks = pools ? n_blocks : 1;
  self->slots = dnn_memory_new (slots_size (self), error);
  if (self->slots != NULL && pools)
    self->blocks = dnn_memory_new (
        (size_t) count_blocks (self) * sizeof *self->blocks, error);
  if (self->slots == NULL || (pools && self->blocks == NULL)) {
    g_prefix_error (error, "for the order of rows ");
    return NULL;
  }
  dnn_row_order_set (self, NULL);
  return g_steal_pointer (&self);
}

/* Of a row in all sources. */
static int64_t
row_bytes (const DnnSplit *split)
{
  int64_t bytes = 0;

  for (uint32_t i = 0; i < dnn_split_n_sources (split); i++)
    bytes += (int64_t) dnn_source_row_bytes (dnn_split_source (split, i));
  return bytes;
}

DnnRowOrder *
dnn_row_order_new_for (const DnnData *data, const DnnSplit *split,
                       GError **error)
{
  enum { OWN = 24, LEAST = 1 << 20, SHARE = 64 };
  const int64_t row = row_bytes (split) + OWN;
  const int64_t pool = MAX (data->memory_limit / 2 / row, 1);
  const int64_t block = MAX (MIN (LEAST / row, pool / SHARE), 1);

  if (data->memory_limit == 0 || !dnn_split_is_mapped (split) ||
      split->n <= pool)
    return dnn_row_order_new (split->n, 0, 1, error);
  return dnn_row_order_new (split->n, block, MAX (pool / block, 1), error);
}

void
dnn_row_order_free (DnnRowOrder *self)
{
  if (self == NULL)
    return;
  dnn_memory_free (self->slots);
  dnn_memory_free (self->blocks);
  g_free (self);
}

bool
dnn_row_order_has_pools (const DnnRowOrder *self)
{
  return self->blocks != NULL;
}

int64_t
dnn_row_order_most (const DnnRowOrder *self)
{
  return self->block * self->n_blocks;
}

void
dnn_row_order_rest (DnnRowOrder *self)
{
  self->pool = -1;
  self->start = self->size = 0;
  dnn_memory_rest (self->slots, slots_size (self));
}

void
dnn_row_order_set (DnnRowOrder *self, const DnnKey *key)
{
  self->shuffled = key != NULL;
  if (key != NULL)
    self->key = *key;
  self->pool = -1;
  self->start = self->size = 0;
  if (self->blocks == NULL)
    return;
  if (key != NULL)
    dnn_random_permutation (key, count_blocks (self), self->blocks);
  else
    for (int64_t i = 0; i < count_blocks (self); i++)
      self->blocks[i] = i;
}

/* --- pools --------------------------------------------------------------- */

/* Rows that the file's last block lacks. */
static int64_t
missing_rows (const DnnRowOrder *self)
{
  return count_blocks (self) * self->block - self->n;
}

/* The pool's block that is the file's last; -1: it is in another pool. */
static int64_t
find_short (const DnnRowOrder *self, int64_t k)
{
  const int64_t n_all = count_blocks (self);
  const int64_t first = k * self->n_blocks;

  for (int64_t i = first; i < MIN (first + self->n_blocks, n_all); i++)
    if (self->blocks[i] == n_all - 1)
      return i - first;
  return -1;
}

static int64_t
count_rows (const DnnRowOrder *self, int64_t k)
{
  const int64_t left = count_blocks (self) - k * self->n_blocks;

  if (self->blocks == NULL)
    return self->n;
  return MIN (left, self->n_blocks) * self->block -
         (find_short (self, k) >= 0 ? missing_rows (self) : 0);
}

/* Makes pool `k`, which begins at number `start` of the order. */
static void
make_pool (DnnRowOrder *self, int64_t k, int64_t start)
{
  DnnKey key = self->key;
  const bool pools = self->blocks != NULL;
  const int64_t last = pools ? find_short (self, k) : -1;

  self->pool = k;
  self->start = start;
  self->size = count_rows (self, k);
  self->cut =
      last >= 0 ? (last + 1) * self->block - missing_rows (self) : self->size;
  for (int64_t i = 0; i < self->size; i++)
    self->slots[i] = i;
  key.stream += pools ? 1 + (uint32_t) k : 0;
  if (self->shuffled)
    dnn_random_shuffle (&key, self->size, self->slots);
}

/* Makes the pool that holds number `i`. */
static void
find_pool (DnnRowOrder *self, int64_t i)
{
  const bool onwards = self->pool >= 0 && i >= self->start;
  int64_t k = onwards ? self->pool : 0, start = onwards ? self->start : 0;

  for (; i >= start + count_rows (self, k); k++)
    start += count_rows (self, k);
  make_pool (self, k, start);
}

int64_t
dnn_row_order_pool (const DnnRowOrder *self)
{
  return self->pool;
}

int64_t
dnn_row_order_pool_size (const DnnRowOrder *self)
{
  return self->size;
}

int64_t
dnn_row_order_pool_number (const DnnRowOrder *self, int64_t i)
{
  if (self->blocks == NULL)
    return i;
  if (i >= self->cut)
    i += missing_rows (self);
  return self->blocks[self->pool * self->n_blocks + i / self->block] *
             self->block +
         i % self->block;
}

const int64_t *
dnn_row_order_peek (const DnnRowOrder *self, int64_t i, int64_t n,
                    int64_t *ret_n)
{
  const bool known = self->pool >= 0 && i >= self->start;

  *ret_n = known ? CLAMP (self->start + self->size - i, 0, n) : 0;
  return *ret_n > 0 ? self->slots + (i - self->start) : NULL;
}

int64_t
dnn_row_order_get (DnnRowOrder *self, int64_t first, int64_t n,
                   int64_t *ret_numbers, int64_t *ret_slots)
{
  const int64_t *slots;

  g_return_val_if_fail (first >= 0 && n >= 0 && first + n <= self->n, 0);

  if (n == 0)
    return 0;
  if (self->pool < 0 || first < self->start ||
      first >= self->start + self->size)
    find_pool (self, first);
  n = MIN (n, self->start + self->size - first);
  slots = self->slots + (first - self->start);
  if (self->blocks == NULL)
    memcpy (ret_numbers, slots, (size_t) n * sizeof *slots);
  else
    for (int64_t i = 0; i < n; i++)
      ret_numbers[i] = dnn_row_order_pool_number (self, slots[i]);
  if (ret_slots != NULL)
    memcpy (ret_slots, slots, (size_t) n * sizeof *slots);
  return n;
}
