/* max_norm - no column of a weight is longer than a limit
 *
 *   w ← w d / (10⁻⁷ + |w|)       d = min (|w|, max_value)
 *
 * |w|: the norm along `axis`, of each column.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double max_value;
  int64_t axis;
} MaxNorm;

static const DnnParam params[] = {
  DNN_FLOAT (MaxNorm, max_value, "2", 1e-9, 1e9, "norm", "longest norm"),
  DNN_INT (MaxNorm, axis, "0", 0, DNN_MAX_DIMS - 1, "axis",
           "axis that norms are taken along"),
};

static float
factor (const void *self, double squares)
{
  const double norm = sqrt (squares);
  const double most = ((const MaxNorm *) self)->max_value;

  return (float) ((norm > most ? most : norm) / (1e-7 + norm));
}

static void
constrain (const void *self, const DnnHost *host, DnnConstraintPass *p)
{
  (void) host;
  dnn_scale_columns (p->w, ((const MaxNorm *) self)->axis, factor, self);
}

static const DnnConstraintOps ops = {
  DNN_CONSTRAINT_OPS,
  .constrain = constrain,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CONSTRAINT,
  .name = "max_norm",
  .title = "MaxNorm",
  .version = "1.0",
  .summary = "no column of a weight is longer than a limit",
  .reference = "Srivastava et al.: Dropout, JMLR 2014, section 5.1",
  .self_size = sizeof (MaxNorm),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
