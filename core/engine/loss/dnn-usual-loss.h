/* dnn-usual-loss.h - the loss that goes with a model and its targets */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* The one usual loss that takes the model's last activation and targets of
 * shape `target`: its name, interned.  If none does, or several do, NULL and
 * DNN_ERROR_PARAM, which asks for [train] loss. */
const char *dnn_find_loss (const DnnModel *model, const DnnShape *target,
                           GError **error);

DNN_END_DECLS
