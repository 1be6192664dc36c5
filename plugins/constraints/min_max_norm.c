/* min_max_norm - the length of every column of a weight is within a range
 *
 *   w ← w d / (10⁻⁷ + |w|)       d = r clip (|w|, min, max) + (1 - r) |w|
 *
 * |w|: the norm along `axis`, of each column.  With a rate r below 1 a column
 * goes a part of its way at every step.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double min_value;
  double max_value;
  double rate; /* r */
  int64_t axis;
} MinMaxNorm;

static const DnnParam params[] = {
  DNN_FLOAT (MinMaxNorm, min_value, "0", 0, 1e9, "norm", "shortest norm"),
  DNN_FLOAT (MinMaxNorm, max_value, "1", 1e-9, 1e9, "norm", "longest norm"),
  DNN_FLOAT (MinMaxNorm, rate, "1", 0, 1, "share",
             "how far a norm goes towards its range at a step"),
  DNN_INT (MinMaxNorm, axis, "0", 0, DNN_MAX_DIMS - 1, "axis",
           "axis that norms are taken along"),
};

static float
factor (const void *self, double squares)
{
  const MinMaxNorm *range = self;
  const double norm = sqrt (squares);
  const double clipped = norm > range->max_value   ? range->max_value
                         : norm < range->min_value ? range->min_value
                                                   : norm;

  return (float) ((range->rate * clipped + (1 - range->rate) * norm) /
                  (1e-7 + norm));
}

static void
constrain (const void *self, const DnnHost *host, DnnConstraintPass *p)
{
  (void) host;
  dnn_scale_columns (p->w, ((const MinMaxNorm *) self)->axis, factor, self);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const MinMaxNorm *range = self;

  if (range->min_value <= range->max_value)
    return 0;
  return host->fail (b, "min_value must be at most max_value, %g, not '%g'",
                     range->max_value, range->min_value);
}

static const DnnConstraintOps ops = {
  DNN_CONSTRAINT_OPS,
  .constrain = constrain,
  .build = build,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CONSTRAINT,
  .name = "min_max_norm",
  .title = "MinMaxNorm",
  .version = "1.0",
  .summary = "the length of every column of a weight is within a range",
  .reference = "https://keras.io/api/layers/constraints/",
  .self_size = sizeof (MinMaxNorm),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
