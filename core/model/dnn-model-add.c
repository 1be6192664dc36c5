/* dnn-model-add.c - adds a model to a file */
#include "dnn-model-add.h"

#include "dnn-model-file.h"
#include "dnn-model-private.h"
#include "dnn-shape.h"

/* A line "USE BLOCK" for each use of a block in the model; NULL: there is none.
 */
static char *
list_blocks (const DnnModel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *before = NULL;

  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    const DnnSpec *spec = dnn_model_layer (self, i)->spec;

    if (spec->block_use != NULL && spec->block_use != before)
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? "\n" : "",
                              spec->block_use, spec->block);
    before = spec->block_use;
  }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* "scalar; 28,28": shapes of a sample. */
static char *
list_targets (const DnnModel *self)
{
  const DnnShapes targets = dnn_model_target_shapes (self);
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < targets.n; i++) {
    g_autofree char *one = dnn_shape_to_list (&targets.at[i]);

    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                            *one != '\0' ? one : "scalar");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
dnn_model_add (const DnnModel *self, DnnSafetensors *file)
{
  g_autofree char *chain = dnn_model_to_chain (self);
  const DnnShapes inputs = dnn_model_input_shapes (self);
  g_autofree char *shape = dnn_shapes_to_list (&inputs);
  g_autofree char *outputs = dnn_model_list_outputs (self);
  g_autofree char *blocks = list_blocks (self);

  dnn_safetensors_set_metadata (file, "format", DNN_MODEL_FORMAT);
  dnn_safetensors_set_metadata (file, "model", chain);
  dnn_safetensors_set_metadata (file, "input_shape", shape);
  if (dnn_model_takes_target (self) && self->targets.n > 0) {
    g_autofree char *text = list_targets (self);

    dnn_safetensors_set_metadata (file, "target_shape", text);
  }
  if (outputs != NULL)
    dnn_safetensors_set_metadata (file, "outputs", outputs);
  if (blocks != NULL)
    dnn_safetensors_set_metadata (file, "blocks", blocks);
  for (size_t i = 0; i < dnn_model_n_weights (self); i++) {
    const DnnWeight *weight = dnn_model_weight (self, i);

    dnn_safetensors_add_tensor (file, weight->name, &weight->tensor);
  }
}
