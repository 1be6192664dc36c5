/* threshold - x above a threshold, and a fixed value below
 *
 *   y = x                x > threshold    dy/dx = 1
 *       default_value    otherwise                0
 */
#include <dnn/plugin.h>

typedef struct {
  double threshold;
  double default_value;
} Threshold;

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (Threshold, threshold, -1e30, 1e30, "x",
                      "what is above it stays"),
  DNN_FLOAT_REQUIRED (Threshold, default_value, -1e30, 1e30, "y",
                      "what takes the place of the rest"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const Threshold *threshold = self;
  const float theta = (float) threshold->threshold;
  const float value = (float) threshold->default_value;

  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float kept = x[i]; /* read in any case: no branch in the loop */

    y[i] = kept <= theta ? value : kept;
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const float theta = (float) ((const Threshold *) self)->threshold;

  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i];

    dx[i] = x[i] <= theta ? 0 : d;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "threshold",
  .title = "Threshold",
  .version = "1.0",
  .summary = "x above a threshold, and a fixed value below",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Threshold),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "threshold=0.5 default_value=-1",
};
