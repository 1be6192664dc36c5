/* acme.snake - learns what repeats
 *
 *   y = x + sin² (α x) / α        dy/dx = 1 + sin (2 α x)
 *
 * Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and
 * how to fix it, NeurIPS 2020.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double alpha;
} Snake;

static const DnnParam params[] = {
  DNN_FLOAT (Snake, alpha, "1", 1e-6, 1e6, "", "half the angular frequency"),
};

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Snake *) self)->alpha;

  (void) host;
  for (int64_t i = 0; i < rows * length; i++) {
    const float s = sinf (alpha * x[i]);

    y[i] = x[i] + s * s / alpha;
  }
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Snake *) self)->alpha;

  (void) host;
  (void) y;
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = dy[i] * (1 + sinf (2 * alpha * x[i]));
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "acme.snake",
  .title = "Snake",
  .version = "1.0",
  .summary = "x and a wave: learns what repeats",
  .reference = "https://arxiv.org/abs/2006.08195",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Snake),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
