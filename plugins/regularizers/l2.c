/* l2 - the squares of a weight's elements count as loss
 *
 *   penalty = λ Σw²              without a half, as in Keras
 *
 *   ∂penalty/∂w = 2 λ w
 */
#include <dnn/plugin.h>

typedef struct {
  double l2; /* λ */
} L2;

static const DnnParam params[] = {
  DNN_FLOAT (L2, l2, "0.01", 0, 1e9, "factor", "factor of the squares"),
};

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  (void) host;
  return dnn_penalize (p, 0, ((const L2 *) self)->l2);
}

static const DnnRegularizerOps ops = {
  DNN_REGULARIZER_OPS,
  .penalty = penalty,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_REGULARIZER,
  .name = "l2",
  .title = "L2",
  .version = "1.0",
  .summary = "the squares of a weight's elements count as loss",
  .reference = "Hoerl, Kennard: Ridge regression, 1970",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (L2),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
