/* kind-check-list.c - the list of the kinds' checks
 *
 * Nothing else stands here, so that a test can have a list of its own.
 */
#include "dnn-kind-checks.h"

const DnnKindChecks *const dnn_kind_checks[] = {
  &dnn_layer_checks,        &dnn_activation_checks,
  &dnn_initializer_checks,  &dnn_optimizer_checks,
  &dnn_loss_checks,         &dnn_metric_checks,
  &dnn_schedule_checks,     &dnn_regularizer_checks,
  &dnn_constraint_checks,   &dnn_parametrization_checks,
  &dnn_callback_checks,     &dnn_decoder_checks,
  &dnn_communicator_checks, NULL,
};
