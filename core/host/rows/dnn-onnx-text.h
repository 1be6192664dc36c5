/* dnn-onnx-text.h - the form of a function in ONNX' textual syntax
 *
 *   <domain: "acme", opset_import: ["" : 18]>
 *   snake <alpha> (x) => (y)
 *   { a = Mul (x, x)  y = acme.Other <k = 1> (a) }
 *
 * https://github.com/onnx/onnx/blob/main/docs/Syntax.md, without subgraphs.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* True if it is a function each value of which is made before it is used.
 * DNN_ERROR_PLUGIN names line and column. */
bool dnn_onnx_text_check (const char *text, GError **error);

DNN_END_DECLS
