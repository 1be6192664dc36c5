/* gelu - x times the probability that a normal number is below x
 *
 *   y = x Φ(x)    dy/dx = Φ(x) + x φ(x)
 *
 *   Φ(x) = (1 + erf (x / √2)) / 2    φ(x) = exp (-x² / 2) / √(2π)
 *
 * approximate:
 *
 *   Φ(x) ≈ (1 + tanh u) / 2 = σ(2 u)    u = √(2/π) (x + .044715 x³)
 *   φ(x) ≈ 2 Φ (1 - Φ) du/dx
 *
 * The sigmoid σ keeps its digits where 1 + tanh u has none left.
 *
 * Hendrycks, Gimpel: Gaussian error linear units, 2016.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  bool approximate;
} Gelu;

enum { BLOCK = 256 };

static const float root_half = .70710678118654752440f;         /* √½ */
static const float root_2_over_pi = .79788456080286535588f;    /* √(2/π) */
static const float one_over_root_2pi = .39894228040143267794f; /* 1 / √(2π) */
static const float cubic = .044715f;

static const DnnParam params[] = {
  DNN_BOOL (Gelu, approximate, "false", "the form with tanh instead of erf"),
};

/* Φ(x) */
static void
normal_below (const Gelu *gelu, const DnnHost *host, const float *x, float *p,
              int64_t n)
{
  if (gelu->approximate) {
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      p[i] = 2 * root_2_over_pi * (x[i] + cubic * x[i] * x[i] * x[i]);
    host->sigmoid (p, p, n);
  } else {
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      p[i] = root_half * x[i];
    host->erf (p, p, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      p[i] = 0.5f * (1 + p[i]);
  }
}

/* φ(x) = dΦ/dx */
static void
normal_density (const Gelu *gelu, const DnnHost *host, const float *x,
                const float *p, float *d, int64_t n)
{
  if (gelu->approximate) {
    DNN_EACH
    for (int64_t i = 0; i < n; i++) { /* 0 times ∞ is no number */
      const float a = x[i] > 1e9f ? 1e9f : x[i] < -1e9f ? -1e9f : x[i];

      d[i] = 2 * p[i] * (1 - p[i]) * root_2_over_pi * (1 + 3 * cubic * a * a);
    }
  } else {
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      d[i] = -0.5f * x[i] * x[i];
    host->exp (d, d, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      d[i] *= one_over_root_2pi;
  }
}

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  float p[BLOCK];

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;

    normal_below (self, host, x + first, p, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = x[first + i] * p[i];
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  float p[BLOCK], d[BLOCK];

  (void) y;
  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;

    normal_below (self, host, x + first, p, n);
    normal_density (self, host, x + first, p, d, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      dx[first + i] = dy[first + i] * (p[i] + x[first + i] * d[i]);
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Gelu", "", "" },
  { "keras", "gelu", "approximate=approximate", "" },
  { "torch", "GELU", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "gelu",
  .title = "Gelu",
  .version = "1.0",
  .summary = "x times the probability that a normal number is below x",
  .reference = "Hendrycks, Gimpel: Gaussian error linear units, 2016",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Gelu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x / 2 * (1 + (approximate ? tanhf (0.7978845608f * (x + "
                  "0.044715f * x * x * x)) : erff (x * 0.7071067812f)))",
};
