/* dnn-shares.h - predictions and targets as metrics of classes read them
 *
 * A metric of classes takes probabilities, and 1 for yes.  A loss may be handed
 * logits or margins instead (DnnScores); its metrics are then handed what the
 * model would give if it ended in the loss's activation, so that 0 becomes 0.5.
 */
#pragma once

#include "dnn-build.h"
#include "dnn-model.h"

DNN_BEGIN_DECLS

typedef struct DnnShares DnnShares;

/* For a loss, and what its build has said; NULL without an error: predictions
 * are probabilities. */
bool dnn_shares_new (DnnRegistry *registry, const DnnComponent *loss,
                     const DnnBuilt *built, DnnShares **ret_shares,
                     GError **error);
void dnn_shares_free (DnnShares *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnShares, dnn_shares_free)

/* True if a metric is one of classes: it takes labels, or has a threshold.  One
 * whose threshold the user has given means predictions as they are. */
bool dnn_shares_are_for (const DnnComponent *metric, const DnnBuilt *built);

/* Takes a batch in, which may be as large as any before it without an
 * allocation. */
void dnn_shares_set (DnnShares *self, const DnnTensor *y_pred,
                     const DnnTensor *y_true);
/* Of that batch, borrowed until the next. */
const DnnTensor *dnn_shares_predictions (const DnnShares *self);
const DnnTensor *dnn_shares_targets (const DnnShares *self);

DNN_END_DECLS
