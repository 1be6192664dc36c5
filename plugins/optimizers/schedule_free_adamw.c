/* schedule_free_adamw - AdamW whose average takes the place of a schedule
 *
 *   γ = η min (1, t / warm-up)    u = g / (√(v / (1 - β₂ᵗ)) + ε)    c = 1 / t
 *   v ← v + (1 - β₂) (g² - v)    y ← y + c (z - y) + γ (β₁ (1 - c) - 1) u
 *   z ← z - γ u                  x = y + (1 - 1/β₁) (z - y)
 *
 * g is taken at y, the weight; x is the model.  Algorithm 1, c as in Keras. */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate, beta_1, beta_2, epsilon;
  int64_t warmup_steps;
} Free;

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Free, learning_rate, "lr", "0.0025", 0, 1e6, "rate",
                         "η"),
  DNN_FLOAT (Free, beta_1, "0.9", 0.001, 1, "share", "of x in y"),
  DNN_FLOAT (Free, beta_2, "0.999", 0, 0.999999999, "share", "of v kept"),
  DNN_FLOAT (Free, epsilon, "1e-8", 0, 1e30, "gradient", "added to the root"),
  DNN_INT (Free, warmup_steps, "0", 0, 1e15, "updates", "up to the rate"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, 0, "weight_base", dnn_shape_of (s->weight), 0);
  host->add_slot (s, 1, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Free *free = self;
  const double t = (double) s->t, warm = t / (double) free->warmup_steps;
  const float gamma = (float) (free->learning_rate * fmin (1, warm));
  const float c = (float) (1 / t), b = (float) free->beta_1;
  const float fix = (float) (1 - pow (free->beta_2, t));
  float *y = s->w, *z = s->slots[0], *v = s->slots[1], u;

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    z[i] = s->t == 1 ? y[i] : z[i];
    v[i] += (s->g[i] * s->g[i] - v[i]) * (float) (1 - free->beta_2);
    u = s->g[i] / (sqrtf (v[i] / fix) + (float) free->epsilon);
    y[i] += gamma > 0 ? c * (z[i] - y[i]) + gamma * (b * (1 - c) - 1) * u : 0;
    z[i] -= gamma * u;
  }
}

static void
model_weight (const void *self, const DnnHost *host, const DnnStep *s,
              float *model)
{
  const float share = (float) (1 - 1 / ((const Free *) self)->beta_1);

  (void) host;
  for (int64_t i = 0; i < s->n; i++)
    model[i] = s->w[i] + share * (s->slots[0][i] - s->w[i]);
}

static const DnnOptimizerOps ops = { DNN_OPTIMIZER_OPS (2), slots, NULL, step,
                                     .model_weight = model_weight };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "schedule_free_adamw",
  .title = "ScheduleFreeAdamW",
  .version = "1.0",
  .summary = "AdamW whose average takes the place of a schedule",
  .reference = "Defazio and others: The road less scheduled, NeurIPS 2024",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Free),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
