/* dnn-plan-states.h - what layers keep from call to call
 *
 * Where a sequence comes bit by bit, a plan with keeps_states has memory of its
 * own for it; it is zero when a sequence begins, and never saved.
 */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* Room for the states of a stage that is built; NULL in its pass without
 * keeps_states. */
void dnn_plan_declare_states (const DnnPlan *self, DnnStage *stage);
/* Gives all of them memory. */
bool dnn_plan_allocate_states (DnnPlan *self, GError **error);
/* A sequence begins. */
void dnn_plan_forget_states (DnnPlan *self);

DNN_END_DECLS
