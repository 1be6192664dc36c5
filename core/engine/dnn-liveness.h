/* dnn-liveness.h - from when to when each tensor of a plan is needed */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* Decides which results are kept, which share memory, gives every tensor its
 * block and every block its place, and the plan its arena_size. */
void dnn_liveness_plan (DnnPlan *plan);

DNN_END_DECLS
