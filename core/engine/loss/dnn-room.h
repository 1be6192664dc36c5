/* dnn-room.h - calls a loss or metric, with scratch for the batch at hand
 *
 * A plugin that declares none costs nothing.  For one that does, a batch of
 * another size than the last is built again; memory grows to the largest.
 */
#pragma once

#include "dnn-build.h"
#include "dnn-context.h"

DNN_BEGIN_DECLS

typedef struct DnnRoom DnnRoom;

DnnRoom *dnn_room_new (void);
void dnn_room_free (DnnRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRoom, dnn_room_free)

/* True if `built` has declared any scratch: to be asked before the first fit.
 */
void dnn_room_set_built (DnnRoom *self, const DnnBuilt *built);

/* The gradient if the pass has a dy_pred, else the value; the metric's update.
 * The room's scratch goes into the pass, which is for the workers of its
 * context's pool.  `who` begins the error. */
bool dnn_room_call_loss (DnnRoom *self, const DnnComponent *loss,
                         DnnLossPass *pass, const char *who, GError **error);
bool dnn_room_call_metric (DnnRoom *self, const DnnComponent *metric,
                           DnnMetricPass *pass, const char *who,
                           GError **error);

DNN_END_DECLS
