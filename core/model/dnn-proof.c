/* dnn-proof.c - hashes before and after */
#include "dnn-proof.h"

#include "dnn-parametrization.h"

#include <string.h>

typedef struct {
  const DnnWeight *weight;
  char *hash; /* (owned) */
} Entry;

struct DnnProof {
  GArray *entries; /* (owned) of Entry */
};

char *
dnn_weight_hash (const DnnWeight *weight)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, weight->tensor.data,
                                      dnn_weight_bytes (weight));
}

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->hash);
}

static void add_weights (DnnProof *self, const DnnModel *model,
                         DnnWeight *const *weights, uint32_t n);

/* Weights of a frozen weight's parametrization that do not train either. */
static void
add_parametrization (DnnProof *self, const DnnModel *model,
                     const DnnLayer *made)
{
  add_weights (self, model, made->weights, made->n_weights);
  add_weights (self, model, made->buffers, made->n_buffers);
}

static void
add_weights (DnnProof *self, const DnnModel *model, DnnWeight *const *weights,
             uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    Entry entry = { weights[i], NULL };

    /* A weight that is shared with a layer that trains may move. */
    if (weights[i] == NULL || dnn_model_is_trainable (model, weights[i]))
      continue;
    entry.hash = dnn_weight_hash (weights[i]);
    g_array_append_val (self->entries, entry);
    if (weights[i]->parametrization != NULL)
      add_parametrization (self, model, weights[i]->parametrization);
  }
}

DnnProof *
dnn_proof_new (const DnnModel *model)
{
  DnnProof *self = g_new0 (DnnProof, 1);

  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (layer->trainable)
      continue;
    add_weights (self, model, layer->weights, layer->n_weights);
    add_weights (self, model, layer->buffers, layer->n_buffers);
  }
  return self;
}

void
dnn_proof_free (DnnProof *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

bool
dnn_proof_check (const DnnProof *self, GError **error)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = &g_array_index (self->entries, Entry, i);
    g_autofree char *now = dnn_weight_hash (entry->weight);

    if (strcmp (now, entry->hash) == 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_FROZEN,
                 "'%s' is frozen, and it moved: its layer's plugin writes what "
                 "it must not",
                 entry->weight->name);
    return false;
  }
  return true;
}

size_t
dnn_proof_count (const DnnProof *self)
{
  return self->entries->len;
}

char *
dnn_proof_adapted (const DnnModel *model)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    if (dnn_weight_is_adapted (weight) &&
        !dnn_model_is_trainable (model, weight))
      g_string_append_printf (
          text, "%s is frozen; %s changes what the layer sees\n", weight->name,
          weight->parametrization->component->plugin->name);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
