/* dnn-feeder.c - gathers batches */
#include "dnn-feeder.h"

#include "dnn-memory.h"

#include <string.h>

struct DnnFeeder {
  const DnnData *data;
  const DnnSplit *split;
  DnnPool *pool;
  int64_t batch;
  DnnPlan *full;  /* (owned) */
  DnnPlan *last;  /* (owned) NULL where all batches are full */
  void *arena;    /* (owned) of both */
  int64_t *order; /* (owned) */
  float *targets; /* (owned) batch x target size */
  float *scale;   /* (owned) one a row */
  float *values;  /* (owned) one a row */
  DnnBatch current;
};

void
dnn_feeder_free (DnnFeeder *self)
{
  if (self == NULL)
    return;
  g_free (self->values);
  g_free (self->scale);
  g_free (self->targets);
  g_free (self->order);
  dnn_plan_free (self->last);
  dnn_plan_free (self->full);
  dnn_memory_free (self->arena);
  g_free (self);
}

static bool
make_plans (DnnFeeder *self, DnnModel *model, const DnnPlanOptions *options,
            GError **error)
{
  DnnPlanOptions last = *options;
  size_t size;

  self->full = dnn_plan_new (model, self->pool, options, error);
  if (self->full == NULL)
    return false;
  size = self->full->arena_size;
  last.batch = self->split->n % options->batch;
  if (last.batch > 0) {
    self->last = dnn_plan_new (model, self->pool, &last, error);
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
                GError **error)
{
  g_autoptr (DnnFeeder) self = g_new0 (DnnFeeder, 1);
  DnnPlanOptions full = *options;

  full.batch = MIN (full.batch, split->n);
  self->data = data;
  self->split = split;
  self->pool = pool;
  self->batch = full.batch;
  if (!make_plans (self, model, &full, error))
    return NULL;
  self->order = g_new (int64_t, (gsize) split->n);
  self->targets = g_new0 (
      float, (gsize) (full.batch * dnn_array_row_size (split->targets)));
  self->scale = g_new0 (float, (gsize) full.batch);
  self->values = g_new0 (float, (gsize) full.batch);
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

typedef struct {
  DnnFeeder *feeder;
  int64_t first;
  float *inputs;
} Gather;

/* Rows that are gathered in one piece. */
enum { GRAIN = 16 };

static void
gather_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Gather *gather = data;
  const DnnFeeder *self = gather->feeder;
  const DnnSplit *split = self->split;
  const int64_t n_inputs = dnn_array_row_size (split->inputs);
  const int64_t n_targets = dnn_array_row_size (split->targets);
  const int64_t last = MIN ((chunk + 1) * GRAIN, self->current.n);

  (void) worker;
  for (int64_t i = chunk * GRAIN; i < last; i++) {
    int64_t row = split->rows[self->order[gather->first + i]];

    dnn_preprocess_row (self->data->preprocess, split->inputs, row,
                        gather->inputs + i * n_inputs);
    dnn_data_target (self->data, split, row, self->targets + i * n_targets);
  }
}

const DnnBatch *
dnn_feeder_get (DnnFeeder *self, int64_t i)
{
  const DnnShape *target = &self->split->targets->shape;
  DnnBatch *batch = &self->current;
  Gather gather = { self, i * self->batch, NULL };

  batch->n = MIN (self->batch, self->split->n - gather.first);
  batch->plan = batch->n == self->batch ? self->full : self->last;
  batch->y_true =
      (DnnTensor){ self->targets, DNN_FLOAT32, target->n_dims, { batch->n } };
  memcpy (&batch->y_true.dims[1], &target->dims[1],
          (target->n_dims - 1) * sizeof target->dims[0]);
  batch->scale = self->scale;
  batch->values = self->values;
  gather.inputs = dnn_plan_input (batch->plan);
  dnn_pool_run (self->pool, (batch->n + GRAIN - 1) / GRAIN, gather_chunk,
                &gather);
  for (int64_t j = 0; j < batch->n; j++)
    self->scale[j] = 1.0f / (float) batch->n;
  return batch;
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
