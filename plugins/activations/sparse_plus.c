/* sparse_plus - a relu whose corner is a parabola
 *
 *   y = 0               x ≤ -1          dy/dx = 0
 *       (x + 1)² / 4    -1 < x < 1              (x + 1) / 2
 *       x               x ≥ 1                   1
 *
 * It is the integral of sparse_sigmoid.
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float round = (x[i] + 1) * (x[i] + 1) / 4;

    y[i] = x[i] <= -1 ? 0 : x[i] >= 1 ? x[i] : round;
  }
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
    const float d = dy[i], round = dy[i] * (x[i] + 1) / 2;

    dx[i] = x[i] <= -1 ? 0 : x[i] >= 1 ? d : round;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "sparse_plus",
  .title = "SparsePlus",
  .version = "1.0",
  .summary = "a relu whose corner is a parabola",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
};
