/* silu - x, weighted by its own sigmoid; also called swish
 *
 *   y = x σ(x)    dy/dx = σ (1 + x (1 - σ))    σ(x) = 1 / (1 + exp (-x))
 *
 * Elfwing, Uchibe, Doya: Sigmoid-weighted linear units for neural network
 * function approximation in reinforcement learning, Neural Networks 107, 2018.
 */
#include <dnn/plugin.h>

enum { BLOCK = 256 };

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float s[BLOCK];

    host->sigmoid (a, s, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = a[i] * s[i];
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) y;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float s[BLOCK];

    host->sigmoid (a, s, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      dx[first + i] = dy[first + i] * (s[i] * (1 + a[i] * (1 - s[i])));
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Swish", "", "" },
  { "keras", "silu", "", "" },
  { "torch", "SiLU", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "silu",
  .title = "Silu",
  .version = "1.0",
  .summary = "x sigmoid (x), also called swish",
  .reference = "Elfwing, Uchibe, Doya: Sigmoid-weighted linear units, Neural "
               "Networks 107, 2018",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x / (1 + expf (-x))",
};
