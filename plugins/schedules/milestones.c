/* milestones - values by where each of them begins
 *
 *   f (s) = values[i], i the last with from[i] ≤ s;  values[0] before from[0]
 *
 *   interpolate:  a straight line from values[i] at from[i] to values[i + 1] at
 *                 from[i + 1]
 *
 * With unit=epochs this is Keras' LearningRateScheduler of a dict, {epoch:
 * rate}; with interpolate, a curve through points.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  DnnInts from;
  DnnFloats values;
  bool interpolate;
} Milestones;

static const DnnParam params[] = {
  DNN_INTS_REQUIRED (Milestones, from, 0, 1e15, "steps",
                     "the first step, or epoch, of each value"),
  DNN_FLOATS_REQUIRED (Milestones, values, -1e30, 1e30, "value",
                       "as many as from"),
  DNN_BOOL (Milestones, interpolate, "false",
            "go in straight lines from value to value"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const Milestones *stones = self;
  const int64_t *from = stones->from.at;
  const double *values = stones->values.at;
  int64_t i = 0;

  (void) n_steps;
  while (i + 1 < stones->from.n && step >= (uint64_t) from[i + 1])
    i++;
  if (!stones->interpolate || i + 1 == stones->from.n ||
      step < (uint64_t) from[i])
    return values[i];
  return values[i] + (values[i + 1] - values[i]) *
                         (double) (step - (uint64_t) from[i]) /
                         (double) (from[i + 1] - from[i]);
}

static int32_t
check (const void *self, const DnnHost *host, const DnnCall *call)
{
  const Milestones *stones = self;

  if (stones->values.n != stones->from.n)
    return host->fail (call, "values must be %d, as many as from, not %d",
                       (int) stones->from.n, (int) stones->values.n);
  for (int64_t i = 1; i < stones->from.n; i++)
    if (stones->from.at[i] <= stones->from.at[i - 1])
      return host->fail (call, "from must rise, and %lld follows %lld",
                         (long long) stones->from.at[i],
                         (long long) stones->from.at[i - 1]);
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
  .name = "milestones",
  .title = "Milestones",
  .version = "1.0",
  .summary = "values by where each of them begins",
  .reference = "https://keras.io/api/callbacks/learning_rate_scheduler/",
  .self_size = sizeof (Milestones),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "from=0,10,20 values=0.1,0.01,0.001",
};
