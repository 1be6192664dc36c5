/* elu - x above zero, an exponential that ends at -α below
 *
 *   y = x                  x > 0         dy/dx = 1
 *       α (exp x - 1)      otherwise             y + α
 *
 * Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by
 * exponential linear units, ICLR 2016, eq. 15.
 */
#include <dnn/plugin.h>

typedef struct {
  double alpha;
} Elu;

enum { BLOCK = 256 };

static const DnnParam params[] = {
  DNN_FLOAT (Elu, alpha, "1", 0, 1e6, "x", "the limit below zero is -alpha"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Elu *) self)->alpha;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    host->expm1 (a, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = a[i] > 0 ? a[i] : alpha * e[i];
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float alpha = (float) ((const Elu *) self)->alpha;

  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + alpha);
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Elu", "alpha=alpha", "" },
  { "keras", "ELU", "alpha=alpha", "" },
  { "torch", "ELU", "alpha=alpha", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "elu",
  .title = "ELU",
  .version = "1.0",
  .summary = "x above zero, alpha (exp x - 1) below",
  .reference = "Clevert, Unterthiner, Hochreiter: Fast and accurate deep "
               "network learning by exponential linear units, ICLR 2016",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Elu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x > 0 ? x : alpha * expm1f (x)",
};
