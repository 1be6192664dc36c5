/* dnn-penalty.h - regularizers and constraints: what the host does to weights
 *
 * As in Keras a regularizer's penalty is part of the loss, not divided by the
 * batch, and a constraint follows every update.  Both are plugins.
 */
#pragma once

#include "dnn-layer.h"

DNN_BEGIN_DECLS

/* `<weight>_regularizer = l2(l2=0.01)` or `<weight>_constraint = unit_norm` as
 * a plugin of the kind, for a weight of this shape. */
DnnComponent *dnn_penalty_new (DnnRegistry *registry, DnnKind kind,
                               const DnnSpec *spec, const DnnTensor *weight,
                               GError **error);

/* The penalty of the weight's regularizer; 0 if it has none.  `pool`
 * may be NULL. */
double dnn_weight_penalty (const DnnWeight *self, DnnPool *pool);

/* Room for gradients of a regularizer that wants the weight whole. */
bool dnn_weight_prepare_penalty (DnnWeight *self, GError **error);
/* Bytes of that room. */
size_t dnn_weight_penalty_bytes (const DnnWeight *self);
/* Once a step, before the weight moves: fills that room. */
void dnn_weight_begin_penalty (DnnWeight *self, DnnPool *pool);
/* Adds the gradient of elements first .. first + n - 1 to g; by any thread. */
void dnn_weight_add_penalty (const DnnWeight *self, int64_t first, float *g,
                             int64_t n);

/* After an update. */
void dnn_weight_constrain (DnnWeight *self, DnnPool *pool);

DNN_END_DECLS
