/* dnn-choose-layers.h - which layers train, by globs over their names */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* Sets `trainable` of every layer that a glob matches; other layers stay as
 * they are.  Globs are separated by commas ("dense*, gate"; "": none);
 * `trainable` wins over `frozen`.  A glob that matches no layer is
 * DNN_ERROR_NAME. */
bool dnn_choose_layers (DnnModel *model, const char *frozen,
                        const char *trainable, GError **error);

DNN_END_DECLS
