/* soft_shrink - what is left of x when λ is taken off its size
 *
 *   y = x - λ    x > λ          dy/dx = 1    |x| > λ
 *       x + λ    x < -λ                 0    otherwise
 *       0        otherwise
 *
 * Donoho: De-noising by soft-thresholding, 1995, eq. 1.4; λ is Keras'
 * threshold.
 */
#include <dnn/plugin.h>

typedef struct {
  double threshold; /* λ */
} SoftShrink;

static const DnnParam params[] = {
  DNN_FLOAT (SoftShrink, threshold, "0.5", 0, 1e30, "x",
             "what is taken off the size"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float lambda = (float) ((const SoftShrink *) self)->threshold;

  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] > lambda    ? x[i] - lambda
           : x[i] < -lambda ? x[i] + lambda
                            : 0 * x[i]; /* NaN stays */
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float lambda = (float) ((const SoftShrink *) self)->threshold;

  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i]; /* read in any case: no branch in the loop */

    dx[i] = x[i] > lambda || x[i] < -lambda ? d : 0;
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
  .name = "soft_shrink",
  .title = "SoftShrink",
  .version = "1.0",
  .summary = "x less a threshold, 0 where nothing is left",
  .reference = "Donoho: De-noising by soft-thresholding, 1995",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (SoftShrink),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
