/* dnn-diagnosis.h - where a value stopped being finite */
#pragma once

#include "dnn-executor.h"

DNN_BEGIN_DECLS

/* Sets DNN_ERROR_DIVERGED for a batch whose loss is `loss`, by running it again
 * layer by layer up to the first whose output is not finite. */
void dnn_diagnosis_set_error (DnnPlan *plan, const DnnPassInfo *info,
                              double loss, int64_t epoch, GError **error);

DNN_END_DECLS
