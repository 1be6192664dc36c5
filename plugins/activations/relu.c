/* relu - x above zero, zero below
 *
 *   y = max          x ≥ max            dy/dx = 0
 *       x            θ < x < max                1
 *       α (x - θ)    otherwise                  α
 *
 * With α = 0, θ = 0, max = ∞ the plain max (x, 0).  As θ ≥ 0 and α ≥ 0, y says
 * which of the three it was.
 * Nair, Hinton: Rectified linear units improve restricted Boltzmann machines,
 * ICML 2010.  The parameters are those of Keras' layer ReLU.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double negative_slope; /* α */
  double max_value;      /* max */
  double threshold;      /* θ */
} Relu;

static const DnnParam params[] = {
  DNN_FLOAT_ALIAS (Relu, negative_slope, "alpha", "0", 0, 1e6, "slope",
                   "slope below the threshold"),
  DNN_FLOAT (Relu, max_value, "inf", 0, INFINITY, "x", "largest output"),
  DNN_FLOAT (Relu, threshold, "0", 0, 1e6, "x", "what is below is cut off"),
};

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const Relu *relu = self;
  const float alpha = (float) relu->negative_slope;
  const float max = (float) relu->max_value;
  const float theta = (float) relu->threshold;

  (void) host;
  if (alpha == 0 && max == INFINITY) {
    DNN_EACH
    for (int64_t i = 0; i < rows * length; i++)
      y[i] = x[i] <= theta ? 0 : x[i];
    return;
  }
  if (alpha == 0) { /* 0 (x - θ) is no number where x = -∞ */
    DNN_EACH
    for (int64_t i = 0; i < rows * length; i++)
      y[i] = x[i] <= theta ? 0 : x[i] >= max ? max : x[i];
    return;
  }
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] <= theta ? alpha * (x[i] - theta) : x[i] >= max ? max : x[i];
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const Relu *relu = self;
  const float alpha = (float) relu->negative_slope;
  const float max = (float) relu->max_value;

  (void) host;
  (void) x;
  if (alpha == 0 && max == INFINITY) {
    DNN_EACH
    for (int64_t i = 0; i < rows * length; i++) {
      const float d = dy[i]; /* read in any case: no branch in the loop */

      dx[i] = y[i] > 0 ? d : 0;
    }
    return;
  }
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i];

    dx[i] = y[i] >= max ? 0 : y[i] > 0 ? d : alpha * d;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Relu", "", "" },
  { "onnx", "Clip", "max_value=max", "" },
  { "keras", "ReLU",
    "negative_slope=negative_slope max_value=max_value "
    "threshold=threshold",
    "" },
  { "torch", "ReLU", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "relu",
  .title = "ReLU",
  .version = "1.0",
  .summary = "x above zero, zero below",
  .reference = "Nair, Hinton: Rectified linear units improve restricted "
               "Boltzmann machines, ICML 2010",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Relu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x >= max_value ? max_value : x >= threshold ? x : "
                  "negative_slope * (x - threshold)",
};
