/* dnn-feeder.c - gathers batches */
#include "dnn-feeder.h"

#include "dnn-memory.h"
#include "dnn-row-weights.h"
#include "dnn-row-window.h"

#include <string.h>

/* Batches of few numbers are gathered many at once, a block of them: most of
 * what one costs is done once then. */
enum { BLOCK_BYTES = 1 << 16, MOST_BATCHES = 64 };

struct DnnFeeder {
  DnnModel *model; /* (owned reference) */
  DnnArray *cache; /* (owned reference) NULL: inputs are the split's */
  const DnnData *data;
  const DnnSplit *split;
  DnnPool *pool;
  int64_t batch;
  DnnPlan *full;        /* (owned) */
  DnnPlan *last;        /* (owned) NULL where all batches are full */
  void *arena;          /* (owned) of both */
  DnnRowOrder *order;   /* (owned) */
  DnnRowWindow *window; /* (owned) NULL: rows are read where they lie */
  int64_t loaded;       /* the pool in it; -1: none */
  int64_t n_inputs;     /* numbers of a row, as the plan takes it */
  int64_t n_together;   /* batches of a block */
  int64_t block;        /* the one that is gathered; -1: none */
  int64_t offset;       /* of the batch, in rows of the block */
  int64_t *rows;        /* (owned) of the block: their numbers in the split */
  int64_t *places;      /* (owned) and in the arrays, or the window */
  float *inputs;        /* (owned) NULL: they go to the plan's input */
  float *scratch;    /* (owned) of the block, for steps that change the shape */
  int64_t n_scratch; /* numbers of a row of it */
  float *targets;    /* (owned) rows x target size */
  float *weights;    /* (owned) weigh.n a row, where there are any */
  uint64_t *numbers; /* (owned) of the batch's rows, in the data */
  DnnRowWeights weigh;
  bool leaves_late;
  DnnBatch current;
};

static void
clear_block (DnnFeeder *self)
{
  g_clear_pointer (&self->weights, g_free);
  g_clear_pointer (&self->targets, g_free);
  g_clear_pointer (&self->scratch, g_free);
  g_clear_pointer (&self->inputs, g_free);
  g_clear_pointer (&self->places, g_free);
  g_clear_pointer (&self->rows, g_free);
}

static void
clear_plans (DnnFeeder *self)
{
  g_clear_pointer (&self->last, dnn_plan_free);
  g_clear_pointer (&self->full, dnn_plan_free);
  g_clear_pointer (&self->arena, dnn_memory_free);
}

void
dnn_feeder_free (DnnFeeder *self)
{
  if (self == NULL)
    return;
  g_free (self->numbers);
  clear_block (self);
  dnn_row_window_free (self->window);
  dnn_row_order_free (self->order);
  clear_plans (self);
  dnn_array_unref (self->cache);
  dnn_model_unref (self->model);
  g_free (self);
}

static void
make_block (DnnFeeder *self)
{
  const int64_t n_targets = dnn_split_target (self->split)->row;
  const int64_t bytes =
      self->batch * (self->n_inputs + n_targets) * (int64_t) sizeof (float);
  const DnnShape row = dnn_source_row_shape (dnn_split_input (self->split));
  gsize n;

  clear_block (self);
  self->block = -1;
  self->offset = 0;
  self->n_together = self->window != NULL ? 1
                                          : CLAMP (BLOCK_BYTES / MAX (bytes, 1),
                                                   1, MOST_BATCHES);
  n = (gsize) (self->batch * self->n_together);
  self->rows = g_new (int64_t, n);
  self->places = g_new (int64_t, n);
  self->targets = g_new0 (float, n *(gsize) n_targets);
  dnn_row_weights_set_plan (&self->weigh, self->split, self->full);
  self->weights = g_new0 (float, n *(gsize) self->weigh.n);
  self->n_scratch = dnn_preprocess_scratch (self->data->preprocess, &row);
  self->scratch = g_new (float, n *(gsize) self->n_scratch + 1);
  if (self->n_together > 1)
    self->inputs = g_new0 (float, n *(gsize) self->n_inputs);
}

