/* dnn-model-add.h - a model and its preprocessing added to a file
 *
 * How they are read is in dnn-model-file.h.
 */
#pragma once

#include "dnn-model.h"
#include "dnn-preprocess.h"
#include "dnn-safetensors.h"

/* Adds the chain and the input shape as metadata and all weights as tensors;
 * the model must live until the file is written. */
void dnn_model_add (const DnnModel *self, DnnSafetensors *file);
/* The same of scale, statistics and names. */
void dnn_preprocess_add (const DnnPreprocess *self, DnnSafetensors *file);
