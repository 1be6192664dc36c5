/* log_softmax - the logarithm of the softmax
 *
 *   yᵢ = xᵢ - ln Σⱼ exp xⱼ    dL/dxᵢ = dL/dyᵢ - exp yᵢ Σⱼ dL/dyⱼ
 *
 * over the last axis.
 */
#include <dnn/plugin.h>

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  for (int64_t i = 0, n; i < rows; i += n, x += n * length, y += n * length) {
    float max[DNN_ROOM], sums[DNN_ROOM];

    n = dnn_fit (rows - i);
    DNN_ROWS (dnn_rows_max, n, length, x, max);
    DNN_ROWS (dnn_rows_subtract, n, length, x, max, y); /* loses no digits */
    dnn_log_sum_exp (host, y, n, length, sums);
    DNN_ROWS (dnn_rows_subtract, n, length, y, sums, y);
  }
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) x;
  for (int64_t i = 0; i < rows * length; i += length) {
    double sum = 0; /* Σ dy */

    for (int64_t j = i; j < i + length; j++)
      sum += dy[j];
    for (int64_t first = i, n; first < i + length; first += n) {
      float e[DNN_ROOM];

      n = dnn_fit (i + length - first);
      host->exp (y + first, e, n);
      for (int64_t j = 0; j < n; j++)
        dx[first + j] = dy[first + j] - e[j] * (float) sum;
    }
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "LogSoftmax", "", "" },
  { "keras", "log_softmax", "", "" },
  { "torch", "LogSoftmax", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "log_softmax",
  .title = "LogSoftmax",
  .version = "1.0",
  .summary = "the logarithm of the softmax",
  .reference = "https://keras.io/api/layers/activations/",
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
