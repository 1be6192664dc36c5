/* dnn-feeder.c - plans and room for batches, and which rows they have */
#include "dnn-feeder-private.h"

#include "dnn-indices.h"
#include "dnn-memory.h"
#include "dnn-shape.h"

/* Batches of few numbers are gathered many at once, a block of them: most of
 * what one costs is done once then. */
enum { BLOCK_BYTES = 1 << 16, MOST_BATCHES = 64 };

static void
clear_block (DnnFeeder *self)
{
  for (uint32_t i = 0; i < self->n_inputs; i++) {
    g_clear_pointer (&self->inputs[i].scratch, g_free);
    g_clear_pointer (&self->inputs[i].rows, g_free);
  }
  for (uint32_t i = 0; i < self->n_targets; i++)
    g_clear_pointer (&self->targets[i].rows, g_free);
  g_clear_pointer (&self->weights, g_free);
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

/* Sizes of rows, as the plan and the losses take them. */
static void
measure_parts (DnnFeeder *self)
{
  const DnnSources *targets = &self->split->targets;

  self->n_inputs = self->full->n_inputs;
  self->n_targets = targets->n;
  self->size = 0;
  for (uint32_t i = 0; i < self->n_inputs; i++) {
    self->inputs[i].size =
        dnn_count (&self->full->inputs[i]->y.tensor) / self->batch;
    self->size += self->inputs[i].size;
  }
  for (uint32_t i = 0; i < self->n_targets; i++)
    self->targets[i].size = targets->at[i]->row;
}

/* Room for `n` rows of input i; a cache needs no steps. */
static void
make_input (DnnFeeder *self, uint32_t i, gsize n)
{
  Part *part = &self->inputs[i];
  const DnnSource *source =
      self->cache == NULL ? self->split->inputs.at[i] : NULL;
  const DnnShape row =
      source != NULL ? dnn_source_row_shape (source) : DNN_SCALAR;

  part->n_scratch =
      source != NULL
          ? dnn_preprocess_scratch (
                dnn_preprocess_part (self->data->preprocess, i), &row)
          : 0;
  part->scratch = g_new (float, n *(gsize) part->n_scratch + 1);
  if (self->n_together > 1)
    part->rows = g_new0 (float, n *(gsize) part->size);
}

static void
make_block (DnnFeeder *self)
{
  int64_t bytes;
  gsize n;

  clear_block (self);
  measure_parts (self);
  bytes = self->size;
  for (uint32_t i = 0; i < self->n_targets; i++)
    bytes += self->targets[i].size;
  bytes *= self->batch * (int64_t) sizeof (float);
  self->block = -1;
  self->offset = 0;
  self->n_together = self->window != NULL ? 1
                                          : CLAMP (BLOCK_BYTES / MAX (bytes, 1),
                                                   1, MOST_BATCHES);
  n = (gsize) (self->batch * self->n_together);
  self->rows = g_new (int64_t, n);
  self->places = g_new (int64_t, n);
  dnn_row_weights_set_plan (&self->weigh, self->split, self->full);
  self->weights = g_new0 (float, n *(gsize) self->weigh.n);
  for (uint32_t i = 0; i < self->n_inputs; i++)
    make_input (self, i, n);
  for (uint32_t i = 0; i < self->n_targets; i++)
    self->targets[i].rows = g_new0 (float, n *(gsize) self->targets[i].size);
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

/* Layers that take targets were made for those of one shape. */
static bool
check_targets (const DnnFeeder *self, GError **error)
{
  const DnnShapes made = dnn_model_target_shapes (self->model);
  const DnnSources *have = &self->split->targets;
  bool same = have->n == made.n;

  for (uint32_t i = 0; same && i < made.n; i++) {
    const DnnShape row = dnn_source_row_shape (have->at[i]);

    same = dnn_shape_equal (&row, &made.at[i]);
  }
  if (same || self->full->n_targets == 0 ||
      !dnn_model_takes_target (self->model))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "layers of the model take targets, and those of '%s' are not of "
               "the shape that the model was made with",
               have->n > 0 ? have->at[0]->name : "the data");
  return false;
}

static bool
check_indices (const DnnFeeder *self, GError **error)
{
  for (uint32_t i = 0; i < self->split->inputs.n; i++) {
    const DnnSource *source = self->split->inputs.at[i];

    if (!dnn_indices_check (self->full, i,
                            dnn_preprocess_part (self->data->preprocess, i),
                            source, self->split, error)) {
      g_prefix_error (error, "%s: ", source->name);
      return false;
    }
  }
  return true;
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
      !dnn_feeder_replan (self, options, cache, error) ||
      !check_targets (self, error))
    return NULL;
  self->numbers = g_new0 (uint64_t, (gsize) self->batch);
  if (cache == NULL && options->first_stage == 0 &&
      !check_indices (self, error))
    return NULL;
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

/* Target i of the batch. */
static DnnTensor
target_of (const DnnFeeder *self, uint32_t i)
{
  const Part *part = &self->targets[i];
  DnnTensor t = dnn_tensor_of (&self->split->targets.at[i]->shape);

  t.data = part->rows + self->offset * part->size;
  t.dims[0] = self->current.n;
  return t;
}

const DnnBatch *
dnn_feeder_get (DnnFeeder *self, int64_t i)
{
  const int64_t first = i * self->batch;
  DnnBatch *batch = &self->current;

  batch->index = i;
  batch->n = MIN (self->batch, self->split->n - first);
  batch->plan = batch->n == self->batch ? self->full : self->last;
  if (self->n_together > 1)
    dnn_feeder_copy_batch (self, first);
  else
    dnn_feeder_gather_batch (self, first);
  for (uint32_t j = 0; j < self->n_targets; j++) {
    batch->y_true[j] = target_of (self, j);
    if (j < batch->plan->n_targets)
      batch->plan->targets[j].y.tensor.data = batch->y_true[j].data;
  }
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
