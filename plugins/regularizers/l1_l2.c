/* l1_l2 - sizes and squares of a weight's elements count as loss
 *
 *   penalty = λ₁ Σ|w| + λ₂ Σw²
 *
 *   ∂penalty/∂w = λ₁ sign (w) + 2 λ₂ w
 */
#include <dnn/plugin.h>

typedef struct {
  double l1; /* λ₁ */
  double l2; /* λ₂ */
} L1L2;

static const DnnParam params[] = {
  DNN_FLOAT (L1L2, l1, "0", 0, 1e9, "factor", "factor of the sizes"),
  DNN_FLOAT (L1L2, l2, "0", 0, 1e9, "factor", "factor of the squares"),
};

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  const L1L2 *factors = self;

  (void) host;
  return dnn_penalize (p, factors->l1, factors->l2);
}

static const DnnRegularizerOps ops = {
  DNN_REGULARIZER_OPS,
  .penalty = penalty,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_REGULARIZER,
  .name = "l1_l2",
  .title = "L1L2",
  .version = "1.0",
  .summary = "sizes and squares of a weight's elements count as loss",
  .reference = "Zou, Hastie: Regularization and variable selection via the "
               "elastic net, 2005",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (L1L2),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "l1=0.01 l2=0.02",
};
