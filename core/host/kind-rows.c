/* kind-rows.c - what the host knows of each kind of plugin */
#include "dnn-kind-row.h"

#include "dnn-keys.h"

#include <glib.h>

/* From here on "or more" is said in place of the number. */
enum { ENDLESS_INPUTS = 1 << 16 };

/* The example input of most layers: a row of a sample. */
#define ROW "4"

/* --- what their ops tell ------------------------------------------------- */

static uint32_t
min_outputs (const DnnLayerOps *ops)
{
  const bool knows = ops->struct_size >= DNN_END_OF (DnnLayerOps, min_outputs);

  return knows && ops->min_outputs > 0 ? ops->min_outputs : ops->n_outputs;
}

static void
describe_layer (const void *ops, DnnKindSay say, void *data)
{
  const DnnLayerOps *layer = ops;
  const uint32_t n = layer->n_outputs;
  const uint32_t least = min_outputs (layer);
  g_autofree char *inputs = NULL, *outputs = NULL;

  if (layer->max_inputs >= ENDLESS_INPUTS)
    inputs = g_strdup_printf ("%u or more", layer->min_inputs);
  else if (layer->max_inputs != 1)
    inputs = g_strdup_printf ("%u to %u", layer->min_inputs, layer->max_inputs);
  if (inputs != NULL)
    say (data, "Inputs", inputs);
  if (least < n)
    outputs = g_strdup_printf ("%u to %u", least, n);
  else if (n > 1)
    outputs = g_strdup_printf ("%u", n);
  if (outputs != NULL)
    say (data, "Outputs", outputs);
}

static void
describe_optimizer (const void *ops, DnnKindSay say, void *data)
{
  const DnnOptimizerOps *optimizer = ops;

  if (optimizer->struct_size >= DNN_END_OF (DnnOptimizerOps, step_all) &&
      optimizer->step_all != NULL)
    say (data, "Steps", "all weights at once, looking at a batch again");
  if (optimizer->struct_size >= DNN_END_OF (DnnOptimizerOps, model_weight) &&
      optimizer->model_weight != NULL)
    say (data, "Model", "has other weights than training");
}

static void
describe_loss (const void *ops, DnnKindSay say, void *data)
{
  const DnnLossOps *loss = ops;
  g_autofree char *words = NULL;

  if (loss->logits_of == NULL)
    return;
  words = g_strdup_printf ("takes what goes into a last %s", loss->logits_of);
  say (data, "Logits", words);
}

static void
describe_metric (const void *ops, DnnKindSay say, void *data)
{
  const DnnMetricOps *metric = ops;

  say (data, "Better",
       metric->better > 0 ? "when it is higher" : "when it is lower");
}

/* --- the rows ------------------------------------------------------------ */

const DnnKindRow dnn_kind_layer = {
  .name = "layer",
  .folder = "layers",
  .ops_size = DNN_END_OF (DnnLayerOps, backward),
  .required = { DNN_KIND_OP (DnnLayerOps, build),
                DNN_KIND_OP (DnnLayerOps, forward),
                DNN_KIND_OP (DnnLayerOps, backward) },
  .build = offsetof (DnnLayerOps, build),
  .min_inputs_at = offsetof (DnnLayerOps, min_inputs),
  .max_inputs_at = offsetof (DnnLayerOps, max_inputs),
  .n_outputs_at = offsetof (DnnLayerOps, n_outputs),
  .min_outputs_at = offsetof (DnnLayerOps, min_outputs),
  .describe = describe_layer,
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_NOT_PER_SAMPLE | DNN_FLAG_OTHER_GRADIENT |
           DNN_FLAG_KEEPS_MASK | DNN_FLAG_READS_MASK,
  .keys = &dnn_layer_keys,
  .example_inputs = ROW,
};

const DnnKindRow dnn_kind_activation = {
  .name = "activation",
  .folder = "activations",
  .ops_size = DNN_END_OF (DnnActivationOps, grad),
  .required = { DNN_KIND_OP (DnnActivationOps, eval),
                DNN_KIND_OP (DnnActivationOps, grad) },
  .flags = DNN_FLAG_ELEMENTWISE | DNN_FLAG_OTHER_GRADIENT,
  .min_inputs = 1,
  .max_inputs = 1,
  .checked_on = { 2, 0, { 6, 37 } },
};

const DnnKindRow dnn_kind_initializer = {
  .name = "initializer",
  .folder = "init",
  .ops_size = DNN_END_OF (DnnInitializerOps, fill),
  .required = { DNN_KIND_OP (DnnInitializerOps, fill) },
  .flags = DNN_FLAG_PATTERN,
  .min_inputs = 1,
  .max_inputs = 1,
  .checked_on = { 2, 0, { 60, 50 } },
};

const DnnKindRow dnn_kind_optimizer = {
  .name = "optimizer",
  .folder = "optimizers",
  .ops_size = DNN_END_OF (DnnOptimizerOps, step),
  .required = { DNN_KIND_OP (DnnOptimizerOps, step) },
  .or_else = DNN_KIND_OP (DnnOptimizerOps, step_all),
  .describe = describe_optimizer,
  .flags = DNN_FLAG_ELEMENTWISE | DNN_FLAG_AROUND,
  .keys = &dnn_optimizer_keys,
  .min_inputs = 1,
  .max_inputs = 1,
  .checked_on = { 2, 0, { 7, 5 } },
};

