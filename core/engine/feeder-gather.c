/* feeder-gather.c - gathers the rows of batches, or of blocks of them */
#include "dnn-feeder-private.h"

#include <string.h>

/* The place in the split's sources of a slot of the pool.  Rows that lie in the
 * files are one pool, in which slots are the split's own numbers. */
static int64_t
place_of (const DnnFeeder *self, const DnnSplit *source, int64_t slot)
{
  return source == self->split ? dnn_split_row (source, slot) : slot;
}

typedef struct {
  DnnFeeder *feeder;
  const DnnSplit *source;       /* the split, or the window's */
  float *inputs[DNN_MAX_PARTS]; /* of the block, or the plan's */
  int64_t number;               /* of the block's first row, in the order */
  int64_t first, n;             /* rows of it */
  int64_t grain;                /* rows that are gathered in one piece */
  bool by_batch; /* then what comes next is known to be the next batch */
} Gather;

/* Elements of a piece, and nanoseconds that one takes, about. */
enum { GRAIN = 6272 };
#define WORK 0.3

/* Asks for `n` rows that the next batch has from place i on: rows lie anywhere,
 * so that each costs a wait for memory. */
static void
prefetch_next (const Gather *gather, const DnnArray *array, bool cached,
               int64_t i, int64_t n)
{
  enum { LINE = 64 };
  const DnnFeeder *self = gather->feeder;
  const int64_t *slots;
  size_t size;

  if (array == NULL)
    return; /* rows that lie nowhere */
  size = (size_t) dnn_array_row_size (array) * dnn_dtype_size (array->dtype);
  slots =
      dnn_row_order_peek (self->order, gather->number + i + self->batch, n, &n);
  for (int64_t k = 0; k < n; k++) {
    const int64_t place =
        cached ? slots[k] : place_of (self, gather->source, slots[k]);
    const char *row = (const char *) array->data + size * (size_t) place;

    for (size_t j = 0; j < size; j += LINE)
      __builtin_prefetch (row + j);
  }
}

/* Rows first .. first + n - 1 of input i. */
static void
gather_input (const Gather *gather, uint32_t i, int64_t first, int64_t n)
{
  const DnnFeeder *self = gather->feeder;
  const Part *part = &self->inputs[i];
  const bool cached = self->cache != NULL;
  const DnnSource *source = cached ? NULL : gather->source->inputs.at[i];
  float *out = gather->inputs[i] + first * part->size;

  if (gather->by_batch)
    prefetch_next (gather, cached ? self->cache : source->array, cached, first,
                   n);
  if (cached)
    dnn_array_rows_to_float (self->cache, self->rows + first, n, out);
  else
    (self->leaves_late ? dnn_preprocess_early : dnn_preprocess_rows) (
        dnn_preprocess_part (self->data->preprocess, i), source,
        self->places + first, n, part->scratch + first * part->n_scratch, out);
}

/* And of target i. */
static void
gather_target (const Gather *gather, uint32_t i, int64_t first, int64_t n)
{
  const DnnFeeder *self = gather->feeder;
  const Part *part = &self->targets[i];

  if (gather->by_batch)
    prefetch_next (gather, gather->source->targets.at[i]->array, false, first,
                   n);
  dnn_data_loss_targets (self->data, gather->source, i, self->places + first, n,
                         part->rows + first * part->size);
}

static void
gather_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Gather *gather = data;
  const DnnFeeder *self = gather->feeder;
  const int64_t first = gather->first + chunk * gather->grain;
  const int64_t n = MIN (gather->grain, gather->first + gather->n - first);
  const Part *target = &self->targets[0];

  (void) worker;
  for (uint32_t i = 0; i < self->n_inputs; i++)
    gather_input (gather, i, first, n);
  for (uint32_t i = 0; i < self->n_targets; i++)
    gather_target (gather, i, first, n);
  if (dnn_row_weights_are_set (&self->weigh, self->split))
    for (int64_t i = first; i < first + n; i++)
      dnn_row_weights_get (&self->weigh, gather->source, self->places[i],
                           target->rows + i * target->size,
                           self->weights + i * self->weigh.n);
}

/* Brings the pool of the rows just asked for into the window. */
static const DnnSplit *
load_window (DnnFeeder *self)
{
  const int64_t pool = dnn_row_order_pool (self->order);

  if (self->window == NULL)
    return self->split;
  if (self->loaded != pool)
    dnn_row_window_load (self->window, self->order);
  self->loaded = pool;
  return dnn_row_window_split (self->window);
}

/* At the end of a pass: others may need the memory. */
static void
rest_window (DnnFeeder *self)
{
  if (self->window == NULL)
    return;
  self->loaded = -1;
  dnn_row_order_rest (self->order);
  dnn_row_window_rest (self->window);
}

/* The next rows of the gather's n, those of one pool. */
static int64_t
find_rows (Gather *gather, int64_t n)
{
  DnnFeeder *self = gather->feeder;

  gather->n = dnn_row_order_get (self->order, gather->number + gather->first,
                                 n - gather->first, self->rows + gather->first,
                                 self->places + gather->first);
  gather->source = load_window (self);
  for (int64_t i = gather->first; i < gather->first + gather->n; i++)
    self->places[i] = place_of (self, gather->source, self->places[i]);
  return gather->n;
}

void
dnn_feeder_gather_batch (DnnFeeder *self, int64_t number)
{
  DnnBatch *batch = &self->current;
  const int64_t size = self->size;
  Gather gather = { .feeder = self,
                    .number = number,
                    .grain = MAX (GRAIN / size, 1),
                    .by_batch = true };

  for (uint32_t i = 0; i < self->n_inputs; i++)
    gather.inputs[i] = dnn_plan_input_at (batch->plan, i);
  for (; gather.first < batch->n; gather.first += gather.n) {
    const int64_t n = find_rows (&gather, batch->n);

    dnn_pool_run_work (self->pool, (n + gather.grain - 1) / gather.grain,
                       (double) (size * n) * WORK, gather_chunk, &gather);
  }
  if (number + batch->n == self->split->n)
    rest_window (self);
}

/* --- blocks of batches --------------------------------------------------- */

static void
gather_block (DnnFeeder *self, int64_t index)
{
  const int64_t size = self->batch * self->n_together;
  const int64_t first = index * size;
  const int64_t n = MIN (size, self->split->n - first);
  Gather gather = { .feeder = self, .number = first, .grain = n };

  for (uint32_t i = 0; i < self->n_inputs; i++)
    gather.inputs[i] = self->inputs[i].rows;
  for (; gather.first < n; gather.first += gather.n) {
    find_rows (&gather, n);
    gather_chunk (&gather, 0, 0);
  }
  self->block = index;
}

void
dnn_feeder_copy_batch (DnnFeeder *self, int64_t number)
{
  const DnnBatch *batch = &self->current;
  const int64_t rows = self->batch * self->n_together;

  if (self->block != number / rows)
    gather_block (self, number / rows);
  self->offset = number % rows;
  for (uint32_t i = 0; i < self->n_inputs; i++) {
    const Part *part = &self->inputs[i];

    memcpy (dnn_plan_input_at (batch->plan, i),
            part->rows + self->offset * part->size,
            (size_t) (batch->n * part->size) * sizeof (float));
  }
}
