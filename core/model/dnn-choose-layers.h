/* dnn-choose-layers.h - which layers train, by globs over their names */
#pragma once

#include "dnn-model.h"

/* Sets `trainable` of the layers that the globs name, which are separated by
 * commas ("dense*, gate"; "": none); others stay as they are.  `trainable` wins
 * over `frozen`.  A glob that matches no layer is DNN_ERROR_NAME. */
bool dnn_choose_layers (DnnModel *model, const char *frozen,
                        const char *trainable, GError **error);
