/* frozen.activation - x, weighted by its own sigmoid
 *
 *   y = x s      dy/dx = s + β x s (1 - s)      s = σ(β x)
 *
 * The formulas come first; what follows computes them.  Put yours in their
 * place, and go on from 1 to 5.
 */
#include <dnn/plugin.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double beta; /* β */
} Parameters;

/* 2. A row for each member: its default as text, smallest and largest value,
 * unit, and a line of help.  Rows for other types are in dnn/abi/param.h. */
static const DnnParam params[] = {
  DNN_FLOAT (Parameters, beta, "1", -1000, 1000, "1/input",
             "how steep the sigmoid is"),
};

enum { BLOCK = 256 };

/* s = σ(β x) of at most BLOCK elements, by the host's vector function */
static void
gate (const DnnHost *host, double beta, const float *x, float *s, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    s[i] = (float) beta * x[i];
  host->sigmoid (s, s, n);
}

/* 3. y from x, which may be the same memory.  rows × length numbers; where
 * every element stands by itself, only their product counts. */
static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const double beta = ((const Parameters *) self)->beta;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    float s[BLOCK];

    gate (host, beta, x + first, s, n);
    for (int64_t i = 0; i < n; i++)
      y[first + i] = x[first + i] * s[i];
  }
}

/* 4. dx = dy/dx times dy; dx and dy may be the same memory.  Here x is read, as
 * ops say by DNN_NEEDS_X, and y comes as NULL. */
static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  const double beta = ((const Parameters *) self)->beta;

  (void) y;
  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float s[BLOCK];

    gate (host, beta, a, s, n);
    for (int64_t i = 0; i < n; i++)
      dx[first + i] =
          dy[first + i] * (s[i] + (float) beta * a[i] * s[i] * (1 - s[i]));
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

/* 5. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  DNN_FLAG_ELEMENTWISE: the host may split the
 * work anywhere; leave it out where a row belongs together, as in softmax. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "frozen.activation",
  .title = "Activation",
  .version = "0.1",
  .summary = "x, weighted by its own sigmoid",
  .reference = "", /* paper or URL, with the number of the equation */
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
