/* hard_sigmoid - a sigmoid of three straight lines
 *
 *   y = min (max (x + 3, 0), 6) / 6    dy/dx = 1/6    0 < y < 1
 *                                              0      otherwise
 *
 * as in Keras 3; in Keras 2 it was x / 5 + 1/2.
 * Courbariaux, Bengio, David: BinaryConnect, NeurIPS 2015, eq. 3 (its slope is
 * 1/2).
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
    y[i] = x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (x[i] + 3) / 6;
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++) {
    const float d = dy[i] / 6; /* in any case: the loop has no branch then */

    dx[i] = y[i] > 0 && y[i] < 1 ? d : 0;
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "keras", "hard_sigmoid", "", "" },
  { "torch", "Hardsigmoid", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "hard_sigmoid",
  .title = "HardSigmoid",
  .version = "1.0",
  .summary = "a sigmoid of three straight lines",
  .reference = "Courbariaux, Bengio, David: BinaryConnect, NeurIPS 2015",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "fminf (fmaxf (x + 3, 0), 6) / 6",
};
