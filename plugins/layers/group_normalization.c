/* group_normalization - groups of channels with mean 0 and variance 1
 *
 *   x̂ = (x - μ) r    r = 1 / √(v + ε)    y = γ x̂ + β    x, y: N×D₁…×C
 *
 *   dβ = Σ dy    dγ = Σ dy x̂
 *   dx = r (g - mean g - x̂ mean (g x̂))    g = γ dy
 *
 * μ, v, the biased variance, and the means are of a sample's group: all its
 * positions and C / groups channels side by side.  γ, β: C.
 * Wu, He: Group normalization, ECCV 2018, equations 1 to 6.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t groups;
  double epsilon; /* ε */
  bool center;
  bool scale;
} GroupNormalization;

enum { GAMMA, BETA };
enum { BLOCK = 64 };  /* channels at a time */
enum { MEAN, RATIO }; /* saved: μ and r, N×groups */
enum { SUMS, DOTS };  /* scratch: Σ dy and Σ dy x̂ over positions, N×C */

static const DnnParam params[] = {
  DNN_INT (GroupNormalization, groups, "32", -1, 1 << 24, "groups",
           "parts of the channels; -1: each channel by itself"),
  DNN_FLOAT (GroupNormalization, epsilon, "0.001", 0, 1, "variance",
             "added to the variance"),
  DNN_BOOL (GroupNormalization, center, "true", "add a trained beta"),
  DNN_BOOL (GroupNormalization, scale, "true", "multiply by a trained gamma"),
};

typedef struct {
  int64_t positions; /* of a sample */
  int64_t channels;  /* C */
  int64_t groups;
  int64_t width; /* channels of a group */
  double epsilon;
  const float *x;
  const float *dy;
  const float *gamma;
  const float *beta;
  float *mean;
  float *ratio;
  float *sums;
  float *dots;
  float *to; /* y or dx */
} Work;

