/* selu - a scaled elu that keeps mean 0 and variance 1 through the layers
 *
 *   y = λ x                  x > 0         dy/dx = λ
 *       λ α (exp x - 1)      otherwise             y + λ α
 *
 * Wants lecun_normal, standardized inputs and, if any, alpha_dropout.
 * Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks,
 * NeurIPS 2017, eq. 2 and 14.
 */
#include <dnn/plugin.h>

enum { BLOCK = 256 };

static const float lambda = 1.0507009873554804934f;
static const float lambda_alpha = 1.7580993408473768600f;

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    host->expm1 (a, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = a[i] > 0 ? lambda * a[i] : lambda_alpha * e[i];
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = dy[i] * (y[i] < 0 ? y[i] + lambda_alpha : lambda);
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Selu", "", "" },
  { "keras", "selu", "", "" },
  { "torch", "SELU", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "selu",
  .title = "Selu",
  .version = "1.0",
  .summary = "a scaled elu that keeps mean 0 and variance 1 through the layers",
  .reference = "Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing "
               "neural networks, NeurIPS 2017",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "1.05070098735548f * (x > 0 ? x : 1.67326324235438f * expm1f "
                  "(x))",
};
