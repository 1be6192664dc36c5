/* kind-checks.c - which checks each kind has */
#include "dnn-kind-checks.h"

const DnnKindChecks dnn_layer_checks = {
  .kind = DNN_KIND_LAYER,
  .ops = dnn_check_layer_ops,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_layer_shapes },
    { "memory", dnn_check_layer_memory },
    { "overwrite", dnn_check_layer_overwrite },
    { "read-only", dnn_check_layer_read_only },
    { "gradients", dnn_check_layer_gradients },
    { "null-entries", dnn_check_layer_null_entries },
    { "frozen", dnn_check_layer_frozen },
    { "saved", dnn_check_layer_saved },
    { "in-place", dnn_check_layer_in_place },
    { "flags", dnn_check_layer_flags },
    { "masks", dnn_check_layer_masks },
    { "states", dnn_check_layer_states },
    { "terms", dnn_check_layer_terms },
    { "determinism", dnn_check_layer_determinism },
    { "save", dnn_check_layer_save },
    { "first", dnn_check_layer_first },
  },
};

const DnnKindChecks dnn_activation_checks = {
  .kind = DNN_KIND_ACTIVATION,
  .ops = dnn_check_activation_ops,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_activation_shapes },
    { "memory", dnn_check_activation_memory },
    { "overwrite", dnn_check_activation_overwrite },
    { "read-only", dnn_check_activation_read_only },
    { "gradients", dnn_check_activation_gradients },
    { "in-place", dnn_check_activation_in_place },
    { "split", dnn_check_activation_split },
    { "determinism", dnn_check_activation_determinism },
  },
};

const DnnKindChecks dnn_initializer_checks = {
  .kind = DNN_KIND_INITIALIZER,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_initializer_shapes },
    { "memory", dnn_check_initializer_memory },
    { "overwrite", dnn_check_initializer_overwrite },
    { "moments", dnn_check_initializer_moments },
    { "determinism", dnn_check_initializer_determinism },
  },
};

const DnnKindChecks dnn_optimizer_checks = {
  .kind = DNN_KIND_OPTIMIZER,
  .ops = dnn_check_optimizer_ops,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_optimizer_shapes },
    { "memory", dnn_check_optimizer_memory },
    { "overwrite", dnn_check_optimizer_overwrite },
    { "read-only", dnn_check_optimizer_read_only },
    { "split", dnn_check_optimizer_split },
    { "descends", dnn_check_optimizer_descends },
    { "rate", dnn_check_optimizer_rate },
    { "determinism", dnn_check_optimizer_determinism },
    { "save", dnn_check_optimizer_save },
  },
};

const DnnKindChecks dnn_loss_checks = {
  .kind = DNN_KIND_LOSS,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_loss_shapes },
    { "memory", dnn_check_loss_memory },
    { "overwrite", dnn_check_loss_overwrite },
    { "read-only", dnn_check_loss_read_only },
    { "gradients", dnn_check_loss_gradients },
    { "masks", dnn_check_loss_masks },
    { "split", dnn_check_loss_split },
    { "determinism", dnn_check_loss_determinism },
  },
};

const DnnKindChecks dnn_metric_checks = {
  .kind = DNN_KIND_METRIC,
  .ops = dnn_check_metric_ops,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_metric_shapes },
    { "memory", dnn_check_metric_memory },
    { "split", dnn_check_metric_split },
    { "weights", dnn_check_metric_weights },
    { "determinism", dnn_check_metric_determinism },
  },
};

const DnnKindChecks dnn_schedule_checks = {
  .kind = DNN_KIND_SCHEDULE,
  .takes = dnn_check_schedule_takes,
  .trial = "determinism",
  .checks = {
    { "finite", dnn_check_schedule_finite },
    { "determinism", dnn_check_schedule_determinism },
  },
};

const DnnKindChecks dnn_regularizer_checks = {
  .kind = DNN_KIND_REGULARIZER,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_regularizer_shapes },
    { "memory", dnn_check_regularizer_memory },
    { "overwrite", dnn_check_regularizer_overwrite },
    { "read-only", dnn_check_regularizer_read_only },
    { "gradients", dnn_check_regularizer_gradients },
    { "split", dnn_check_regularizer_split },
    { "determinism", dnn_check_regularizer_determinism },
  },
};

const DnnKindChecks dnn_constraint_checks = {
  .kind = DNN_KIND_CONSTRAINT,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_constraint_shapes },
    { "memory", dnn_check_constraint_memory },
    { "settles", dnn_check_constraint_settles },
    { "determinism", dnn_check_constraint_determinism },
  },
};

/* One weight in the place of a batch: what looks at samples is left out. */
const DnnKindChecks dnn_parametrization_checks = {
  .kind = DNN_KIND_PARAMETRIZATION,
  .ops = dnn_check_layer_ops,
  .trial = "memory",
  .checks = {
    { "shapes", dnn_check_parametrization_shapes },
    { "memory", dnn_check_layer_memory },
    { "overwrite", dnn_check_layer_overwrite },
    { "read-only", dnn_check_layer_read_only },
    { "gradients", dnn_check_layer_gradients },
    { "null-entries", dnn_check_layer_null_entries },
    { "frozen", dnn_check_layer_frozen },
    { "adapter", dnn_check_parametrization_adapter },
    { "saved", dnn_check_layer_saved },
    { "determinism", dnn_check_layer_determinism },
    { "save", dnn_check_layer_save },
  },
};

const DnnKindChecks dnn_callback_checks = {
  .kind = DNN_KIND_CALLBACK,
  .trial = "decides",
  .checks = {
    { "decides", dnn_check_callback_decides },
    { "determinism", dnn_check_callback_determinism },
    { "save", dnn_check_callback_save },
    { "nan", dnn_check_callback_nan },
    { "restores", dnn_check_callback_restores },
  },
};

const DnnKindChecks dnn_decoder_checks = {
  .kind = DNN_KIND_DECODER,
  .trial = "decodes",
  .checks = {
    { "decodes", dnn_check_decoder_decodes },
    { "damaged", dnn_check_decoder_damaged },
  },
};

const DnnKindChecks dnn_communicator_checks = {
  .kind = DNN_KIND_COMMUNICATOR,
  .trial = "joins",
  .checks = {
    { "joins", dnn_check_communicator_joins },
    { "moves", dnn_check_communicator_moves },
    { "refuses", dnn_check_communicator_refuses },
  },
};
