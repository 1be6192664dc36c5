/* dnn-fill.h - first values of a weight or buffer */
#pragma once

#include "dnn-component.h"
#include "dnn-context.h"
#include "dnn-declared.h"

DNN_BEGIN_DECLS

/* The weight that an initializer fills. */
typedef struct DnnFilled {
  const char *name; /* "dense/kernel": what errors begin with */
  DnnKey key;       /* of its random numbers */
  double fan_in, fan_out;
  const DnnTensor *x; /* the layer's first batch; NULL: there is none */
  DnnTensor *w;
} DnnFilled;

/* Calls the initializer.  It writes float32; a tensor of another type gets
 * these numbers rounded. */
bool dnn_fill (const DnnComponent *initializer, const DnnFilled *filled,
               GError **error);

DNN_END_DECLS
