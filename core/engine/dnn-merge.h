/* dnn-merge.h - parametrized weights as the weights of a plain model */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* True if any weight of the model has a parametrization. */
bool dnn_model_is_parametrized (const DnnModel *self);
/* A model of the same layers whose weights are what those of `self` are handed:
 * what it predicts is the same.  Returns: (transfer full). */
DnnModel *dnn_model_merge (DnnModel *self, GError **error);

DNN_END_DECLS
