/* linear - the identity
 *
 *   y = x    dy/dx = 1
 */
#include <dnn/plugin.h>
#include <string.h>

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  if (y != x)
    memcpy (y, x, (size_t) (rows * length) * sizeof (float));
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  (void) y;
  if (dx != dy)
    memcpy (dx, dy, (size_t) (rows * length) * sizeof (float));
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (0),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Identity", "", "" },
  { "keras", "linear", "", "" },
  { "torch", "Identity", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "linear",
  .title = "Linear",
  .version = "1.0",
  .summary = "the identity",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x",
};
