/* softmax - a row of scores as probabilities
 *
 *   yᵢ = exp xᵢ / Σⱼ exp xⱼ    dL/dxᵢ = yᵢ (dL/dyᵢ - Σⱼ yⱼ dL/dyⱼ)
 *
 * over the last axis.
 * Bridle: Probabilistic interpretation of feedforward classification network
 * outputs, 1990.
 */
#include <dnn/plugin.h>

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  dnn_softmax (host, x, rows, length, NULL, y, NULL);
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  for (int64_t i = 0; i < rows * length; i += length) {
    double dot = 0;

    for (int64_t j = i; j < i + length; j++)
      dot += (double) y[j] * dy[j];
    for (int64_t j = i; j < i + length; j++)
      dx[j] = y[j] * (dy[j] - (float) dot);
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Softmax", "", "" },
  { "keras", "softmax", "", "" },
  { "torch", "Softmax", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "softmax",
  .title = "Softmax",
  .version = "1.0",
  .summary = "a row of scores as probabilities",
  .reference = "Bridle: Probabilistic interpretation of feedforward "
               "classification network outputs, 1990",
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
