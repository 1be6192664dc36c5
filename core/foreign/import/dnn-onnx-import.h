/* dnn-onnx-import.h - makes a model of an ONNX graph
 *
 * Operators become layers by the `foreign` rows of plugins.  Values with axes
 * of space are channels last in the model; which axis is which is kept for each
 * value, and no rule looks at sizes to guess it.
 */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

typedef struct DnnImportOptions {
  const char *const *until;  /* values that become outputs; NULL: the graph's */
  const char *const *shapes; /* "x=3,224,224", in the file's axes, without the
                              * batch; may be NULL */
  bool keep_input_layout;    /* as the file has it, with a layer that permutes
                              */
} DnnImportOptions;

/* `options` may be NULL.  `ret_report` (may be NULL): what became of nodes and
 * constants, in lines.  DNN_ERROR_FORMAT: no model can be made of the file,
 * with the node, its operator and why. */
DnnModel *dnn_import_onnx (DnnRegistry *registry, const char *path,
                           const DnnImportOptions *options, char **ret_report,
                           GError **error);

DNN_END_DECLS
