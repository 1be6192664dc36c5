/* celu - an elu whose slope is continuous for every α
 *
 *   y = max (x, 0) + α (exp (min (x, 0) / α) - 1)
 *
 *   dy/dx = 1            x > 0
 *           1 + y / α    otherwise
 *
 * Barron: Continuously differentiable exponential linear units, 2017, eq. 2.
 */
#include <dnn/plugin.h>

typedef struct {
  double alpha;
} Celu;

enum { BLOCK = 256 };

static const DnnParam params[] = {
  DNN_FLOAT (Celu, alpha, "1", 1e-6, 1e6, "x",
             "the limit below zero is -alpha"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Celu *) self)->alpha;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      e[i] = (a[i] > 0 ? 0 : a[i]) / alpha;
    host->expm1 (e, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = a[i] > 0 ? a[i] : alpha * e[i];
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Celu *) self)->alpha;

  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = y[i] < 0 ? dy[i] * (1 + y[i] / alpha) : dy[i];
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Celu", "alpha=alpha", "" },
  { "keras", "celu", "alpha=alpha", "" },
  { "torch", "CELU", "alpha=alpha", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "celu",
  .title = "Celu",
  .version = "1.0",
  .summary = "x above zero, alpha (exp (x / alpha) - 1) below",
  .reference =
      "Barron: Continuously differentiable exponential linear units, 2017",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Celu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x > 0 ? x : alpha * expm1f (x / alpha)",
};
