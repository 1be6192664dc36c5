/* missing.c - models some of whose plugins are not there
 *
 * Such a model can be looked at: its layers have names, places and, where they
 * come from a file, weights.  What comes out of a missing layer is not known,
 * so neither is the shape of anything behind it.
 */
#include "dnn-model-private.h"
#include "dnn-shape.h"

#include <string.h>

bool
dnn_model_mark_shapeless (const DnnModel *self, DnnLayer *layer)
{
  layer->shapeless = layer->component == NULL && layer->activation == NULL;
  for (uint32_t i = 0; i < layer->n_inputs; i++) {
    const int from = layer->inputs[i].layer;

    if (from >= 0 && dnn_model_layer (self, (size_t) from)->shapeless)
      layer->shapeless = true;
  }
  /* Any of its outputs may be named. */
  if (layer->shapeless)
    layer->outputs.n = DNN_MAX_DECLARED;
  return layer->shapeless;
}

bool
dnn_model_add_stored (DnnModel *self, DnnLayer *layer, const char *name,
                      const DnnShape *shape, GError **error)
{
  DnnWeight *weight = g_new0 (DnnWeight, 1);

  weight->name = g_strconcat (layer->name, "/", name, NULL);
  weight->short_name = g_intern_string (name);
  weight->learning_rate_multiplier = 1;
  weight->is_stored = true;
  weight->tensor = dnn_tensor_of (shape);
  if (!dnn_weight_allocate (weight, error)) {
    dnn_weight_free (weight);
    return false;
  }
  dnn_model_add_weight (self, weight);
  layer->weights = g_renew (DnnWeight *, layer->weights, layer->n_weights + 1);
  layer->weights[layer->n_weights++] = weight;
  return true;
}

static void
append (GString *text, const char *what, const char *whose)
{
  g_string_append_printf (text, "%s%s of '%s'", text->len > 0 ? ", " : "", what,
                          whose);
}

/* A weight whose values are made by nobody, or held by nobody. */
static void
append_weights (GString *text, DnnWeight *const *weights, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    if (weights[i] != NULL && weights[i]->initializer == NULL &&
        !weights[i]->is_stored)
      append (text, "the initializer", weights[i]->name);
    if (weights[i] != NULL && weights[i]->missing != NULL)
      append (text, weights[i]->missing, weights[i]->name);
  }
}

char *
dnn_model_missing (const DnnModel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    if (layer->missing != NULL)
      append (text, layer->missing, layer->name);
    if (layer->shapeless)
      continue;
    append_weights (text, layer->weights, layer->n_weights);
    append_weights (text, layer->buffers, layer->n_buffers);
  }
  if (text->len == 0)
    return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
dnn_model_check_complete (const DnnModel *self, GError **error)
{
  g_autofree char *missing = dnn_model_missing (self);
  g_autofree char *folders = NULL;

  if (missing == NULL)
    return true;
  folders = g_strjoinv (", ", (char **) dnn_registry_folders (self->registry));
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "a model without all its plugins cannot run; install %s "
               "(searched: %s)",
               missing, folders);
  return false;
}
