/* hard_batch_norm - every column to mean 0 and variance 1
 *
 *   y = γ x̂ + β       x̂ = (x - μ) r       r = 1 / √(σ² + ε)
 *
 *   x y: M×C, M the product of all dimensions but the last; all others: C
 *   training:  μ σ² of this batch, and   moving ← a moving + (1 - a) batch
 *   inference, or frozen:  μ σ² are the moving ones, which stay as they are
 *
 *   dβ = Σ dy    dγ = Σ dy x̂
 *   training:  dx = γ r (dy - dβ/M - x̂ dγ/M)
 *   else:      dx = γ r dy
 *
 * Ioffe, Szegedy: Batch normalization, ICML 2015.  σ² divides by M, as in
 * Keras.  Sums are of doubles, over columns in parallel.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  double momentum; /* a */
  double epsilon;  /* ε */
} BatchNorm;

enum { GAMMA, BETA };
enum { MOVING_MEAN, MOVING_VARIANCE };
enum { MEAN, INVERSE }; /* saved: μ, r */
enum { COLUMNS = 64 };  /* at a time, so that sums stay on the stack */

static const DnnParam params[] = {
  DNN_FLOAT (BatchNorm, momentum, "0.99", 0, 1, "",
             "share of the moving statistics kept from step to step"),
  DNN_FLOAT (BatchNorm, epsilon, "0.001", 0, 1e6, "", "added to the variance"),
};

typedef struct {
  const BatchNorm *self;
  DnnPass *pass;
  int64_t m, c;
} Job;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnShape shape = dnn_shape_of (b->x[0]);
  const DnnShape c = DNN_SHAPE (dnn_columns (b->x[0]));

  (void) self;
  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  host->add_weight (b, GAMMA, "gamma", c, "ones");
  host->add_weight (b, BETA, "beta", c, "zeros");
  host->add_buffer (b, MOVING_MEAN, "moving_mean", c, "zeros");
  host->add_buffer (b, MOVING_VARIANCE, "moving_variance", c, "ones");
  host->add_saved (b, MEAN, c);
  host->add_saved (b, INVERSE, c);
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Mean and variance of columns first .. last - 1, into the saved tensors, and
 * the moving ones after them. */
static void
statistics (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;
  const float *x = dnn_f32 (job->pass->x[0]);
  const double a = job->self->momentum, epsilon = job->self->epsilon;
  float *mean = dnn_f32 (job->pass->saved[MEAN]);
  float *inverse = dnn_f32 (job->pass->saved[INVERSE]);
  float *moving_mean = dnn_f32 (job->pass->buffers[MOVING_MEAN]);
  float *moving_variance = dnn_f32 (job->pass->buffers[MOVING_VARIANCE]);
  double sum[COLUMNS] = { 0 }, square[COLUMNS] = { 0 };

  (void) worker;
  for (int64_t i = 0; i < job->m; i++)
    for (int64_t j = first; j < last; j++)
      sum[j - first] += (double) x[i * job->c + j];
  for (int64_t i = 0; i < job->m; i++)
    for (int64_t j = first; j < last; j++) {
      const double e = (double) x[i * job->c + j] - sum[j - first] / job->m;

      square[j - first] += e * e;
    }
  for (int64_t j = first; j < last; j++) {
    const double mu = sum[j - first] / job->m;
    const double variance = square[j - first] / job->m;

    mean[j] = (float) mu;
    inverse[j] = (float) (1 / sqrt (variance + epsilon));
    moving_mean[j] = (float) (a * moving_mean[j] + (1 - a) * mu);
    moving_variance[j] = (float) (a * moving_variance[j] + (1 - a) * variance);
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Job job = { self, pass, dnn_rows (pass->x[0]), dnn_columns (pass->x[0]) };
  const float *x = dnn_f32 (pass->x[0]), *gamma = dnn_f32 (pass->w[GAMMA]);
  const float *beta = dnn_f32 (pass->w[BETA]);
  const float *variance = dnn_f32 (pass->buffers[MOVING_VARIANCE]);
  float *mean = dnn_f32 (pass->saved[MEAN]), *y = dnn_f32 (pass->y[0]);
  float *inverse = dnn_f32 (pass->saved[INVERSE]);

  if (pass->training && !pass->frozen) {
    host->parallel_for (pass, job.c, COLUMNS, statistics, &job);
  } else {
    memcpy (mean, pass->buffers[MOVING_MEAN]->data,
            (size_t) job.c * sizeof *mean);
    for (int64_t j = 0; j < job.c; j++)
      inverse[j] = (float) (1 / sqrt (variance[j] + job.self->epsilon));
  }
  for (int64_t i = 0; i < job.m; i++, x += job.c, y += job.c)
    for (int64_t j = 0; j < job.c; j++)
      y[j] = gamma[j] * ((x[j] - mean[j]) * inverse[j]) + beta[j];
  return 0;
}

static void
backward_columns (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;
  DnnPass *pass = job->pass;
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *gamma = dnn_f32 (pass->w[GAMMA]);
  const float *mean = dnn_f32 (pass->saved[MEAN]);
  const float *inverse = dnn_f32 (pass->saved[INVERSE]);
  float *dgamma = dnn_f32 (pass->dw[GAMMA]), *dbeta = dnn_f32 (pass->dw[BETA]);
  float *dx = dnn_f32 (pass->dx[0]);
  const double share = pass->training && !pass->frozen ? 1.0 / job->m : 0;
  double sum[COLUMNS] = { 0 }, dot[COLUMNS] = { 0 };

  (void) worker;
  for (int64_t i = 0; i < job->m; i++)
    for (int64_t j = first, k = i * job->c + j; j < last; j++, k++) {
      sum[j - first] += (double) dy[k];
      dot[j - first] += (double) dy[k] * (x[k] - mean[j]) * inverse[j];
    }
  for (int64_t j = first; j < last; j++) {
    if (dbeta != NULL)
      dbeta[j] = (float) sum[j - first];
    if (dgamma != NULL)
      dgamma[j] = (float) dot[j - first];
  }
  for (int64_t i = 0; dx != NULL && i < job->m; i++)
    for (int64_t j = first, k = i * job->c + j; j < last; j++, k++) {
      const float hat = (x[k] - mean[j]) * inverse[j];

      dx[k] = gamma[j] * inverse[j] *
              (float) (dy[k] - share * (sum[j - first] + hat * dot[j - first]));
    }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Job job = { self, pass, dnn_rows (pass->x[0]), dnn_columns (pass->x[0]) };

  host->parallel_for (pass, job.c, COLUMNS, backward_columns, &job);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "hard_batch_norm",
  .title = "BatchNormalization",
  .version = "1.0",
  .summary = "every column to mean 0 and variance 1",
  .reference = "Ioffe, Szegedy: Batch normalization, ICML 2015",
  .flags = DNN_FLAG_TRAINING_DIFFERS | DNN_FLAG_NOT_PER_SAMPLE,
  .self_size = sizeof (BatchNorm),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
