/* squareplus - a smooth relu without exp
 *
 *   y = (x + r) / 2                r = √(x² + b)
 *     = b / (r - x) / 2            the same, with all digits where x < 0
 *
 *   dy/dx = 1 - b / (r + |x|) / r / 2    x ≥ 0
 *               b / (r + |x|) / r / 2    x < 0
 *
 * Barron: Squareplus, 2021, eq. 1.  In double, as x² overflows past 2e19.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double b;
} Squareplus;

static const DnnParam params[] = {
  DNN_FLOAT (Squareplus, b, "4", 0, 1e30, "x^2",
             "how round the corner is; 0: a relu"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const double b = ((const Squareplus *) self)->b;

  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const double a = x[i], r = sqrt (a * a + b);
    const double below = b / (r - a) / 2, above = (a + r) / 2;

    y[i] = (float) (a < 0 ? below : above);
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const double b = ((const Squareplus *) self)->b;

  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const double a = x[i], r = sqrt (a * a + b), size = a < 0 ? -a : a;
    const double slope = r > 0 ? b / (r + size) / r / 2 : 0.5;

    dx[i] = dy[i] * (float) (a < 0 ? slope : 1 - slope);
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
  .name = "squareplus",
  .title = "Squareplus",
  .version = "1.0",
  .summary = "a smooth relu without exp",
  .reference = "Barron: Squareplus: a softplus-like algebraic rectifier, 2021",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Squareplus),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
