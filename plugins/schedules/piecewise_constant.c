/* piecewise_constant - one value after another
 *
 *   f (s) = values[i], i the number of boundaries below s
 *
 * A value holds up to its boundary and at it, as in Keras.
 */
#include <dnn/plugin.h>

typedef struct {
  DnnInts boundaries;
  DnnFloats values;
} PiecewiseConstant;

static const DnnParam params[] = {
  DNN_INTS_REQUIRED (PiecewiseConstant, boundaries, 0, 1e15, "steps",
                     "the last step of each value but the last"),
  DNN_FLOATS_REQUIRED (PiecewiseConstant, values, -1e30, 1e30, "value",
                       "one more than boundaries"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const PiecewiseConstant *pieces = self;
  int64_t i = 0;

  (void) n_steps;
  while (i < pieces->boundaries.n && step > (uint64_t) pieces->boundaries.at[i])
    i++;
  return pieces->values.at[i];
}

static int32_t
check (const void *self, const DnnHost *host, const DnnCall *call)
{
  const PiecewiseConstant *pieces = self;
  const DnnInts *boundaries = &pieces->boundaries;

  if (pieces->values.n != boundaries->n + 1)
    return host->fail (call,
                       "values must be %d, one more than boundaries, not %d",
                       (int) boundaries->n + 1, (int) pieces->values.n);
  for (int64_t i = 1; i < boundaries->n; i++)
    if (boundaries->at[i] <= boundaries->at[i - 1])
      return host->fail (call, "boundaries must rise, and %lld follows %lld",
                         (long long) boundaries->at[i],
                         (long long) boundaries->at[i - 1]);
  return 0;
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
  .check = check,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "piecewise_constant",
  .title = "PiecewiseConstant",
  .version = "1.0",
  .summary = "one value after another",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .self_size = sizeof (PiecewiseConstant),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "boundaries=10,20 values=0.1,0.01,0.001",
};
