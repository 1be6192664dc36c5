/* leaky_relu - a small slope below zero, so that no unit dies
 *
 *   y = x      x > 0         dy/dx = 1
 *       α x    otherwise             α
 *
 * y has the sign of x (α ≥ 0), so the gradient needs y alone.
 * Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic
 * models, ICML 2013, eq. 2.  α = 0.3 as in Keras' layer (its function: 0.2).
 */
#include <dnn/plugin.h>

typedef struct {
  double alpha;
} LeakyRelu;

static const DnnParam params[] = {
  DNN_FLOAT_ALIAS (LeakyRelu, alpha, "negative_slope", "0.3", 0, 1e6, "slope",
                   "slope below zero"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const float alpha = (float) ((const LeakyRelu *) self)->alpha;

  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] > 0 ? x[i] : alpha * x[i];
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float alpha = (float) ((const LeakyRelu *) self)->alpha;

  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = y[i] > 0 ? dy[i] : alpha * dy[i];
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "LeakyRelu", "alpha=alpha", "" },
  { "keras", "LeakyReLU", "alpha=negative_slope", "" },
  { "torch", "LeakyReLU", "alpha=negative_slope", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "leaky_relu",
  .title = "LeakyReLU",
  .version = "1.0",
  .summary = "x above zero, alpha x below",
  .reference = "Maas, Hannun, Ng: Rectifier nonlinearities improve neural "
               "network acoustic models, ICML 2013",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (LeakyRelu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x > 0 ? x : alpha * x",
};
