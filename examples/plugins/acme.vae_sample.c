/* acme.vae_sample - z = μ + ε exp (½ ln σ²): N×2L to N×L, and a term of the
 * loss
 *
 *   x: μ and ln σ² side by side    L = weight ½ Σ (μ² + σ² - 1 - ln σ²)
 *
 * Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014, appendix B.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double weight;
} Sample;

static const DnnParam params[] = {
  DNN_FLOAT (Sample, weight, "1", 0, 1e9, "factor", "of the divergence"),
};

enum { EPSILON };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];
  const DnnShape z = DNN_SHAPE (x->dims[0], dnn_columns (x) / 2);

  (void) self;
  if (x->n_dims != 2 || x->dims[1] % 2 != 0)
    return host->fail (b, "input must be means and logarithms of variances");
  host->add_saved (b, EPSILON, z);
  host->set_output (b, 0, z);
  host->set_output (b, 1, DNN_SHAPE (x->dims[0]));
  host->loss_output (b, 1);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = pass->x[0]->dims[0], l = dnn_columns (pass->y[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *z = dnn_f32 (pass->y[0]), *e = dnn_f32 (pass->saved[EPSILON]);

  if (pass->training)
    host->random (pass, 0, DNN_NORMAL, 0, n * l, e);
  for (int64_t i = 0; i < n; i++, x += 2 * l) {
    double kl = 0;

    for (int64_t j = 0; j < l; j++, z++, e++) {
      *e = pass->training ? *e : 0;
      *z = x[j] + *e * expf (x[l + j] / 2);
      kl += ((double) x[j] * x[j] + exp (x[l + j]) - 1 - x[l + j]) / 2;
    }
    if (pass->y[1] != NULL)
      dnn_f32 (pass->y[1])[i] = (float) (((const Sample *) self)->weight * kl);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float weight = (float) ((const Sample *) self)->weight;
  const int64_t l = dnn_columns (pass->x[0]) / 2;
  const float *x = dnn_f32 (pass->x[0]), *e = dnn_f32 (pass->saved[EPSILON]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) host;
  for (int64_t i = 0; dx != NULL && i < dnn_count (pass->x[0]) / 2; i++) {
    const int64_t m = i / l * 2 * l + i % l, v = m + l; /* mean, variance */
    const float dz = pass->dy[0] != NULL ? dnn_f32 (pass->dy[0])[i] : 0;
    const float dkl =
        pass->dy[1] != NULL ? weight * dnn_f32 (pass->dy[1])[i / l] : 0;

    dx[m] = dz + dkl * x[m];
    dx[v] = dz * e[i] * expf (x[v] / 2) / 2 + dkl * (expf (x[v]) - 1) / 2;
  }
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS_MANY (1, 1, 2), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.vae_sample",
  .title = "VAESample",
  .version = "2.0",
  .summary = "a normal number for each mean and variance, and what it costs",
  .reference = "Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (Sample),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
