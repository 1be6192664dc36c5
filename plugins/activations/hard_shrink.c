/* hard_shrink - x, and 0 where it is small
 *
 *   y = x    |x| > λ          dy/dx = 1    |x| > λ
 *       0    otherwise                0    otherwise
 *
 * Donoho, Johnstone: Ideal spatial adaptation by wavelet shrinkage, 1994, eq.
 * 4; λ is Keras' threshold.
 */
#include <dnn/plugin.h>

typedef struct {
  double threshold; /* λ */
} HardShrink;

static const DnnParam params[] = {
  DNN_FLOAT (HardShrink, threshold, "0.5", 0, 1e30, "x",
             "the largest size that becomes 0"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float lambda = (float) ((const HardShrink *) self)->threshold;

  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float kept = x[i]; /* read in any case: no branch in the loop */

    y[i] = kept >= -lambda && kept <= lambda ? 0 : kept;
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float lambda = (float) ((const HardShrink *) self)->threshold;

  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i];

    dx[i] = x[i] >= -lambda && x[i] <= lambda ? 0 : d;
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
  .name = "hard_shrink",
  .title = "HardShrink",
  .version = "1.0",
  .summary = "x, and 0 where it is small",
  .reference =
      "Donoho, Johnstone: Ideal spatial adaptation by wavelet shrinkage, "
      "1994",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (HardShrink),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