const DnnKindRow dnn_kind_loss = {
  .name = "loss",
  .folder = "losses",
  .ops_size = DNN_END_OF (DnnLossOps, gradient),
  .required = { DNN_KIND_OP (DnnLossOps, build),
                DNN_KIND_OP (DnnLossOps, value),
                DNN_KIND_OP (DnnLossOps, gradient) },
  .build = offsetof (DnnLossOps, build),
  .describe = describe_loss,
  .flags = DNN_FLAG_USUAL | DNN_FLAG_GIVES_VALUE | DNN_FLAG_NOT_PER_SAMPLE |
           DNN_FLAG_READS_MASK,
  .min_inputs = 2,
  .max_inputs = 2,
  .input_names = { "y_pred", "y_true" },
  .example_inputs = ROW "; " ROW,
};

const DnnKindRow dnn_kind_metric = {
  .name = "metric",
  .folder = "metrics",
  .ops_size = DNN_END_OF (DnnMetricOps, result),
  .required = { DNN_KIND_OP (DnnMetricOps, build),
                DNN_KIND_OP (DnnMetricOps, update),
                DNN_KIND_OP (DnnMetricOps, result) },
  .build = offsetof (DnnMetricOps, build),
  .describe = describe_metric,
  .min_inputs = 2,
  .max_inputs = 2,
  .input_names = { "y_pred", "y_true" },
  .example_inputs = ROW "; " ROW,
};

const DnnKindRow dnn_kind_schedule = {
  .name = "schedule",
  .folder = "schedules",
  .ops_size = DNN_END_OF (DnnScheduleOps, value),
  .required = { DNN_KIND_OP (DnnScheduleOps, value) },
  .keys = &dnn_schedule_keys,
};

const DnnKindRow dnn_kind_regularizer = {
  .name = "regularizer",
  .folder = "regularizers",
  .ops_size = DNN_END_OF (DnnRegularizerOps, build),
  .required = { DNN_KIND_OP (DnnRegularizerOps, penalty) },
  .build = offsetof (DnnRegularizerOps, build),
  .flags = DNN_FLAG_ELEMENTWISE,
  .min_inputs = 1,
  .max_inputs = 1,
  .checked_on = { 2, 0, { 6, 5 } },
};

const DnnKindRow dnn_kind_constraint = {
  .name = "constraint",
  .folder = "constraints",
  .ops_size = DNN_END_OF (DnnConstraintOps, build),
  .required = { DNN_KIND_OP (DnnConstraintOps, constrain) },
  .build = offsetof (DnnConstraintOps, build),
  .min_inputs = 1,
  .max_inputs = 1,
  .checked_on = { 2, 0, { 6, 5 } },
};

const DnnKindRow dnn_kind_parametrization = {
  .name = "parametrization",
  .of_weight = true,
  .folder = "parametrizations",
  .ops_size = DNN_END_OF (DnnLayerOps, backward),
  .required = { DNN_KIND_OP (DnnLayerOps, build),
                DNN_KIND_OP (DnnLayerOps, forward),
                DNN_KIND_OP (DnnLayerOps, backward) },
  .build = offsetof (DnnLayerOps, build),
  .min_inputs_at = offsetof (DnnLayerOps, min_inputs),
  .max_inputs_at = offsetof (DnnLayerOps, max_inputs),
  .n_outputs_at = offsetof (DnnLayerOps, n_outputs),
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_OTHER_GRADIENT | DNN_FLAG_ADAPTER,
  .checked_on = { 2, 0, { 6, 5 } },
};

const DnnKindRow dnn_kind_callback = {
  .name = "callback",
  .folder = "callbacks",
  .ops_size = DNN_END_OF (DnnCallbackOps, epoch),
  .required = { DNN_KIND_OP (DnnCallbackOps, epoch) },
};

/* Functions that libraries of pictures and sounds need. */
#define MEMORY                                                                 \
  "malloc", "calloc", "realloc", "aligned_alloc", "memalign", "free",          \
      "posix_memalign"

static const char *const any_library[] = { "*", NULL };
static const char *const of_decoders[] = { MEMORY, NULL };
static const char *const of_communicators[] = { MEMORY,   "open",   "open64",
                                                "socket", "getenv", NULL };

const DnnKindRow dnn_kind_decoder = {
  .name = "decoder",
  .folder = "decoders",
  .ops_size = DNN_END_OF (DnnDecoderOps, decode),
  .required = { DNN_KIND_OP (DnnDecoderOps, recognizes),
                DNN_KIND_OP (DnnDecoderOps, decode) },
  .may_link = any_library,
  .may_call = of_decoders,
  .takes_bytes = true,
};

const DnnKindRow dnn_kind_communicator = {
  .name = "communicator",
  .folder = "communicators",
  .ops_size = DNN_END_OF (DnnCommunicatorOps, close),
  .required = { DNN_KIND_OP (DnnCommunicatorOps, open),
                DNN_KIND_OP (DnnCommunicatorOps, start),
                DNN_KIND_OP (DnnCommunicatorOps, wait),
                DNN_KIND_OP (DnnCommunicatorOps, close) },
  .may_link = any_library,
  .may_call = of_communicators,
};
