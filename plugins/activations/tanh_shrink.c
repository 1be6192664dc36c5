/* tanh_shrink - what the tanh takes away
 *
 *   y = x - tanh x    dy/dx = tanh² x
 *
 * The difference has few digits near 0.  There its Taylor series stands:
 * x³ / 3 - 2 x⁵ / 15 + 17 x⁷ / 315 - ...; Keras takes the difference.
 */
#include <dnn/plugin.h>

enum { BLOCK = 256 };

/* x - tanh x, to the last bits of a float for |x| < ½ */
static float
series (float x)
{
  const float s = x * x;
  const float terms =
      1.f / 3 -
      s * (2.f / 15 -
           s * (17.f / 315 -
                s * (62.f / 2835 - s * (1382.f / 155925 -
                                        s * (21844.f / 6081075 -
                                             s * (929569.f / 638512875))))));

  return x * s * terms;
}

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float t[BLOCK];

    host->tanh (a, t, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++) {
      const float near = series (a[i]), far = a[i] - t[i];

      y[first + i] = a[i] > -0.5f && a[i] < 0.5f ? near : far;
    }
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) y;
  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    float t[BLOCK];

    host->tanh (x + first, t, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      dx[first + i] = dy[first + i] * t[i] * t[i];
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "keras", "tanh_shrink", "", "" },
  { "torch", "Tanhshrink", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "tanh_shrink",
  .title = "TanhShrink",
  .version = "1.0",
  .summary = "what the tanh takes away: x - tanh x",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x - tanhf (x)",
};
