/* whitening - the layer's first outputs are uncorrelated, of variance 1
 *
 *   S = cov (x) + epsilon mean (diag (cov (x))) I
 *   wᵤ ~ N (0, 1), less its share of each v < u:  wᵤ -= (wᵥᵀ S wᵤ) wᵥ
 *   wᵤ /= sqrt (wᵤᵀ S wᵤ),   so that  Wᵀ S W = I
 *
 * with the weight seen as rows × columns (all dimensions but the last are
 * rows), and x as samples × rows: the layer's first batch, of which at most 256
 * samples count.  Gram and Schmidt's steps with S for the inner product.
 * There are at most as many such columns as rows: the next ones begin anew.
 * Where nothing has entered the layer yet, S = I.  Kessy, Lewin, Strimmer:
 * Optimal whitening and decorrelation, The American Statistician 72 (2018).
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double epsilon;
} Whitening;

static const DnnParam params[] = {
  DNN_FLOAT (Whitening, epsilon, "0.001", 0, 1, "share",
             "of the mean variance, added to each"),
};

enum { SAMPLES = 256, BLOCK = 256 };

typedef struct {
  const DnnTensor *x; /* NULL: S = I */
  float *w;
  int64_t n, rows, columns;
  double ridge;
  double q[SAMPLES]; /* (xᵢ - mean) wᵥ / n */
} Work;

static const float *
sample (const Work *work, int64_t i)
{
  return dnn_f32 (work->x) + i * work->rows;
}

/* q = (x - mean) wᵥ / n */
static void
project (Work *work, int64_t v)
{
  double mean = 0;

  for (int64_t i = 0; i < work->n; i++) {
    work->q[i] = 0;
    for (int64_t j = 0; j < work->rows; j++)
      work->q[i] +=
          (double) sample (work, i)[j] * work->w[j * work->columns + v];
    mean += work->q[i] / (double) work->n;
  }
  for (int64_t i = 0; i < work->n; i++)
    work->q[i] = (work->q[i] - mean) / (double) work->n;
}

/* (S wᵥ)ⱼ, of which q sums to 0, so that x need not be centered. */
static double
covariance (const Work *work, int64_t v, int64_t j)
{
  double sum = work->ridge * work->w[j * work->columns + v];

  for (int64_t i = 0; i < work->n; i++)
    sum += work->q[i] * sample (work, i)[j];
  return sum;
}

/* Takes wᵥ, of length 1, out of the columns first .. last - 1, at most BLOCK
 * of them. */
static void
take_out (const Work *work, int64_t v, int64_t first, int64_t last)
{
  double c[BLOCK] = { 0 };

  for (int64_t j = 0; j < work->rows; j++) {
    const double s = covariance (work, v, j);

    for (int64_t u = first; u < last; u++)
      c[u - first] += s * work->w[j * work->columns + u];
  }
  for (int64_t j = 0; j < work->rows; j++)
    for (int64_t u = first; u < last; u++)
      work->w[j * work->columns + u] -=
          (float) (c[u - first] * work->w[j * work->columns + v]);
}

static void
normalize (Work *work, int64_t v)
{
  double square = 0, scale;

  project (work, v);
  for (int64_t j = 0; j < work->rows; j++)
    square += covariance (work, v, j) * work->w[j * work->columns + v];
  scale = square > 0 ? 1 / sqrt (square) : 1;
  for (int64_t j = 0; j < work->rows; j++)
    work->w[j * work->columns + v] *= (float) scale;
  for (int64_t i = 0; i < work->n; i++)
    work->q[i] *= scale;
}

static double
mean_variance (const Work *work)
{
  double sum = 0;

  for (int64_t j = 0; j < work->rows; j++) {
    double mean = 0, square = 0;

    for (int64_t i = 0; i < work->n; i++)
      mean += sample (work, i)[j] / (double) work->n;
    for (int64_t i = 0; i < work->n; i++)
      square += (sample (work, i)[j] - mean) * (sample (work, i)[j] - mean);
    sum += square / (double) work->n;
  }
  return sum / (double) work->rows;
}

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const Whitening *whitening = self;
  Work work = { f->x, dnn_f32 (f->w), 0, dnn_rows (f->w), dnn_columns (f->w),
                1,    { 0 } };

  if (f->x != NULL && dnn_columns (f->x) != work.rows)
    return host->fail (f,
                       "whitening takes a weight with a row for each of the "
                       "%lld columns that enter the layer, not %lld",
                       (long long) dnn_columns (f->x), (long long) work.rows);
  if (f->x != NULL) {
    work.n = dnn_rows (f->x) < SAMPLES ? dnn_rows (f->x) : SAMPLES;
    work.ridge = whitening->epsilon * mean_variance (&work);
  }
  host->random (f, 0, DNN_NORMAL, 0, dnn_count (f->w), work.w);
  for (int64_t v = 0; v < work.columns; v++) {
    const int64_t group = v - v % work.rows;
    const int64_t end =
        group + work.rows < work.columns ? group + work.rows : work.columns;

    normalize (&work, v);
    for (int64_t u = v + 1; u < end; u += BLOCK)
      take_out (&work, v, u, u + BLOCK < end ? u + BLOCK : end);
  }
  return 0;
}

static const DnnInitializerOps ops = { DNN_INITIALIZER_OPS, fill };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_INITIALIZER,
  .name = "whitening",
  .title = "Whitening",
  .version = "1.0",
  .summary = "first outputs are uncorrelated",
  .reference = "https://doi.org/10.1080/00031305.2016.1277159",
  .self_size = sizeof (Whitening),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
