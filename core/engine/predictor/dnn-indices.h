/* dnn-indices.h - inputs of a model that must be whole numbers of a range */
#pragma once

#include "dnn-plan.h"
#include "dnn-preprocess.h"

DNN_BEGIN_DECLS

/* Checks the rows of a split (NULL: all rows of the source) where a layer that
 * takes the network's input `number` expects whole numbers, as an embedding
 * does.  The sentence has row and column.  `preprocess` may be NULL. */
bool dnn_indices_check (const DnnPlan *plan, uint32_t number,
                        const DnnPreprocess *preprocess,
                        const DnnSource *inputs, const DnnSplit *split,
                        GError **error);

DNN_END_DECLS
