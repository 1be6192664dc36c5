/* dnn-usual-loss.h - the loss that goes with a model and its targets */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* The one usual loss that takes the last activation before each output of the
 * model and targets of its shape, as [train] loss would say it, interned:
 * "mean_squared_error", or "a: mean_squared_error, b: ..." of several outputs.
 * DNN_NO_LOSS if a layer takes targets and adds a term to the loss.
 * If none does, or several do, NULL and DNN_ERROR_PARAM, which asks for [train]
 * loss. */
const char *dnn_find_loss (const DnnModel *model, const DnnShapes *targets,
                           GError **error);

DNN_END_DECLS
