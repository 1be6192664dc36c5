/* gaussian_sampling - a normal number for each mean and variance, and its KL
 *
 *   inputs: μ and v = ln σ², of one shape
 *   z = μ + ε exp (v / 2)    ε ~ N (0, 1) in training; outside of it z = μ
 *   term of sample i: kl ½ Σ (μ² + exp (v) - 1 - v)
 *   dL/dμ = dz + kl μ dterm    dL/dv = dz ε exp (v / 2) / 2
 *                                      + kl ½ (exp (v) - 1) dterm
 *
 * The middle of a variational autoencoder (Kingma, Welling: Auto-encoding
 * variational Bayes, ICLR 2014, equation 10 and appendix B).
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double kl;
} GaussianSampling;

enum { NOISE = 0, TERM = 1 };

static const DnnParam params[] = {
  DNN_FLOAT (GaussianSampling, kl, "1", 0, 1e6, "factor",
             "how much the divergence counts in the loss"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_saved (b, NOISE, dnn_shape_of (b->x[0]));
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->set_output (b, TERM, DNN_SHAPE (b->x[0]->dims[0]));
  host->loss_output (b, TERM);
  host->backward_reads (b, DNN_READS_X);
  return host->same_shape (b);
}

static float
divergence (const float *mean, const float *v, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += (double) mean[j] * mean[j] + expm1 ((double) v[j]) - v[j];
  return (float) (sum / 2);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float kl = (float) ((const GaussianSampling *) self)->kl;
  const int64_t n = dnn_count (pass->x[0]), batch = pass->x[0]->dims[0];
  const float *mean = dnn_f32 (pass->x[0]), *v = dnn_f32 (pass->x[1]);
  float *z = dnn_f32 (pass->y[0]), *e = dnn_f32 (pass->saved[NOISE]);

  if (pass->training)
    host->random (pass, 0, DNN_NORMAL, 0, n, e);
  for (int64_t i = 0; i < n; i++) {
    e[i] = pass->training ? e[i] : 0;
    z[i] = pass->training ? mean[i] + e[i] * expf (v[i] / 2) : mean[i];
  }
  for (int64_t i = 0; pass->y[TERM] != NULL && i < batch; i++) {
    const int64_t row = n / batch;

    dnn_f32 (pass->y[TERM])[i] =
        kl * divergence (mean + i * row, v + i * row, row);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float kl = (float) ((const GaussianSampling *) self)->kl;
  const int64_t n = dnn_count (pass->x[0]), row = n / pass->x[0]->dims[0];
  const float *mean = dnn_f32 (pass->x[0]), *v = dnn_f32 (pass->x[1]);
  const float *e = dnn_f32 (pass->saved[NOISE]);
  const DnnTensor *dy = pass->dy[0], *dterm = pass->dy[TERM];

  (void) host;
  for (int64_t i = 0; i < n; i++) {
    const float dz = dy != NULL ? dnn_f32 (dy)[i] : 0;
    const float dt = dterm != NULL ? kl * dnn_f32 (dterm)[i / row] : 0;

    if (pass->dx[0] != NULL)
      dnn_f32 (pass->dx[0])[i] = dz + dt * mean[i];
    if (pass->dx[1] != NULL)
      dnn_f32 (pass->dx[1])[i] =
          (dz * e[i] * expf (v[i] / 2) + dt * expm1f (v[i])) / 2;
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (2, 2, 2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "gaussian_sampling",
  .title = "GaussianSampling",
  .version = "1.0",
  .summary = "draws from means and log variances; the KL divergence is in the "
             "loss",
  .reference = "Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (GaussianSampling),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "kl=0.5",
  .example_inputs = "3,4; 3,4",
};
