/* dnn-terms.h - plugins by output: "a: huber(delta=0.7), b: 0.3 * mse"
 *
 * How losses and metrics of a model with several outputs are written.  A term
 * without the name of an output is of all of them.
 */
#pragma once

#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnTerm {
  char *output;  /* (owned) NULL: none is named */
  double factor; /* 1 unless it is written */
  char *text;    /* (owned) the plugin with its parameters */
} DnnTerm;

/* Returns: (transfer full): an array of DnnTerm.  A factor that is no number
 * is DNN_ERROR_PARAM. */
GPtrArray *dnn_terms_parse (const char *text, GError **error);

DNN_END_DECLS
