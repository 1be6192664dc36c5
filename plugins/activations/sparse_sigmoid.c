/* sparse_sigmoid - a sigmoid of three straight lines, steeper than hard_sigmoid
 *
 *   y = min (max ((x + 1) / 2, 0), 1)    dy/dx = ½    -1 < x < 1
 *                                                0    otherwise
 *
 * At x = ±1 Keras on JAX has half of that slope: its clip shares it with the
 * bound.
 * Blondel, Martins, Niculae: Learning classifiers with Fenchel-Young losses,
 * 2019.
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
    y[i] = x[i] <= -1 ? 0 : x[i] >= 1 ? 1 : (x[i] + 1) / 2;
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
    const float d = dy[i] / 2; /* in any case: the loop has no branch then */

    dx[i] = x[i] <= -1 || x[i] >= 1 ? 0 : d;
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
  .name = "sparse_sigmoid",
  .title = "SparseSigmoid",
  .version = "1.0",
  .summary = "a sigmoid of three straight lines, from -1 to 1",
  .reference =
      "Blondel, Martins, Niculae: Learning classifiers with Fenchel-Young "
      "losses, 2019",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
};
