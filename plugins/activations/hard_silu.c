/* hard_silu - x, weighted by its own hard sigmoid; also called hard swish
 *
 *   y = 0              x ≤ -3        dy/dx = 0
 *       x              x ≥ 3                 1
 *       x (x + 3) / 6  otherwise             (2 x + 3) / 6
 *
 * Howard and others: Searching for MobileNetV3, ICCV 2019, section 5.2.
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] <= -3 ? 0 : x[i] >= 3 ? x[i] : x[i] * (x[i] + 3) / 6;
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i]; /* read in any case: the loop has no branch then */

    dx[i] = x[i] <= -3 ? 0 : x[i] >= 3 ? d : d * (2 * x[i] + 3) / 6;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "HardSwish", "", "" },
  { "keras", "hard_silu", "", "" },
  { "torch", "Hardswish", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "hard_silu",
  .title = "HardSilu",
  .version = "1.0",
  .summary = "x hard_sigmoid (x), also called hard swish",
  .reference = "Howard and others: Searching for MobileNetV3, ICCV 2019",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x * fminf (fmaxf (x + 3, 0), 6) / 6",
};
