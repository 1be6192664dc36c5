/* frozen.schedule - falls by the same factor every so many steps
 *
 *   f (step) = initial · factor^(step / steps)
 *
 * The formula comes first; what follows computes it.  Put yours in its place,
 * and go on from 1 to 4.
 */
#include <dnn/plugin.h>
#include <math.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double initial;
  double factor;
  int64_t steps;
} Parameters;

/* 2. A row for each member: its default as text, smallest and largest value,
 * unit, and a line of help.  Rows for other types are in dnn/abi/param.h.  A
 * START that is not given is the default of what the schedule drives. */
static const DnnParam params[] = {
  DNN_FLOAT_START (Parameters, initial, NULL, "value at step 0"),
  DNN_FLOAT (Parameters, factor, "0.5", 0, 1, "", "what it falls by"),
  DNN_INT (Parameters, steps, "1000", 1, 1e12, "steps", "until it has fallen"),
};

/* 3. The value at a step, from 0, which is where the phase begins; n_steps is
 * how many it will have, or 0 where nobody knows.  Nothing else may count: the
 * host asks in any order. */
static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const Parameters *p = self;

  (void) n_steps;
  return p->initial * pow (p->factor, (double) step / (double) p->steps);
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

/* 4. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  `example` is what `dnnrun check` tries. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "frozen.schedule",
  .title = "Schedule",
  .version = "0.1",
  .summary = "falls by the same factor every so many steps",
  .reference = "", /* paper or URL, with the number of the equation */
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial=0.1",
};
