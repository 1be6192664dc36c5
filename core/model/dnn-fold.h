/* dnn-fold.h - a model for inference alone, without normalizations that are
 * products
 *
 * Outside of training batch normalization is y = a x + b for each channel.
 * Right behind a layer that is linear in its kernel, as a convolution is, it
 * becomes part of that kernel, K a, and of the bias, (bias) a + b: Jacob et
 * al., Quantization and training of neural networks, 2018, section 3.2.
 *
 * No plugin is known by name: rows `foreign` of the system "onnx" say which are
 * BatchNormalization, Conv and Gemm, and what their weights are.
 */
#pragma once

#include "dnn-model-file.h"

DNN_BEGIN_DECLS

/* A model of its own that predicts the same, but for rounding.  A normalization
 * becomes part of the layer before it if that has no activation, no weights
 * that are shared or made by a parametrization, and nobody else behind it; the
 * layer then has the name of the normalization.  `ret_n` (may be NULL): how
 * many were. Returns: (transfer full): with none, the model itself, referenced.
 */
DnnModel *dnn_model_fold (DnnModel *self, size_t *ret_n, GError **error);
/* Puts that one in the place of the file's. */
bool dnn_model_file_fold (DnnModelFile *self, GError **error);

DNN_END_DECLS
