/* dnn-model-add.h - adds a model to a file
 *
 * dnn-model-file.h reads it.
 */
#pragma once

#include "dnn-model.h"
#include "dnn-safetensors.h"

/* Adds the chain and the input shape as metadata and all weights as tensors;
 * the model must live until the file is written. */
void dnn_model_add (const DnnModel *self, DnnSafetensors *file);
