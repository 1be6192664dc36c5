/* dnn-data-repeats.c - a sorted list of the hashes of all training rows */
#include "dnn-data-repeats.h"

#include <stdlib.h>
#include <string.h>

typedef struct Entry {
  uint64_t hash;
  int64_t row; /* in the source */
} Entry;

struct DnnRepeats {
  const DnnSplit *train;
  const DnnPreprocess *preprocess; /* makes numbers of a row's words */
  int64_t n_inputs;
  Entry *entries; /* (owned) by hash, then by row */
  float *a, *b;   /* (owned) a row each */
};

/* A multiplication and a shift for every number; equal rows are compared
 * afterwards, so it need not be perfect. */
static uint64_t
hash_row (const float *x, int64_t n)
{
  uint64_t hash = 0x9e3779b97f4a7c15u;

  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;

    memcpy (&bits, &x[i], sizeof bits);
    hash = (hash ^ bits) * 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
  }
  return hash;
}

static int
compare_entries (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

static Entry
make_entry (const DnnRepeats *self, const DnnSplit *split, int64_t i)
{
  Entry entry = { .row = dnn_split_row (split, i) };

  dnn_preprocess_plain_row (self->preprocess, dnn_split_input (split),
                            entry.row, self->a);
  entry.hash = hash_row (self->a, self->n_inputs);
  dnn_source_release_behind (dnn_split_input (split), i, 1);
  return entry;
}

DnnRepeats *
dnn_repeats_new (const DnnData *data)
{
  const DnnSplit *train = data->train;
  const int64_t most =
      data->memory_limit > 0 ? data->memory_limit / 4 : (int64_t) 256 << 20;
  DnnRepeats *self;

  if (train->n > most / (int64_t) sizeof (Entry))
    return NULL;
  self = g_new0 (DnnRepeats, 1);
  self->train = train;
  self->preprocess = data->preprocess;
  self->n_inputs =
      dnn_preprocess_plain_size (data->preprocess, dnn_split_input (train));
  self->a = g_new (float, (gsize) self->n_inputs);
  self->b = g_new (float, (gsize) self->n_inputs);
  self->entries = g_new (Entry, (gsize) train->n);
  for (int64_t i = 0; i < train->n; i++)
    self->entries[i] = make_entry (self, train, i);
  qsort (self->entries, (size_t) train->n, sizeof *self->entries,
         compare_entries);
  return self;
}

void
dnn_repeats_free (DnnRepeats *self)
{
  if (self == NULL)
    return;
  g_free (self->entries);
  g_free (self->b);
  g_free (self->a);
  g_free (self);
}

static bool
is_same (const DnnRepeats *self, const DnnSplit *split, int64_t a, int64_t b)
{
  const int64_t n = self->n_inputs;

  dnn_preprocess_plain_row (self->preprocess, dnn_split_input (split), a,
                            self->a);
  dnn_preprocess_plain_row (self->preprocess, dnn_split_input (self->train), b,
                            self->b);
  return memcmp (self->a, self->b, (size_t) n * sizeof *self->a) == 0;
}

int64_t
dnn_repeats_within (const DnnRepeats *self)
{
  int64_t n = 0;

  for (int64_t i = 1; i < self->train->n; i++)
    n += self->entries[i].hash == self->entries[i - 1].hash &&
         is_same (self, self->train, self->entries[i].row,
                  self->entries[i - 1].row);
  return n;
}

/* The first entry of that hash or a greater one. */
static int64_t
find_first (const DnnRepeats *self, uint64_t hash)
{
  int64_t low = 0, high = self->train->n;

  while (low < high) {
    const int64_t middle = low + (high - low) / 2;

    if (self->entries[middle].hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int64_t
dnn_repeats_shared (const DnnRepeats *self, const DnnSplit *split)
{
  int64_t n = 0;

  for (int64_t i = 0; i < split->n; i++) {
    const Entry entry = make_entry (self, split, i);

    for (int64_t j = find_first (self, entry.hash);
         j < self->train->n && self->entries[j].hash == entry.hash; j++)
      if (is_same (self, split, entry.row, self->entries[j].row)) {
        n++;
        break;
      }
  }
  return n;
}
