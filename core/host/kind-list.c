/* kind-list.c - the list of kinds
 *
 * Nothing else stands here, so that a test can have a list of its own.
 */
#include "dnn-kind-row.h"

const DnnKindRow *const dnn_kinds[] = {
  [DNN_KIND_LAYER] = &dnn_kind_layer,
  [DNN_KIND_ACTIVATION] = &dnn_kind_activation,
  [DNN_KIND_INITIALIZER] = &dnn_kind_initializer,
  [DNN_KIND_OPTIMIZER] = &dnn_kind_optimizer,
  [DNN_KIND_LOSS] = &dnn_kind_loss,
  [DNN_KIND_METRIC] = &dnn_kind_metric,
  [DNN_KIND_SCHEDULE] = &dnn_kind_schedule,
  [DNN_KIND_REGULARIZER] = &dnn_kind_regularizer,
  [DNN_KIND_CONSTRAINT] = &dnn_kind_constraint,
  [DNN_KIND_PARAMETRIZATION] = &dnn_kind_parametrization,
  [DNN_KIND_CALLBACK] = &dnn_kind_callback,
  [DNN_KIND_DECODER] = &dnn_kind_decoder,
  [DNN_KIND_COMMUNICATOR] = &dnn_kind_communicator,
};

const unsigned dnn_n_kinds = sizeof dnn_kinds / sizeof dnn_kinds[0] - 1;
