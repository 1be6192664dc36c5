/* dnn-model.c - what a model holds, and the chain that makes it again */
#include "dnn-model-private.h"
#include "dnn-parametrization.h"
#include "dnn-penalty.h"
#include "dnn-shape.h"

#include <string.h>

DnnModel *
dnn_model_ref (DnnModel *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_model_unref (DnnModel *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->layers);
  dnn_names_free (self->names);
  g_hash_table_unref (self->weights_by_name);
  g_ptr_array_unref (self->weights);
  dnn_registry_unref (self->registry);
  g_free (self);
}

/* --- looking ------------------------------------------------------------- */

size_t
dnn_model_n_layers (const DnnModel *self)
{
  return self->layers->len;
}

DnnLayer *
dnn_model_layer (const DnnModel *self, size_t i)
{
  return g_ptr_array_index (self->layers, i);
}

DnnLayer *
dnn_model_find_layer (const DnnModel *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

size_t
dnn_model_n_weights (const DnnModel *self)
{
  return self->weights->len;
}

DnnWeight *
dnn_model_weight (const DnnModel *self, size_t i)
{
  return g_ptr_array_index (self->weights, i);
}

DnnWeight *
dnn_model_find_weight (const DnnModel *self, const char *name)
{
  return g_hash_table_lookup (self->weights_by_name, name);
}

void
dnn_model_add_weight (DnnModel *self, DnnWeight *weight)
{
  g_ptr_array_add (self->weights, weight);
  if (!g_hash_table_contains (self->weights_by_name, weight->name))
    g_hash_table_insert (self->weights_by_name, weight->name, weight);
}

bool
dnn_model_is_trainable (const DnnModel *self, const DnnWeight *weight)
{
  if (weight->of != NULL)
    return !weight->is_buffer && (dnn_weight_is_adapted (weight->of) ||
                                  dnn_model_is_trainable (self, weight->of));
  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    for (uint32_t j = 0; layer->trainable && j < layer->n_weights; j++)
      if (layer->weights[j] == weight)
        return true;
  }
  return false;
}

double
dnn_model_penalty (const DnnModel *self, DnnPool *pool)
{
  double penalty = 0;

  for (guint i = 0; i < self->weights->len; i++) {
    const DnnWeight *weight = dnn_model_weight (self, i);

    if (weight->regularizer != NULL && dnn_model_is_trainable (self, weight))
      penalty += dnn_weight_penalty (weight, pool);
  }
  return penalty;
}

/* Without the batch. */
static DnnShape
sample_shape (const DnnShape *shape)
{
  DnnShape sample = { .n_dims = MAX (shape->n_dims, 1) - 1 };

  memcpy (sample.dims, &shape->dims[1], sample.n_dims * sizeof sample.dims[0]);
  return sample;
}

uint32_t
dnn_model_n_inputs (const DnnModel *self)
{
  return self->inputs.n;
}

uint32_t
dnn_model_n_outputs (const DnnModel *self)
{
  return self->n_outputs;
}

DnnLayer *
dnn_model_output (const DnnModel *self, uint32_t i)
{
  return dnn_model_layer (self, self->outputs[i]);
}

static DnnShapes
shapes_of (const DnnShapes *batches)
{
  DnnShapes shapes = { .n = batches->n };

  for (uint32_t i = 0; i < shapes.n; i++)
    shapes.at[i] = sample_shape (&batches->at[i]);
  return shapes;
}

DnnShapes
dnn_model_input_shapes (const DnnModel *self)
{
  return shapes_of (&self->inputs);
}

DnnShapes
dnn_model_target_shapes (const DnnModel *self)
{
  return shapes_of (&self->targets);
}

DnnShapes
dnn_model_output_shapes (const DnnModel *self)
{
  DnnShapes shapes = { .n = self->n_outputs };

  for (uint32_t i = 0; i < shapes.n; i++)
    shapes.at[i] =
        sample_shape (&dnn_model_output (self, i)->outputs.at[0].shape);
  return shapes;
}

DnnShape
dnn_model_input_shape (const DnnModel *self)
{
  return dnn_model_input_shapes (self).at[0];
}

DnnShape
dnn_model_output_shape (const DnnModel *self)
{
  return dnn_model_output_shapes (self).at[0];
}

bool
dnn_model_has_default_output (const DnnModel *self)
{
  size_t last = self->layers->len - 1;

  while (last > 0 && dnn_model_layer (self, last)->outputs.at[0].is_term)
    last--;
  return self->n_outputs == 1 && self->outputs[0] == last;
}

char *
dnn_model_list_outputs (const DnnModel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (dnn_model_has_default_output (self))
    return NULL;
  for (uint32_t i = 0; i < self->n_outputs; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            dnn_model_output (self, i)->name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

uint32_t
dnn_model_masked_axes (const DnnModel *self, uint32_t output)
{
  const DnnDeclared *mask = &dnn_model_output (self, output)->masks.at[0];

  return mask->set ? mask->shape.n_dims : 0;
}

DnnRegistry *
dnn_model_registry (const DnnModel *self)
{
  return self->registry;
}

/* A word of a chain, quoted where it must be. */
static void
append_word (GString *text, const char *key, const char *value)
{
  const char *quote = strpbrk (value, " \t\n'\"!") == NULL ? ""
                      : strchr (value, '"') == NULL        ? "\""
                                                           : "'";

  g_string_append_printf (text, " %s=%s%s%s", key, quote, value, quote);
}

char *
dnn_model_to_chain (const DnnModel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);
    const GPtrArray *args = layer->spec->args;

    g_string_append_printf (text, "%s%s", i > 0 ? " ! " : "",
                            layer->spec->name);
    if (dnn_layer_host_arg (layer, "name") == NULL)
      append_word (text, "name", layer->name);
    for (guint j = 0; j < args->len; j++) {
      const DnnArg *arg = g_ptr_array_index (args, j);

      append_word (text, arg->key, arg->value);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
