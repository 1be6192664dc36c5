/* dnn-units.h - predictions and targets in the units of the file
 *
 * Where targets are standardized, the loss works near 1; metrics are handed
 * what people measure.
 */
#pragma once

#include <dnn/abi/tensor.h>

#include "dnn-target-scale.h"

DNN_BEGIN_DECLS

typedef struct DnnUnits DnnUnits;

DnnUnits *dnn_units_new (DnnTargetScale *scale);
void dnn_units_free (DnnUnits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnUnits, dnn_units_free)

/* Takes a batch in, which may be as large as any before it without an
 * allocation, and puts both in their units, borrowed until the next, in their
 * place. */
void dnn_units_set (DnnUnits *self, const DnnTensor **inout_pred,
                    const DnnTensor **inout_true);

DNN_END_DECLS
