/* dnn-made.h - weights as parametrizations make them, in a plan
 *
 * A stage of its own for each parametrized weight: it runs forward before the
 * first layer that is handed the weight, and backward behind the last.
 */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* Makes the stages of all weights that layers of this plan are handed through
 * a parametrization; their values and shapes, no memory. */
bool dnn_made_build (DnnPlan *plan, GError **error);
/* The stage of that weight; NULL: layers have it as it is. */
DnnMade *dnn_made_find (const DnnPlan *plan, const DnnWeight *weight);

/* The tensor that a layer gets for the weight: the made one, or its own. */
const DnnTensor *dnn_made_tensor (const DnnPlan *plan, const DnnWeight *weight);

DNN_END_DECLS