static Work
work_of (const GroupNormalization *gn, const DnnPass *pass)
{
  const DnnTensor *x = pass->x[0];
  Work work = { 0 };

  work.positions = dnn_rows (x) / x->dims[0];
  work.channels = dnn_columns (x);
  work.groups = gn->groups > 0 ? gn->groups : work.channels;
  work.width = work.channels / work.groups;
  work.epsilon = gn->epsilon;
  work.x = dnn_f32 (x);
  work.gamma = dnn_f32 (pass->w[GAMMA]);
  work.beta = dnn_f32 (pass->w[BETA]);
  work.mean = dnn_f32 (pass->saved[MEAN]);
  work.ratio = dnn_f32 (pass->saved[RATIO]);
  return work;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const GroupNormalization *gn = self;
  const DnnTensor *x = b->x[0];
  const int64_t channels = dnn_columns (x);
  const int64_t groups = gn->groups == -1 ? channels : gn->groups;
  const DnnShape row = DNN_SHAPE (channels);

  if (x->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (groups == 0)
    return host->fail (b, "groups must be 1 or more, or -1, not '0'");
  if (channels % groups != 0)
    return host->fail (b, "its %lld channels cannot be parted into %lld groups",
                       (long long) channels, (long long) groups);
  if (gn->scale)
    host->add_weight (b, GAMMA, "gamma", row, "ones");
  if (gn->center)
    host->add_weight (b, BETA, "beta", row, "zeros");
  host->add_saved (b, MEAN, DNN_SHAPE (x->dims[0], groups));
  host->add_saved (b, RATIO, DNN_SHAPE (x->dims[0], groups));
  host->add_scratch (b, SUMS, DNN_SHAPE (x->dims[0], channels));
  host->add_scratch (b, DOTS, DNN_SHAPE (x->dims[0], channels));
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* μ and r of one group; in double, as it may be large. */
static void
measure (const Work *work, const float *x, float *ret_mean, float *ret_ratio)
{
  const int64_t end = work->positions * work->channels;
  const double n = (double) (work->positions * work->width);
  double mean = 0, variance = 0;

  for (int64_t p = 0; p < end; p += work->channels)
    for (int64_t c = 0; c < work->width; c++)
      mean += x[p + c];
  mean /= n;
  for (int64_t p = 0; p < end; p += work->channels)
    for (int64_t c = 0; c < work->width; c++)
      variance += (x[p + c] - mean) * (x[p + c] - mean);
  *ret_mean = (float) mean;
  *ret_ratio = (float) (1 / sqrt (variance / n + work->epsilon));
}

static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t size = work->positions * work->channels;

  (void) worker;
  for (int64_t i = first * work->groups; i < last * work->groups; i++) {
    const int64_t at = i % work->groups * work->width;
    const int64_t start = i / work->groups * size + at;

    measure (work, work->x + start, &work->mean[i], &work->ratio[i]);
    for (int64_t p = start; p < start + size; p += work->channels)
      for (int64_t c = 0; c < work->width; c++) {
        const float unit = (work->x[p + c] - work->mean[i]) * work->ratio[i];

        work->to[p + c] =
            (work->gamma != NULL ? work->gamma[at + c] : 1) * unit +
            (work->beta != NULL ? work->beta[at + c] : 0);
      }
  }
}

/* Σ dy and Σ dy x̂ of n channels of group i, which begin at `start`. */
static void
sum_channels (const Work *work, int64_t i, int64_t start, int64_t n,
              float *ret_sums, float *ret_dots)
{
  const int64_t end = start + work->positions * work->channels;
  double sums[BLOCK] = { 0 }, dots[BLOCK] = { 0 };

  for (int64_t p = start; p < end; p += work->channels)
    for (int64_t c = 0; c < n; c++) {
      sums[c] += work->dy[p + c];
      dots[c] += (double) work->dy[p + c] *
                 ((work->x[p + c] - work->mean[i]) * work->ratio[i]);
    }
  for (int64_t c = 0; c < n; c++) {
    ret_sums[c] = (float) sums[c];
    ret_dots[c] = (float) dots[c];
  }
}

static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t size = work->positions * work->channels;
  const double n = (double) (work->positions * work->width);

  (void) worker;
  for (int64_t i = first * work->groups; i < last * work->groups; i++) {
    const int64_t at = i % work->groups * work->width;
    const int64_t start = i / work->groups * size + at;
    const float *gamma = work->gamma != NULL ? work->gamma + at : NULL;
    double sum = 0, dot = 0; /* means of g and g x̂ */

    for (int64_t c = 0; c < work->width; c += BLOCK)
      sum_channels (
          work, i, start + c, work->width - c < BLOCK ? work->width - c : BLOCK,
          work->sums + i * work->width + c, work->dots + i * work->width + c);
    for (int64_t c = 0; c < work->width; c++) {
      const double slope = gamma != NULL ? gamma[c] : 1;

      sum += slope * work->sums[i * work->width + c] / n;
      dot += slope * work->dots[i * work->width + c] / n;
    }
    for (int64_t p = start; work->to != NULL && p < start + size;
         p += work->channels)
      for (int64_t c = 0; c < work->width; c++)
        work->to[p + c] =
            work->ratio[i] *
            ((gamma != NULL ? gamma[c] : 1) * work->dy[p + c] - (float) sum -
             (work->x[p + c] - work->mean[i]) * work->ratio[i] * (float) dot);
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work = work_of (self, pass);

  work.to = dnn_f32 (pass->y[0]);
  host->parallel_for (pass, pass->x[0]->dims[0], dnn_grain (pass->x[0]),
                      forward_samples, &work);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work = work_of (self, pass);

  work.dy = dnn_f32 (pass->dy[0]);
  work.sums = dnn_f32 (pass->scratch[SUMS]);
  work.dots = dnn_f32 (pass->scratch[DOTS]);
  work.to = dnn_f32 (pass->dx[0]);
  host->parallel_for (pass, pass->x[0]->dims[0], dnn_grain (pass->x[0]),
                      backward_samples, &work);
  host->sum_rows (pass, pass->scratch[SUMS], pass->dw[BETA]);
  host->sum_rows (pass, pass->scratch[DOTS], pass->dw[GAMMA]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "GroupNormalization", "groups=num_groups epsilon=epsilon",
    "gamma=scale beta=bias" },
  { "keras", "GroupNormalization",
    "groups=groups epsilon=epsilon center=center scale=scale",
    "gamma=0 beta=1" },
  { "torch", "GroupNorm",
    "groups=num_groups epsilon=eps center=?bias scale=?weight",
    "gamma=weight beta=bias" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "group_normalization",
  .title = "GroupNormalization",
  .version = "1.0",
  .summary = "groups of channels with mean 0 and variance 1",
  .reference = "Wu, He: Group normalization, ECCV 2018",
  .self_size = sizeof (GroupNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "groups=2",
  .example_inputs = "3,2,4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
