/* dnn-keras-import.h - makes a model of a Keras file
 *
 * .keras, .h5 and .hdf5 of whole models, of Keras 2 and 3: Sequential and
 * Functional.  Classes become layers by the `foreign` rows of plugins.
 */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* `ret_report` (may be NULL): what became of layers, in lines.
 * DNN_ERROR_FORMAT: no model can be made of the file, with the layer, its class
 * and why. */
DnnModel *dnn_import_keras (DnnRegistry *registry, const char *path,
                            char **ret_report, GError **error);

DNN_END_DECLS
