/* frozen.loss - squared for small differences, straight for large ones
 *
 *   e = (y - t) / δ                    over the C elements of a sample
 *   L = δ² Σ log cosh e / C            dL/dy = δ tanh e / C
 *
 *   log cosh e = |e| + log (1 + exp (-2 |e|)) - log 2, which never overflows
 *
 * The formulas come first; what follows computes them.  Put yours in their
 * place, and go on from 1 to 6.
 */
#include <dnn/plugin.h>
#include <math.h>

#define LOG_2 .69314718055994530942

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double delta; /* δ */
} Parameters;

/* 2. A row for each member: its default as text, smallest and largest value,
 * unit, and a line of help.  Rows for other types are in dnn/abi/param.h. */
static const DnnParam params[] = {
  DNN_FLOAT (Parameters, delta, "1", 1e-6, 1e6, "target",
             "the difference from which on it is straight"),
};

/* 3. Whether these shapes can be compared: x[0] is the prediction, x[1] the
 * target; dims[0] is the batch. */
static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0], *t = b->x[1];

  (void) self;
  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0] ||
      dnn_count (y) != dnn_count (t))
    return host->fail (b,
                       "%lld predictions have %lld targets; they must be "
                       "as many",
                       (long long) dnn_count (y), (long long) dnn_count (t));
  return 0;
}

/* 4. One number a sample. */
static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const double delta = ((const Parameters *) self)->delta;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++) {
      const double e = fabs (((double) y[j] - t[j]) / delta);

      sum += e + log1p (exp (-2 * e)) - LOG_2;
    }
    p->value[i] = (float) (delta * delta * sum / (double) n);
  }
  return 0;
}

/* 5. Its derivative times scale[i], which holds the sample's weight and the
 * mean over the batch. */
static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const double delta = ((const Parameters *) self)->delta;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  float *dy = dnn_f32 (p->dy_pred);

  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n, dy += n)
    for (int64_t j = 0; j < n; j++) {
      const double slope = tanh (((double) y[j] - t[j]) / delta);

      dy[j] = p->scale[i] * (float) (delta * slope / (double) n);
    }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL), /* or the activation whose inverse is part of it */
  .build = build,
  .value = value,
  .gradient = gradient,
};

/* 6. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  `example_inputs` are the shapes of one
 * sample's prediction and target, with which `dnnrun check` tries it. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "frozen.loss",
  .title = "Loss",
  .version = "0.1",
  .summary = "squared for small differences, straight for large ones",
  .reference = "", /* paper or URL, with the number of the equation */
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "3; 3",
};
