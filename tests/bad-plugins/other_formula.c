/* other_formula - a rectifier that says in C that it is the identity */
#include <dnn/plugin.h>

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = y[i] > 0 ? dy[i] : 0;
}

static const DnnActivationOps ops = { DNN_ACTIVATION_OPS (DNN_NEEDS_Y), eval,
                                      grad };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  DNN_KIND_ACTIVATION,
  .name = "other_formula",
  .title = "Bad",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .c_expression = "x",
};
