/* dnn-keys.c - the tables of the host's keys */
#include "dnn-keys.h"

#include <glib.h>
#include <math.h>

#define KEY(name, type, min, max, initial, unit, help)                         \
  {                                                                            \
    name, NULL, type, 0, 0, 0, min, max, initial, unit, help, NULL             \
  }

static const DnnParam layer_params[] = {
  KEY ("activation", DNN_PARAM_TEXT, 0, 0, "", "",
       "an activation that follows at once"),
  KEY ("trainable", DNN_PARAM_BOOL, 0, 1, "true", "",
       "whether training moves the weights"),
  KEY ("learning_rate_multiplier", DNN_PARAM_FLOAT, 0, 1e6, "1", "factor",
       "times the optimizer's learning rate"),
  KEY ("weights", DNN_PARAM_TEXT, 0, 0, "", "",
       "a layer above whose weights are these too"),
  KEY ("name", DNN_PARAM_TEXT, 0, 0, "", "",
       "of a-z, A-Z, 0-9, '_', '-', '.' and '/'; by default the plugin's, "
       "numbered"),
  KEY ("input", DNN_PARAM_TEXT, 0, 0, "", "",
       "layers above, or 'input'; by default the one before"),
  KEY ("mask", DNN_PARAM_TEXT, 0, 0, "", "",
       "drop: from here on padding counts as data"),
  KEY ("*_initializer", DNN_PARAM_TEXT, 0, 0, "", "",
       "an initializer for that weight"),
  KEY ("*_regularizer", DNN_PARAM_TEXT, 0, 0, "", "",
       "a regularizer: what that weight adds to the loss"),
  KEY ("*_parametrization", DNN_PARAM_TEXT, 0, 0, "", "",
       "a parametrization: what is made of that weight before the layer has "
       "it"),
  KEY ("*_learning_rate_multiplier", DNN_PARAM_FLOAT, 0, 1e6, "1", "factor",
       "of that weight alone, instead of the layer's"),
  KEY ("*_constraint", DNN_PARAM_TEXT, 0, 0, "", "",
       "a constraint: what that weight is held to after each step"),
};

const DnnPlugin dnn_layer_keys = {
  .name = "layer",
  .params = layer_params,
  .n_params = G_N_ELEMENTS (layer_params),
  .param_stride = sizeof layer_params[0],
};

static const DnnParam optimizer_params[] = {
  DNN_FLOAT (DnnOptimizerKeys, clipvalue, "inf", 0, INFINITY, "gradient",
             "largest size of an element of a gradient"),
  DNN_FLOAT (DnnOptimizerKeys, clipnorm, "inf", 0, INFINITY, "gradient",
             "largest norm of one weight's gradient"),
  DNN_FLOAT (DnnOptimizerKeys, global_clipnorm, "inf", 0, INFINITY, "gradient",
             "largest norm of all gradients together"),
  DNN_FLOAT (DnnOptimizerKeys, weight_decay, "0", 0, 1e6, "share",
             "share of a weight, times the rate, that decays at a step"),
  DNN_ROW (DnnOptimizerKeys, exclude_from_weight_decay, NULL, DNN_PARAM_TEXT, 0,
           "", 0, 0, "", "globs over names of weights: these do not decay",
           NULL),
  DNN_BOOL (DnnOptimizerKeys, use_ema, "false",
            "average the weights over steps; training ends with the averages"),
  DNN_FLOAT (DnnOptimizerKeys, ema_momentum, "0.99", 0, 1, "share",
             "share of the average kept from step to step"),
  DNN_INT (DnnOptimizerKeys, ema_overwrite_frequency, "0", 0, 1e15, "updates",
           "updates after which the weights become the averages; 0: never"),
  DNN_INT (DnnOptimizerKeys, gradient_accumulation_steps, "1", 1, 1 << 24,
           "batches", "batches whose mean gradient makes an update"),
  DNN_ROW (DnnOptimizerKeys, around, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "an optimizer that looks at the batch again, and leaves the step to "
           "this one",
           NULL),
};

const DnnPlugin dnn_optimizer_keys = {
  .name = "optimizer",
  .self_size = sizeof (DnnOptimizerKeys),
  .params = optimizer_params,
  .n_params = G_N_ELEMENTS (optimizer_params),
  .param_stride = sizeof optimizer_params[0],
};

static const DnnParam schedule_params[] = {
  DNN_INT (DnnWarmup, warmup_steps, "0", 0, 1e15, "steps",
           "steps in a straight line to where the schedule begins"),
  DNN_FLOAT (DnnWarmup, warmup_initial, "inf", -1e30, INFINITY, "value",
             "where that line begins; inf: at 0"),
  DNN_FLOAT (DnnWarmup, warmup_target, "inf", -1e30, INFINITY, "value",
             "where it ends and the schedule begins; it then begins with the "
             "schedule's initial value"),
  DNN_ENUM (DnnWarmup, unit, "steps", "steps epochs",
            "what its own numbers count: steps, or epochs of the phase"),
};

const DnnPlugin dnn_schedule_keys = {
  .name = "schedule",
  .self_size = sizeof (DnnWarmup),
  .params = schedule_params,
  .n_params = G_N_ELEMENTS (schedule_params),
  .param_stride = sizeof schedule_params[0],
};
