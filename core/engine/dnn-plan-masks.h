/* dnn-plan-masks.h - the masks of a plan's values
 *
 * A mask lies in the arena, like the value it is of, from the layer that makes
 * it to the end of the step; layers that keep it hand on the same one.
 */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* The masks of a stage's outputs, once it is built and its inputs have
 * theirs. */
void dnn_plan_settle_masks (DnnStage *stage);

/* Before forward of the stage's plugin: where its outputs are real by several
 * masks together, writes which they are. */
void dnn_plan_merge_masks (DnnStage *stage);

DNN_END_DECLS
