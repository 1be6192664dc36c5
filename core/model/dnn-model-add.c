/* dnn-model-add.c - adds a model to a file */
#include "dnn-model-add.h"

#include "dnn-model-file.h"
#include "dnn-model-private.h"
#include "dnn-shape.h"

void
dnn_model_add (const DnnModel *self, DnnSafetensors *file)
{
  g_autofree char *chain = dnn_model_to_chain (self);
  DnnShape input = dnn_model_input_shape (self);
  g_autofree char *shape = dnn_shape_to_list (&input);

  dnn_safetensors_set_metadata (file, "format", DNN_MODEL_FORMAT);
  dnn_safetensors_set_metadata (file, "model", chain);
  dnn_safetensors_set_metadata (file, "input_shape", shape);
  for (size_t i = 0; i < dnn_model_n_weights (self); i++) {
    const DnnWeight *weight = dnn_model_weight (self, i);
    DnnShape weight_shape = dnn_shape_of (&weight->tensor);

    dnn_safetensors_add_floats (file, weight->name, &weight_shape,
                                weight->tensor.data);
  }
}
