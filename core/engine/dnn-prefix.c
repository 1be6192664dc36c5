/* dnn-prefix.c - what can be computed once, computed once */
#include "dnn-prefix.h"

#include "dnn-feeder.h"
#include "dnn-memory.h"
#include "dnn-parametrization.h"
#include "dnn-shape.h"

#include <string.h>

enum { BATCH = 256 };

static bool
trains (const DnnModel *model, const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL &&
        (dnn_model_is_trainable (model, layer->weights[i]) ||
         dnn_weight_is_adapted (layer->weights[i])))
      return true;
  return layer->trainable && layer->n_buffers > 0;
}

/* Flags of the layer's plugin, and of those that make its weights. */
static uint64_t
flags_of (const DnnLayer *layer)
{
  uint64_t flags = layer->component != NULL ? layer->component->code->flags : 0;

  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL && layer->weights[i]->parametrization != NULL)
      flags |= layer->weights[i]->parametrization->component->code->flags;
  return flags;
}

static bool
is_fixed (const DnnModel *model, const DnnLayer *layer)
{
  const uint64_t batch_dependent =
      DNN_FLAG_TRAINING_DIFFERS | DNN_FLAG_NOT_PER_SAMPLE;
  const uint64_t flags = flags_of (layer);

  if (trains (model, layer) || (flags & DNN_FLAG_RANDOM) != 0 ||
      dnn_layer_has_term (layer) || dnn_layer_takes_target (layer, model))
    return false;
  /* A layer that differs in training is fixed if its weights are frozen:
   * batch normalization then uses its moving statistics. */
  return (flags & batch_dependent) == 0 ||
         (!layer->trainable &&
          (dnn_layer_has_weights (layer) || layer->n_buffers > 0));
}

/* True if an output of the model is below layer n. */
static bool
has_output_below (const DnnModel *model, size_t n)
{
  for (uint32_t i = 0; i < dnn_model_n_outputs (model); i++)
    if (dnn_model_output (model, i)->index < n)
      return true;
  return false;
}

/* True if layers `n` and above look at nothing below but the first output of
 * layer n - 1, all of which is real. */
static bool
has_one_way_out (const DnnModel *model, size_t n)
{
  if (dnn_model_layer (model, n - 1)->masks.n > 0)
    return false;
  for (size_t i = n; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    for (uint32_t j = 0; j < layer->n_inputs; j++) {
      const DnnInput *input = &layer->inputs[j];

      if (input->layer < (int) n &&
          (input->layer != (int) n - 1 || input->output != 0))
        return false;
    }
  }
  return true;
}

/* True if what is kept for each row is of the size of the row itself. */
static bool
is_small_enough (const DnnModel *model, const DnnLayer *layer)
{
  enum { MAX_GROWTH = 4, FEW = 4096 };
  const DnnShapes inputs = dnn_model_input_shapes (model);
  DnnShape output = layer->outputs.at[0].shape;
  int64_t n_in = 0, n_out, n;

  output.dims[0] = 1;
  for (uint32_t i = 0; i < inputs.n && dnn_shape_count (&inputs.at[i], &n); i++)
    n_in += n;
  return dnn_shape_count (&output, &n_out) &&
         n_out <= MAX (MAX_GROWTH * n_in, FEW);
}

size_t
dnn_prefix_find (const DnnModel *model)
{
  size_t best = 0, n = dnn_model_n_layers (model);
  bool worth_it = false;

  for (size_t i = 0; i + 1 < n; i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (!is_fixed (model, layer))
      break;
    worth_it = worth_it || dnn_layer_has_weights (layer);
    if (worth_it && has_one_way_out (model, i + 1) &&
        !has_output_below (model, i + 1) && is_small_enough (model, layer))
      best = i + 1;
  }
  return best;
}

typedef struct {
  size_t layer; /* the last to run */
  size_t seen;
} Watch;

static bool
stop_after (void *data, const DnnStage *stage)
{
  Watch *watch = data;

  (void) stage;
  return watch->seen++ < watch->layer;
}

/* Runs the prefix over all batches, writing its rows to `out`. */
static bool
run_batches (DnnFeeder *feeder, size_t n_layers, char *out, GError **error)
{
  /* As training sees it: a frozen layer is told both. */
  DnnPassInfo info = { .training = true };

  for (int64_t i = 0; i < dnn_feeder_n_batches (feeder); i++) {
    const DnnBatch *batch = dnn_feeder_get (feeder, i);
    Watch watch = { n_layers - 1, 0 };
    const DnnTensor *y = &batch->plan->stages[n_layers - 1].out->y.tensor;
    size_t bytes = (size_t) dnn_count (y) * sizeof (float);

    if (!dnn_executor_forward_watched (batch->plan, &info, stop_after, &watch,
                                       error))
      return false;
    memcpy (out, y->data, bytes);
    out += bytes;
  }
  return true;
}

DnnArray *
dnn_prefix_compute (DnnModel *model, size_t n_layers, DnnPool *pool,
                    const DnnData *data, const DnnSplit *split, GError **error)
{
  DnnPlanOptions options = { .batch = BATCH };
  g_autoptr (DnnFeeder) feeder =
      dnn_feeder_new (model, pool, data, split, &options, NULL, error);
  DnnShape shape = dnn_model_layer (model, n_layers - 1)->outputs.at[0].shape;
  g_autofree char *out = NULL;
  size_t size = sizeof (float);

  if (feeder == NULL)
    return NULL;
  shape.dims[0] = split->n;
  for (uint32_t i = 0; i < shape.n_dims; i++)
    size *= (size_t) shape.dims[i];
  out = dnn_memory_new (size, error);
  if (out == NULL) {
    g_prefix_error (error, "activations of the frozen layers: ");
    return NULL;
  }
  if (!run_batches (feeder, n_layers, out, error))
    return NULL;
  return dnn_array_new_take (DNN_FLOAT32, shape,
                             g_bytes_new_take (g_steal_pointer (&out), size));
}
