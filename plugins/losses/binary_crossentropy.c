/* binary_crossentropy - log-likelihood of yes or no
 *
 *   t' = (1 - s) t + s / 2    s: label smoothing    L: mean over a sample
 *
 *   logits z:         l = max (z, 0) - z t' + ln (1 + exp -|z|)
 *                     dl/dz = 1 / (1 + exp (-z)) - t'
 *   probabilities p:  c = clip (p, ε, 1 - ε)
 *                     l = -t' ln c - (1 - t') ln (1 - c)
 *                     dl/dp = (c - t') / (c (1 - c)), none where p is clipped
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  bool from_logits;
  double label_smoothing; /* s */
} Crossentropy;

enum { BLOCK = 256 };

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static const DnnParam params[] = {
  DNN_BOOL (Crossentropy, from_logits, "false",
            "the prediction has not been through a sigmoid"),
  DNN_FLOAT (Crossentropy, label_smoothing, "0", 0, 1, "share",
             "how far targets move from 0 and 1 towards the middle"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->expect_range (b, 1, 0, 1, 0);
  if (((const Crossentropy *) self)->from_logits)
    host->scores (b, DNN_LOGITS);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

/* t' */
static double
smooth (const Crossentropy *crossentropy, float t)
{
  const double s = crossentropy->label_smoothing;

  return t * (1 - s) + s / 2;
}

static float
clip (float p)
{
  return p < epsilon ? epsilon : p > one_less ? one_less : p;
}

/* Σ l of n ≤ BLOCK logits */
static double
sum_of_logits (const Crossentropy *self, const DnnHost *host, const float *z,
               const float *t, int64_t n)
{
  float e[BLOCK] = { 0 };
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    e[j] = -fabsf (z[j]); /* exp overflows past 88 */
  host->exp (e, e, n);
  host->log1p (e, e, n);
  for (int64_t j = 0; j < n; j++)
    sum += (z[j] > 0 ? z[j] : 0) - z[j] * smooth (self, t[j]) + e[j];
  return sum;
}

static double
sum_of_probabilities (const Crossentropy *self, const float *p, const float *t,
                      int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++) {
    const double c = clip (p[j]), tj = smooth (self, t[j]);

    sum -= tj * log (c) + (1 - tj) * log (1 - c);
  }
  return sum;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const bool logits =
      p->from_logits || ((const Crossentropy *) self)->from_logits;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;

  for (int64_t i = 0; i < samples; i++) {
    double sum = 0;

    for (int64_t first = 0; first < n; first += BLOCK) {
      const float *t = dnn_f32 (p->y_true) + i * n + first;
      const float *y = dnn_f32 (p->y_pred) + i * n + first;
      const int64_t m = n - first < BLOCK ? n - first : BLOCK;

      sum += logits ? sum_of_logits (self, host, y, t, m)
                    : sum_of_probabilities (self, y, t, m);
    }
    p->value[i] = (float) (sum / (double) n);
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const bool logits =
      p->from_logits || ((const Crossentropy *) self)->from_logits;
  const int64_t all = dnn_count (p->y_pred), n = all / p->y_pred->dims[0];
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  float *dy = dnn_f32 (p->dy_pred);

  if (logits)
    host->sigmoid (y, dy, all);
  for (int64_t i = 0; i < all; i++) {
    const double scale = (double) p->scale[i / n] / (double) n;
    const double tj = smooth (self, t[i]), c = clip (y[i]);

    if (logits)
      dy[i] = (float) (scale * (dy[i] - tj));
    else
      dy[i] =
          y[i] == clip (y[i]) ? (float) (scale * (c - tj) / c / (1 - c)) : 0;
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS ("sigmoid"),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "binary_crossentropy",
  .title = "BinaryCrossentropy",
  .version = "1.0",
  .summary = "-log of the probability given to yes or no",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .flags = DNN_FLAG_USUAL,
  .self_size = sizeof (Crossentropy),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
