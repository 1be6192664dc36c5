/* dnn-plan-loss.h - where a plan's losses look, and who needs which gradient */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* Marks the stages that only the loss needs, where none is counted. */
void dnn_plan_find_left_out (DnnPlan *self);
/* Makes the stage one that does not run. */
void dnn_plan_leave_out (DnnStage *stage);
/* The tensor that the layer gets as input i; NULL: a target that is not
 * there. */
const DnnTensor *dnn_plan_input_of (const DnnPlan *self, const DnnStage *stage,
                                    uint32_t i);
/* True of a term of the loss that nobody asks for. */
bool dnn_plan_drops (const DnnPlan *self, const DnnValue *value);

/* Finds heads, terms, and what runs backward, once all stages are built.
 * DNN_ERROR_SHAPE if weights are to be trained on which no loss depends. */
bool dnn_plan_find_loss (DnnPlan *self, GError **error);

/* True if a loss writes the value's gradient, which is then the first. */
bool dnn_plan_is_head (const DnnPlan *self, const DnnValue *value);

DNN_END_DECLS
