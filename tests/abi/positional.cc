/* positional - an activation in C++17, where no member can be named */
#include <dnn/plugin.h>

namespace
{

struct Swish {
  double beta;
  bool fast;
  int64_t power;
  int32_t mode;
  DnnInts sizes;
};

const DnnParam params[] = {
  DNN_FLOAT (Swish, beta, "1", 0, 1e6, "", "steepness"),
  DNN_BOOL (Swish, fast, "false", "nearly as good"),
  DNN_INT (Swish, power, "1", 1, 8, "", "power"),
  DNN_ENUM (Swish, mode, "near", "near far", "how far"),
  DNN_INTS (Swish, sizes, "1,2", 0, 9, "", "sizes"),
};

void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const Swish *swish = static_cast<const Swish *> (self);

  (void) host;
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] * static_cast<float> (swish->beta);
}

void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) x;
  (void) y;
  eval (self, host, dy, dx, rows, length);
}

const DnnActivationOps ops = { DNN_ACTIVATION_OPS (DNN_NEEDS_X), eval, grad };

} // namespace

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  DNN_KIND_ACTIVATION,
  "acme.swish",
  "Swish",
  "1.0",
  "x sigmoid (beta x)",
  "",
  DNN_FLAG_ELEMENTWISE,
  0, /* float32 only */
  sizeof (Swish),
  DNN_PARAM_TABLE (params),
  &ops,
  nullptr,
  nullptr,
};
