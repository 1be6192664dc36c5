/* dnn-model-add.h - adds a model and its preprocessing to a file
 *
 * dnn-model-file.h reads them.
 */
#pragma once

#include "dnn-model.h"
#include "dnn-preprocess.h"
#include "dnn-safetensors.h"

/* Adds the chain and the input shape as metadata and all weights as tensors;
 * the model must live until the file is written. */
void dnn_model_add (const DnnModel *self, DnnSafetensors *file);
/* Adds scale and names as metadata, statistics as tensors; the preprocessing
 * must live until the file is written. */
void dnn_preprocess_add (const DnnPreprocess *self, DnnSafetensors *file);
