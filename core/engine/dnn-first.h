/* dnn-first.h - first values that depend on the data
 *
 * Most weights are filled before there are any data.  Those of a layer with
 * `first`, or of an initializer that may look at x, are set when the first
 * batch is there, layer after layer, each on what the layers before it make of
 * it with their own first values.
 */
#pragma once

#include "dnn-executor.h"

DNN_BEGIN_DECLS

/* True if the model has such weights, and none of them was loaded. */
bool dnn_first_is_due (const DnnModel *model);

/* Sets them, with the batch that is in the plan's input.  `plan` is one of
 * training that runs all layers.  Buffers that only this forward pass moved
 * are put back. */
bool dnn_first_run (DnnPlan *plan, uint64_t seed, GError **error);

DNN_END_DECLS
