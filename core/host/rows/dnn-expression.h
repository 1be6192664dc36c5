/* dnn-expression.h - one C expression of numbers, computed
 *
 * What c_expression of a plugin may be: numbers, names, + - * / ! ?: < > <= >=
 * == != && ||, parentheses, and functions of <math.h> that take and return
 * numbers (expf, tanhf, fmaxf, ...).
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnVariable {
  const char *name; /* "x", "negative_slope" */
  double value;
} DnnVariable;

/* Computes `text` in double.  DNN_ERROR_PLUGIN names the column. */
bool dnn_expression_compute (const char *text, const DnnVariable *variables,
                             size_t n_variables, double *ret_value,
                             GError **error);

DNN_END_DECLS
