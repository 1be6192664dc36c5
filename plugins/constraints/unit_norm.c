/* unit_norm - every column of a weight has the length 1
 *
 *   w ← w / (10⁻⁷ + |w|)
 *
 * |w|: the norm along `axis`, of each column.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int64_t axis;
} UnitNorm;

static const DnnParam params[] = {
  DNN_INT (UnitNorm, axis, "0", 0, DNN_MAX_DIMS - 1, "axis",
           "axis that norms are taken along"),
};

static float
factor (const void *self, double squares)
{
  (void) self;
  return (float) (1 / (1e-7 + sqrt (squares)));
}

static void
constrain (const void *self, const DnnHost *host, DnnConstraintPass *p)
{
  (void) host;
  dnn_scale_columns (p->w, ((const UnitNorm *) self)->axis, factor, self);
}

static const DnnConstraintOps ops = {
  DNN_CONSTRAINT_OPS,
  .constrain = constrain,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CONSTRAINT,
  .name = "unit_norm",
  .title = "UnitNorm",
  .version = "1.0",
  .summary = "every column of a weight has the length 1",
  .reference = "https://keras.io/api/layers/constraints/",
  .self_size = sizeof (UnitNorm),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