static bool
make_plans (DnnFeeder *self, const DnnPlanOptions *options, GError **error)
{
  DnnPlanOptions full = *options, last = *options;
  size_t size;

  full.batch = self->batch;
  self->full = dnn_plan_new (self->model, self->pool, &full, error);
  if (self->full == NULL)
    return false;
  size = self->full->arena_size;
  last.batch = self->split->n % self->batch;
  if (last.batch > 0) {
    self->last = dnn_plan_new (self->model, self->pool, &last, error);
    if (self->last == NULL)
      return false;
    size = MAX (size, self->last->arena_size);
  }
  self->arena = dnn_memory_new (size, error);
  return self->arena != NULL &&
         dnn_plan_allocate (self->full, self->arena, error) &&
         (self->last == NULL ||
          dnn_plan_allocate (self->last, self->arena, error));
}

bool
dnn_feeder_replan (DnnFeeder *self, const DnnPlanOptions *options,
                   DnnArray *cache, GError **error)
{
  clear_plans (self);
  if (cache != NULL)
    dnn_array_ref (cache);
  dnn_array_unref (self->cache);
  self->cache = cache;
  if (!make_plans (self, options, error) ||
      !dnn_row_weights_check (self->split, self->full, error))
    return false;
  self->n_inputs = dnn_count (&self->full->input->y.tensor) / self->batch;
  make_block (self);
  return true;
}

/* The order, and room for the rows of a pool where memory is limited. */
static bool
make_order (DnnFeeder *self, GError **error)
{
  const DnnSplit *split = self->split;

  self->order = dnn_row_order_new_for (self->data, split, error);
  self->loaded = -1;
  if (self->order == NULL || self->data->memory_limit == 0 ||
      !dnn_split_is_mapped (split))
    return self->order != NULL;
  self->window = dnn_row_window_new (split, self->order, error);
  return self->window != NULL;
}

DnnFeeder *
dnn_feeder_new (DnnModel *model, DnnPool *pool, const DnnData *data,
                const DnnSplit *split, const DnnPlanOptions *options,
                DnnArray *cache, GError **error)
{
  g_autoptr (DnnFeeder) self = g_new0 (DnnFeeder, 1);

  self->model = dnn_model_ref (model);
  self->data = data;
  self->split = split;
  self->pool = pool;
  self->batch = MIN (options->batch, split->n);
  if (!make_order (self, error) ||
      !dnn_feeder_replan (self, options, cache, error))
    return NULL;
  self->numbers = g_new0 (uint64_t, (gsize) self->batch);
  return g_steal_pointer (&self);
}

int64_t
dnn_feeder_n_batches (const DnnFeeder *self)
{
  return (self->split->n + self->batch - 1) / self->batch;
}

void
dnn_feeder_set_order (DnnFeeder *self, const DnnKey *key)
{
  self->block = -1;
  dnn_row_order_set (self->order, key);
  self->loaded = -1;
}

void
dnn_feeder_set_class_weights (DnnFeeder *self, const double *weights, int64_t n)
{
  self->weigh.classes = weights;
  self->weigh.n_classes = n;
  make_block (self);
}

void
dnn_feeder_leave_late (DnnFeeder *self)
{
  self->block = -1;
  self->leaves_late = true;
}

/* The place in the split's sources of a slot of the pool.  Rows that lie in the
 * files are one pool, in which slots are the split's own numbers. */
static int64_t
place_of (const DnnFeeder *self, const DnnSplit *source, int64_t slot)
{
  return source == self->split ? dnn_split_row (source, slot) : slot;
}

