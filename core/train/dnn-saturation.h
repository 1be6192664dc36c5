/* dnn-saturation.h - where an activation is flat, whatever activation it is */
#pragma once

#include "dnn-health.h"
#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* Writes `saturated`, `dead` and `is_gate` of a stage that has just run forward
 * in a plan that is watched.  The derivative is the plugin's own gradient of
 * dy = 1. */
void dnn_saturation_measure (const DnnStage *stage, DnnLayerHealth *row);

DNN_END_DECLS
