/* group_normalization - groups of channels with mean 0 and variance 1
 *
 *   x̂ = (x - μ) r    r = 1 / √(v + ε)    y = γ x̂ + β    x, y: N×D₁…×C
 *
 *   dβ = Σ dy    dγ = Σ dy x̂
 *   dx = r (g - mean g - x̂ mean (g x̂))    g = γ dy
 *
 * μ, v, the biased variance, and the means are of a sample's group: its real
 * positions and C / groups channels.  γ, β: C.  dx of padding is r g.
 * Wu, He: Group normalization, ECCV 2018, equations 1 to 6.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t groups;
  double epsilon; /* ε */
  bool center, scale;
} GroupNormalization;

enum { GAMMA, BETA };
enum { STATISTICS }; /* saved: μ, r and positions that are real, N×groups×3 */
enum { SUMS, DOTS }; /* scratch: Σ dy and Σ dy x̂ over positions, N×C */

static const DnnParam params[] = {
  DNN_INT (GroupNormalization, groups, "32", -1, 1 << 24, "groups",
           "parts of the channels; -1: each channel by itself"),
  DNN_FLOAT (GroupNormalization, epsilon, "0.001", 0, 1, "variance",
             "added to the variance"),
  DNN_BOOL (GroupNormalization, center, "true", "add a trained beta"),
  DNN_BOOL (GroupNormalization, scale, "true", "multiply by a trained gamma"),
};

typedef struct {
  const DnnPass *pass;
  int64_t rows, positions;         /* of the batch, of a sample */
  int64_t channels, groups, width; /* C, groups, C / groups */
  double epsilon;
} Work;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const GroupNormalization *gn = self;
  const DnnTensor *x = b->x[0];
  const int64_t channels = dnn_columns (x);
  const int64_t groups = gn->groups == -1 ? channels : gn->groups;

  if (x->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (groups == 0)
    return host->fail (b, "groups must be 1 or more, or -1, not '0'");
  if (channels % groups != 0)
    return host->fail (b, "its %lld channels cannot be parted into %lld groups",
                       (long long) channels, (long long) groups);
  dnn_add_gain (host, b, DNN_SHAPE (channels), gn->scale, gn->center);
  host->add_saved (b, STATISTICS, DNN_SHAPE (x->dims[0], groups, 3));
  host->add_scratch (b, SUMS, DNN_SHAPE (x->dims[0], channels));
  host->add_scratch (b, DOTS, DNN_SHAPE (x->dims[0], channels));
  host->set_output (b, 0, dnn_shape_of (x));
  if (dnn_masked_axes (b, 0) < x->n_dims)
    host->set_mask (b, DNN_MASK_OF_X0);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int
is_real (const Work *work, int64_t at)
{
  return dnn_is_real (work->pass, 0, at / work->channels, work->rows);
}

/* Of the group that begins there; in double, as it may be large. */
static void
measure (const Work *work, int64_t start, float *ret_statistics)
{
  const int64_t end = start + work->positions * work->channels;
  const float *x = dnn_f32 (work->pass->x[0]);
  double mean = 0, variance = 0, n = 0;

  for (int64_t p = start; p < end; p += work->channels)
    for (int64_t c = 0; c < work->width && is_real (work, p); c++, n++)
      mean += x[p + c];
  n += n == 0;
  mean /= n;
  for (int64_t p = start; p < end; p += work->channels)
    for (int64_t c = 0; c < work->width && is_real (work, p); c++)
      variance += (x[p + c] - mean) * (x[p + c] - mean);
  ret_statistics[0] = (float) mean;
  ret_statistics[1] = (float) (1 / sqrt (variance / n + work->epsilon));
  ret_statistics[2] = (float) (n / (double) work->width);
}

static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t size = work->positions * work->channels;
  const float *x = dnn_f32 (work->pass->x[0]);
  float *y = dnn_f32 (work->pass->y[0]);

  (void) worker;
  for (int64_t i = first * work->groups; i < last * work->groups; i++) {
    const int64_t at = i % work->groups * work->width;
    const int64_t start = i / work->groups * size + at;
    float *s = dnn_f32 (work->pass->saved[STATISTICS]) + 3 * i;

    measure (work, start, s);
    for (int64_t p = start; p < start + size; p += work->channels) {
      const float mean = s[0], ratio = s[1];

      for (int64_t c = 0; c < work->width; c++)
        y[p + c] = (x[p + c] - mean) * ratio;
      dnn_gain (work->pass, y + p, at, work->width);
    }
  }
}