typedef struct {
  DnnFeeder *feeder;
  const DnnSplit *source; /* the split, or the window's */
  float *inputs;          /* of the block, or the plan's */
  int64_t number;         /* of the block's first row, in the order */
  int64_t first, n;       /* rows of it */
  int64_t grain;          /* rows that are gathered in one piece */
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

static void
gather_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Gather *gather = data;
  const DnnFeeder *self = gather->feeder;
  const DnnSplit *source = gather->source;
  const bool cached = self->cache != NULL;
  const DnnSource *inputs_of = dnn_split_input (source);
  const DnnSource *targets_of = dnn_split_target (source);
  const int64_t first = gather->first + chunk * gather->grain;
  const int64_t n = MIN (gather->grain, gather->first + gather->n - first);
  const int64_t *places = self->places + first;
  const int64_t n_targets = targets_of->row;
  float *inputs = gather->inputs + first * self->n_inputs;
  float *targets = self->targets + first * n_targets;

  (void) worker;
  if (gather->by_batch) {
    prefetch_next (gather, cached ? self->cache : inputs_of->array, cached,
                   first, n);
    prefetch_next (gather, targets_of->array, false, first, n);
  }
  if (cached)
    dnn_array_rows_to_float (self->cache, self->rows + first, n, inputs);
  else
    (self->leaves_late ? dnn_preprocess_early : dnn_preprocess_rows) (
        self->data->preprocess, inputs_of, places, n,
        self->scratch + first * self->n_scratch, inputs);
  dnn_data_loss_targets (self->data, source, places, n, targets);
  if (dnn_row_weights_are_set (&self->weigh, self->split))
    for (int64_t i = 0; i < n; i++)
      dnn_row_weights_get (&self->weigh, source, places[i],
                           targets + i * n_targets,
                           self->weights + (first + i) * self->weigh.n);
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

/* Gathers all rows of the batch, of which the first has this number in the
 * order, into the plan's input: those of one pool and then, at its end, of the
 * next. */
static void
gather_batch (DnnFeeder *self, int64_t number)
{
  DnnBatch *batch = &self->current;
  const int64_t size = dnn_count (&batch->plan->input->y.tensor) / batch->n;
  Gather gather = { .feeder = self,
                    .inputs = dnn_plan_input (batch->plan),
                    .number = number,
                    .grain = MAX (GRAIN / size, 1),
                    .by_batch = true };

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
  Gather gather = {
    .feeder = self, .inputs = self->inputs, .number = first, .grain = n
  };

  for (; gather.first < n; gather.first += gather.n) {
    find_rows (&gather, n);
    gather_chunk (&gather, 0, 0);
  }
  self->block = index;
}

/* The batch, of which the first row has this number in the order. */
static void
copy_batch (DnnFeeder *self, int64_t number)
{
  const DnnBatch *batch = &self->current;
  const int64_t size = dnn_count (&batch->plan->input->y.tensor);
  const int64_t rows = self->batch * self->n_together;

  if (self->block != number / rows)
    gather_block (self, number / rows);
  self->offset = number % rows;
  memcpy (dnn_plan_input (batch->plan),
          self->inputs + self->offset * (size / batch->n),
          (size_t) size * sizeof (float));
}

const DnnBatch *
dnn_feeder_get (DnnFeeder *self, int64_t i)
{
  const int64_t first = i * self->batch;
  const DnnShape *target = &dnn_split_target (self->split)->shape;
  DnnBatch *batch = &self->current;

  batch->index = i;
  batch->n = MIN (self->batch, self->split->n - first);
  batch->plan = batch->n == self->batch ? self->full : self->last;
  if (self->n_together > 1)
    copy_batch (self, first);
  else
    gather_batch (self, first);
  batch->y_true = (DnnTensor){
    self->targets + self->offset * dnn_split_target (self->split)->row,
    DNN_FLOAT32,
    target->n_dims,
    { batch->n },
  };
  memcpy (&batch->y_true.dims[1], &target->dims[1],
          (target->n_dims - 1) * sizeof target->dims[0]);
  batch->n_weights = self->weigh.n;
  batch->weights = dnn_row_weights_are_set (&self->weigh, self->split)
                       ? self->weights + self->offset * self->weigh.n
                       : NULL;
  batch->rows = self->numbers;
  for (int64_t j = 0; j < batch->n; j++)
    self->numbers[j] =
        (uint64_t) dnn_split_row (self->split, self->rows[self->offset + j]);
  return batch;
}

int64_t
dnn_feeder_row (const DnnFeeder *self, int64_t i, const char **ret_name)
{
  *ret_name = dnn_split_input (self->split)->name;
  return dnn_split_row (self->split, self->rows[self->offset + i]);
}

const DnnPlan *
dnn_feeder_plan (const DnnFeeder *self)
{
  return self->full;
}

size_t
dnn_feeder_arena_size (const DnnFeeder *self)
{
  return self->last != NULL
             ? MAX (self->full->arena_size, self->last->arena_size)
             : self->full->arena_size;
}
