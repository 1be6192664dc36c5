/* l1 - the sizes of a weight's elements count as loss
 *
 *   penalty = λ Σ|w|
 *
 *   ∂penalty/∂w = λ sign (w)     0 where w is 0
 */
#include <dnn/plugin.h>

typedef struct {
  double l1; /* λ */
} L1;

static const DnnParam params[] = {
  DNN_FLOAT (L1, l1, "0.01", 0, 1e9, "factor", "factor of the sizes"),
};

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  (void) host;
  return dnn_penalize (p, ((const L1 *) self)->l1, 0);
}

static const DnnRegularizerOps ops = {
  DNN_REGULARIZER_OPS,
  .penalty = penalty,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_REGULARIZER,
  .name = "l1",
  .title = "L1",
  .version = "1.0",
  .summary = "the sizes of a weight's elements count as loss",
  .reference = "Tibshirani: Regression shrinkage and selection via the lasso, "
               "1996",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (L1),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
