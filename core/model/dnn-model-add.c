/* dnn-model-add.c - adds a model and its preprocessing to a file */
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

void
dnn_preprocess_add (const DnnPreprocess *self, DnnSafetensors *file)
{
  DnnShape shape = { 1, 0, { self->n } };
  char scale[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (scale, sizeof scale, self->scale);
  dnn_safetensors_set_metadata (file, "scale", scale);
  if (self->class_names != NULL) {
    g_autofree char *names = g_strjoinv (",", self->class_names);

    dnn_safetensors_set_metadata (file, "class_names", names);
  }
  if (self->columns != NULL) {
    g_autofree char *names = g_strjoinv ("\n", self->columns);

    dnn_safetensors_set_metadata (file, "columns", names);
  }
  if (self->n == 0)
    return;
  dnn_safetensors_add_floats (file, "input/mean", &shape, self->mean);
  dnn_safetensors_add_floats (file, "input/standard_deviation", &shape,
                              self->standard_deviation);
}
