/* hard_tanh - a tanh of three straight lines
 *
 *   y = min (max (x, -1), 1)    dy/dx = 1    -1 ≤ x ≤ 1
 *                                       0    otherwise
 *
 * Collobert: Large scale machine learning, thesis, 2004.
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] < -1 ? -1 : x[i] > 1 ? 1 : x[i];
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) y;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i]; /* read in any case: no branch in the loop */

    dx[i] = x[i] < -1 || x[i] > 1 ? 0 : d;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "keras", "hard_tanh", "", "" },
  { "torch", "Hardtanh", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "hard_tanh",
  .title = "HardTanh",
  .version = "1.0",
  .summary = "a tanh of three straight lines",
  .reference = "Collobert: Large scale machine learning, thesis, 2004",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
