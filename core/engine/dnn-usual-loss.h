/* dnn-usual-loss.h - the loss that goes with a model and its targets */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* A loss that goes with the model's last activation and these targets: its
 * name, interned, or NULL with an error that says to choose one. */
const char *dnn_find_loss (const DnnModel *model, const DnnShape *target,
                           GError **error);

DNN_END_DECLS