/* Σ dy and Σ dy x̂ of n channels of a group, which begin there. */
static void
sum_channels (const Work *work, const float *s, int64_t start, int64_t n,
              float *ret_sums, float *ret_dots)
{
  const int64_t end = start + work->positions * work->channels;
  const float *x = dnn_f32 (work->pass->x[0]);
  const float *dy = dnn_f32 (work->pass->dy[0]);
  double sums[DNN_SUM_COLUMNS] = { 0 }, dots[DNN_SUM_COLUMNS] = { 0 };

  for (int64_t p = start; p < end; p += work->channels)
    for (int64_t c = 0; c < n; c++) {
      sums[c] += dy[p + c];
      dots[c] += (double) dy[p + c] * ((x[p + c] - s[0]) * s[1]);
    }
  for (int64_t c = 0; c < n; c++) {
    ret_sums[c] = (float) sums[c];
    ret_dots[c] = (float) dots[c];
  }
}

/* dx of a group with these μ and r; sum, dot: the means of g and g x̂. */
static void
write_gradient (const Work *work, int64_t start, float mean, float ratio,
                double sum, double dot)
{
  const DnnPass *pass = work->pass;
  const int64_t at = start % work->channels;
  const int64_t end = start + work->positions * work->channels;
  const float *gamma = dnn_f32 (pass->w[GAMMA]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  for (int64_t p = start; dx != NULL && p < end; p += work->channels) {
    const float a = is_real (work, p) ? (float) sum : 0;
    const float b = is_real (work, p) ? (float) dot : 0;

    for (int64_t c = 0; c < work->width; c++)
      dx[p + c] = ratio * ((gamma != NULL ? gamma[at + c] : 1) * dy[p + c] - a -
                           (x[p + c] - mean) * ratio * b);
  }
}

static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t size = work->positions * work->channels, width = work->width;
  const float *gamma = dnn_f32 (work->pass->w[GAMMA]);

  (void) worker;
  for (int64_t i = first * work->groups; i < last * work->groups; i++) {
    const int64_t at = i % work->groups * width;
    const int64_t start = i / work->groups * size + at;
    const float *s = dnn_f32 (work->pass->saved[STATISTICS]) + 3 * i;
    float *sums = dnn_f32 (work->pass->scratch[SUMS]) + i * width;
    float *dots = dnn_f32 (work->pass->scratch[DOTS]) + i * width;
    double sum = 0, dot = 0;

    for (int64_t c = 0; c < width; c += DNN_SUM_COLUMNS)
      sum_channels (work, s, start + c,
                    width - c < DNN_SUM_COLUMNS ? width - c : DNN_SUM_COLUMNS,
                    sums + c, dots + c);
    for (int64_t c = 0; c < width; c++) {
      const double slope = gamma != NULL ? gamma[at + c] : 1;

      sum += slope * sums[c] / ((double) s[2] * (double) width);
      dot += slope * dots[c] / ((double) s[2] * (double) width);
    }
    write_gradient (work, start, s[0], s[1], sum, dot);
  }
}

static int32_t
run (const void *self, const DnnHost *host, DnnPass *pass, DnnRange body)
{
  const GroupNormalization *gn = self;
  const DnnTensor *x = pass->x[0];
  const int64_t n = x->dims[0], rows = dnn_rows (x), channels = dnn_columns (x);
  const int64_t groups = gn->groups > 0 ? gn->groups : channels;
  Work work = { pass,       rows, rows / n, channels, groups, channels / groups,
                gn->epsilon };

  host->parallel_for (pass, n, dnn_grain (x), body, &work);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return run (self, host, pass, forward_samples);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  run (self, host, pass, backward_samples);
  host->sum_rows (pass, pass->scratch[SUMS], pass->dw[BETA]);
  host->sum_rows (pass, pass->scratch[DOTS], pass->dw[GAMMA]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

static const DnnForeign foreign[] = {
  { "onnx", "GroupNormalization", "groups=num_groups epsilon",
    "gamma=scale beta=bias" },
  { "keras", "GroupNormalization", "groups epsilon center scale",
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
