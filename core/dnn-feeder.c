/* dnn-feeder.c - gathers batches */
#include "dnn-feeder.h"

#include "dnn-memory.h"
#include "dnn-sample-weights.h"

#include <string.h>

struct DnnFeeder {
  DnnModel *model; /* (owned reference) */
  DnnArray *cache; /* (owned reference) NULL: inputs are the split's */
  const DnnData *data;
  const DnnSplit *split;
  DnnPool *pool;
  int64_t batch;
  DnnPlan *full;               /* (owned) */
  DnnPlan *last;               /* (owned) NULL where all batches are full */
  void *arena;                 /* (owned) of both */
  int64_t *order;              /* (owned) */
  float *targets;              /* (owned) batch x target size */
  float *scale;                /* (owned) one a row */
  float *weights;              /* (owned) one a row */
  const double *class_weights; /* NULL: 1 for all */
  int64_t n_classes;
  float *values; /* (owned) one a row */
  DnnBatch current;
};

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
  g_free (self->values);
  g_free (self->weights);
  g_free (self->scale);
  g_free (self->targets);
  g_free (self->order);
  clear_plans (self);
  dnn_array_unref (self->cache);
  dnn_model_unref (self->model);
  g_free (self);
}

bool
dnn_feeder_replan (DnnFeeder *self, const DnnPlanOptions *options,
                   DnnArray *cache, GError **error)
{
  DnnPlanOptions full = *options, last = *options;
  size_t size;

  clear_plans (self);
  if (cache != NULL)
    dnn_array_ref (cache);
  dnn_array_unref (self->cache);
  self->cache = cache;
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
  if (!dnn_feeder_replan (self, options, cache, error))
    return NULL;
  self->order = g_new (int64_t, (gsize) split->n);
  self->targets = g_new0 (
      float, (gsize) (self->batch * dnn_array_row_size (split->targets)));
  self->scale = g_new0 (float, (gsize) self->batch);
  self->weights = g_new0 (float, (gsize) self->batch);
  self->values = g_new0 (float, (gsize) self->batch);
  dnn_feeder_set_order (self, NULL);
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
  if (key != NULL) {
    dnn_random_permutation (key, self->split->n, self->order);
    return;
  }
  for (int64_t i = 0; i < self->split->n; i++)
    self->order[i] = i;
}

void
dnn_feeder_set_class_weights (DnnFeeder *self, const double *weights, int64_t n)
{
  self->class_weights = weights;
  self->n_classes = n;
}

/* The weight of row `at` of the split, which is number i of the batch. */
static float
weight_of (const DnnFeeder *self, int64_t at, int64_t i)
{
  const int64_t n = dnn_array_row_size (self->split->targets);
  float weight = 1;

  if (self->split->weights != NULL)
    dnn_array_to_float (self->split->weights, self->split->rows[at], 1,
                        &weight);
  if (self->class_weights != NULL) {
    const int64_t class = dnn_class_of (self->targets + i * n, n);

    if (class >= 0 && class < self->n_classes)
      weight *= (float) self->class_weights[class];
  }
  return weight;
}

typedef struct {
  DnnFeeder *feeder;
  int64_t first;
  float *inputs;
} Gather;

/* Rows that are gathered in one piece, and nanoseconds that an element takes,
 * about. */
enum { GRAIN = 8 };
#define WORK 0.3

/* Asks for the row that the next batch has at the place of row `at` of the
 * order: rows lie anywhere, so that each costs a wait for memory. */
static void
prefetch_next (const DnnFeeder *self, const DnnArray *inputs, int64_t at)
{
  enum { LINE = 64 };
  const int64_t next = at + self->batch;
  const size_t size =
      (size_t) dnn_array_row_size (inputs) * dnn_dtype_size (inputs->dtype);
  const char *row;

  if (next >= self->split->n)
    return;
  row = inputs->data;
  row += (size_t) (self->cache != NULL ? self->order[next]
                                       : self->split->rows[self->order[next]]) *
         size;
  for (size_t i = 0; i < size; i += LINE)
    __builtin_prefetch (row + i);
}

static void
gather_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Gather *gather = data;
  const DnnFeeder *self = gather->feeder;
  const DnnSplit *split = self->split;
  const bool cached = self->cache != NULL;
  const DnnArray *inputs_of = cached ? self->cache : split->inputs;
  const int64_t n_inputs = dnn_array_row_size (inputs_of);
  const int64_t n_targets = dnn_array_row_size (split->targets);
  const int64_t last = MIN ((chunk + 1) * GRAIN, self->current.n);

  (void) worker;
  for (int64_t i = chunk * GRAIN; i < last; i++) {
    int64_t at = self->order[gather->first + i], row = split->rows[at];
    float *inputs = gather->inputs + i * n_inputs;

    prefetch_next (self, inputs_of, gather->first + i);
    if (cached)
      dnn_array_to_float (self->cache, at * n_inputs, n_inputs, inputs);
    else
      dnn_preprocess_row (self->data->preprocess, split->inputs, row, inputs);
    dnn_data_target (self->data, split, row, self->targets + i * n_targets);
    self->weights[i] = weight_of (self, at, i);
  }
}

const DnnBatch *
dnn_feeder_get (DnnFeeder *self, int64_t i)
{
  const DnnShape *target = &self->split->targets->shape;
  DnnBatch *batch = &self->current;
  Gather gather = { self, i * self->batch, NULL };

  batch->index = i;
  batch->n = MIN (self->batch, self->split->n - gather.first);
  batch->plan = batch->n == self->batch ? self->full : self->last;
  batch->y_true =
      (DnnTensor){ self->targets, DNN_FLOAT32, target->n_dims, { batch->n } };
  memcpy (&batch->y_true.dims[1], &target->dims[1],
          (target->n_dims - 1) * sizeof target->dims[0]);
  batch->scale = self->scale;
  batch->values = self->values;
  gather.inputs = dnn_plan_input (batch->plan);
  dnn_pool_run_work (self->pool, (batch->n + GRAIN - 1) / GRAIN,
                     (double) dnn_count (&batch->plan->input->y.tensor) * WORK,
                     gather_chunk, &gather);
  batch->weights = self->split->weights != NULL || self->class_weights != NULL
                       ? self->weights
                       : NULL;
  for (int64_t j = 0; j < batch->n; j++)
    self->scale[j] = self->weights[j] / (float) batch->n;
  return batch;
}

int64_t
dnn_feeder_row (const DnnFeeder *self, int64_t i, const char **ret_name)
{
  *ret_name = self->split->inputs_name;
  return self->split->rows[self->order[self->current.index * self->batch + i]];
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
