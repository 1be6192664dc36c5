/* sensitivity_at_specificity - the best of one rate where another is held
 *
 *   found at threshold θᵢ = y > θᵢ    θᵢ = i / (T - 1), i < T; T = 1: θ = ½
 *   B, F, P, N: Σ weight · found · t, found · (1 - t), t, 1 - t
 *   sensitivity = recall = B / P    specificity = (N - F) / N
 *   precision = B / (B + F)         0 where nothing is below the line
 *
 *   result = max of `best` over the θᵢ where every rate that was given is
 *   reached; 0 where it nowhere is
 *
 * over all numbers of all rows, or those of class_id alone.  t: numbers like y,
 * 0 or not, or a label a row.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double sensitivity; /* -1: not given; so the others */
  double specificity;
  double precision;
  double recall;
  int64_t num_thresholds; /* T */
  int64_t class_id;       /* -1: all */
  int32_t best;
} At;

enum { SENSITIVITY, SPECIFICITY, PRECISION, RECALL, N_RATES };

#define RATE(member, help) DNN_FLOAT (At, member, "-1", -1, 1, "share", help)

static const DnnParam params[] = {
  RATE (sensitivity, "the least share of right ones that is found; -1: any"),
  RATE (specificity, "the least share of wrong ones that is left; -1: any"),
  RATE (precision, "the least share of found ones that is right; -1: any"),
  RATE (recall, "another name of sensitivity; -1: any"),
  DNN_INT (At, num_thresholds, "200", 1, 1 << 20, "thresholds",
           "how many are tried"),
  DNN_INT (At, class_id, "-1", -1, 1 << 24, "class",
           "the class that is looked at; -1: all"),
  DNN_ENUM (At, best, "sensitivity", "sensitivity specificity precision recall",
            "whose best is looked for"),
};

static DnnThresholds
thresholds_of (const At *at)
{
  return (DnnThresholds){ at->num_thresholds, NULL, 0, 0 };
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const At *at = self;
  const DnnThresholds thresholds = thresholds_of (at);
  const double given[N_RATES] = { at->sensitivity, at->specificity,
                                  at->precision, at->recall };
  int n_given = 0;

  for (int i = 0; i < N_RATES; i++)
    n_given += given[i] >= 0;
  if (n_given == 0 || given[at->best] >= 0)
    return host->fail (b, "a rate to hold must be given (sensitivity, "
                          "specificity, precision or recall), and not the one "
                          "whose best is looked for");
  if (at->class_id >= dnn_columns (b->x[0]))
    return host->fail (b, "class_id must be below %lld, not '%lld'",
                       (long long) dnn_columns (b->x[0]),
                       (long long) at->class_id);
  host->set_state (b, dnn_thresholds_size (&thresholds));
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const At *at = self;
  const DnnThresholds thresholds = thresholds_of (at);
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t all = dnn_count (p->y_pred);
  const int64_t of_sample = all / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred);

  for (int64_t i = 0; i < all; i++) {
    const double weight = dnn_weight_of (p, i / of_sample);
    const bool right = dnn_target_at (p, i / n, i % n, n) != 0;

    if (at->class_id >= 0 && i % n != at->class_id)
      continue;
    if (!(y[i] >= 0 && y[i] <= 1))
      return host->fail (p, "prediction '%g' is not between 0 and 1",
                         (double) y[i]);
    dnn_thresholds_take (&thresholds, p->state, y[i], weight, right);
  }
  return 0;
}

static double
ratio (double a, double b)
{
  return b > 0 ? a / b : 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const At *at = self;
  const DnnThresholds thresholds = thresholds_of (at);
  const double least[N_RATES] = { at->sensitivity, at->specificity,
                                  at->precision, at->recall };
  double right = 0, wrong = 0, b = 0, f = 0, more_b, more_f;
  DnnThresholdWalk walk;

  for (int64_t i = 0; i < n / 2; i++) {
    right += state[i];
    wrong += state[n / 2 + i];
  }
  *ret = 0;
  dnn_thresholds_start (&thresholds, state, &walk);
  while (dnn_thresholds_next (&walk, &more_b, &more_f)) {
    double rates[N_RATES];
    bool reached = true;

    b += more_b;
    f += more_f;
    rates[SENSITIVITY] = rates[RECALL] = ratio (b, right);
    rates[SPECIFICITY] = ratio (wrong - f, wrong);
    rates[PRECISION] = ratio (b, b + f);
    for (int i = 0; i < N_RATES; i++)
      reached = reached && (float) rates[i] >= (float) least[i];
    if (reached)
      *ret = fmax (*ret, rates[at->best]);
  }
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1),
  .build = build,
  .update = update,
  .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "sensitivity_at_specificity",
  .title = "SensitivityAtSpecificity",
  .version = "1.0",
  .summary = "the best share of right ones found where enough wrong ones are "
             "left",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (At),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "specificity=0.5",
  .example_inputs = "1; 1",
};
