/* one_cycle - up to the largest value, and down far below where it began
 *
 *   up:    from max / div_factor to max, in pct_start of the steps
 *   down:  from max to max / div_factor / final_div_factor, in the rest
 *
 * along half waves of the cosine, or straight lines.  The last step has the
 * last value.  A momentum goes the other way with a div_factor below 1:
 * momentum = one_cycle(max=0.85, div_factor=0.895, final_div_factor=1).
 * Smith, Topin: Super-convergence: very fast training of neural networks using
 * large learning rates, 2018; steps are counted as in PyTorch.
 */
#include <dnn/plugin.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

typedef struct {
  double max;
  int64_t total_steps;
  double pct_start;
  double div_factor;
  double final_div_factor;
  int32_t anneal;
} OneCycle;

enum { COS, LINEAR };

static const DnnParam params[] = {
  DNN_ROW (OneCycle, max, "max_lr max_learning_rate", DNN_PARAM_FLOAT,
           DNN_REQUIRED, NULL, -1e30, 1e30, "value", "the largest value", NULL),
  DNN_INT (OneCycle, total_steps, "0", 0, 1e15, "steps",
           "steps of the cycle; 0: the whole phase"),
  DNN_FLOAT (OneCycle, pct_start, "0.3", 0, 1, "share",
             "share of the steps that go up"),
  DNN_FLOAT (OneCycle, div_factor, "25", 1e-30, 1e30, "factor",
             "max over the first value"),
  DNN_FLOAT (OneCycle, final_div_factor, "10000", 1e-30, 1e30, "factor",
             "the first value over the last"),
  DNN_ROW (OneCycle, anneal, "anneal_strategy", DNN_PARAM_ENUM, 0, "cos", 0, 0,
           "", "along what it goes", "cos linear"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const OneCycle *cycle = self;
  const double total =
      cycle->total_steps > 0 ? (double) cycle->total_steps : (double) n_steps;
  const double top = cycle->pct_start * total - 1, end = total - 1;
  const double s = (double) step, first = cycle->max / cycle->div_factor;
  double a = first, b = cycle->max, share;

  if (total == 0)
    return first; /* nobody knows how long: it does not begin */
  if (s <= top) {
    share = top > 0 ? s / top : 1;
  } else {
    a = cycle->max;
    b = first / cycle->final_div_factor;
    share = s < end && end > top ? (s - top) / (end - top) : 1;
  }
  return cycle->anneal == LINEAR ? a + (b - a) * share
                                 : b + (a - b) / 2 * (1 + cos (PI * share));
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "one_cycle",
  .title = "OneCycle",
  .version = "1.0",
  .summary = "up to the largest value, and down far below where it began",
  .reference = "Smith, Topin: Super-convergence: very fast training of neural "
               "networks using large learning rates, 2018",
  .self_size = sizeof (OneCycle),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "max=0.1 total_steps=20",
};
