/* orthogonal - rows (or columns) of a matrix that point the same way cost loss
 *
 * u: the rows, each divided by its length; n of them.
 *
 *   penalty = λ / (n (n - 1)) Σ |uᵢ·uⱼ|                 over i ≠ j
 *
 *   gᵢ = 2 λ / (n (n - 1)) Σ sign (uᵢ·uⱼ) uⱼ            over j ≠ i
 *   ∂penalty/∂wᵢ = (gᵢ - (gᵢ·uᵢ) uᵢ) / |wᵢ|
 *
 * As keras.regularizers.OrthogonalRegularizer, which gives NaN where n is 1:
 * here that costs nothing.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { ROWS, COLUMNS };
/* Vectors that are multiplied at a time, and parts that the sum is made of. */
enum { BLOCK = 16, PARTS = 64 };

typedef struct {
  double factor; /* λ */
  int32_t mode;
} Orthogonal;

static const DnnParam params[] = {
  DNN_FLOAT (Orthogonal, factor, "0.01", 0, 1e9, "factor",
             "factor of the penalty"),
  DNN_ENUM (Orthogonal, mode, "rows", "rows columns",
            "the vectors that are compared"),
};

/* n vectors of m elements, and what becomes of them. */
typedef struct {
  const float *w;
  float *dw;          /* NULL: not wanted */
  int64_t n, m;       /* vectors, elements of one */
  int64_t next, step; /* from a vector, an element, to the next */
  int64_t grain;      /* vectors of a part */
  double scale;       /* λ / (n (n - 1)) */
  double sums[PARTS]; /* Σ |uᵢ·uⱼ| of each part */
} Job;

/* Vector i times up to BLOCK vectors from j on, and these times themselves. */
static void
multiply (const Job *job, int64_t i, int64_t j, int64_t n, double *ret_products,
          double *ret_squares)
{
  for (int64_t b = 0; b < BLOCK; b++)
    ret_products[b] = ret_squares[b] = 0;
  for (int64_t k = 0; k < job->m; k++) {
    const double own = job->w[i * job->next + k * job->step];
    const float *others = job->w + j * job->next + k * job->step;

    for (int64_t b = 0; b < n; b++) {
      const double other = others[b * job->next];

      ret_products[b] += own * other;
      ret_squares[b] += other * other;
    }
  }
}

static double
length_of (const Job *job, int64_t i)
{
  double square = 0;

  for (int64_t k = 0; k < job->m; k++)
    square += pow (job->w[i * job->next + k * job->step], 2);
  return fmax (sqrt (square), 1e-12);
}

/* dw of vector i += sign (p) uⱼ */
static void
add_other (const Job *job, int64_t i, int64_t j, double p, double length)
{
  const float factor = (float) (((p > 0) - (p < 0)) / length);

  for (int64_t k = 0; k < job->m; k++)
    job->dw[i * job->next + k * job->step] +=
        factor * job->w[j * job->next + k * job->step];
}

/* The part along the vector itself does not turn it. */
static void
finish (const Job *job, int64_t i, double length)
{
  const float *w = job->w + i * job->next;
  float *dw = job->dw + i * job->next;
  double along = 0;

  for (int64_t k = 0; k < job->m; k++)
    along += (double) dw[k * job->step] * w[k * job->step];
  along /= length * length;
  for (int64_t k = 0; k < job->m; k++)
    dw[k * job->step] =
        (float) (2 * job->scale / length *
                 (dw[k * job->step] - along * w[k * job->step]));
}

static double
compare (const Job *job, int64_t i)
{
  const double length = length_of (job, i);
  double products[BLOCK], squares[BLOCK], sum = 0;

  for (int64_t k = 0; job->dw != NULL && k < job->m; k++)
    job->dw[i * job->next + k * job->step] = 0;
  for (int64_t j = 0; j < job->n; j += BLOCK) {
    const int64_t n = job->n - j < BLOCK ? job->n - j : BLOCK;

    multiply (job, i, j, n, products, squares);
    for (int64_t b = 0; b < n; b++) {
      const double other = fmax (sqrt (squares[b]), 1e-12);

      if (j + b == i)
        continue;
      sum += fabs (products[b]) / (length * other);
      if (job->dw != NULL)
        add_other (job, i, j + b, products[b], other);
    }
  }
  if (job->dw != NULL)
    finish (job, i, length);
  return sum;
}

static void
compare_range (void *data, int64_t first, int64_t last, uint32_t worker)
{
  Job *job = data;

  (void) worker;
  for (int64_t i = first; i < last; i++)
    job->sums[first / job->grain] += compare (job, i);
}

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  const Orthogonal *orthogonal = self;
  const int64_t rows = dnn_rows (p->w), columns = dnn_columns (p->w);
  Job job = { dnn_f32 (p->w), dnn_f32 (p->dw), rows, columns, columns, 1, 0, 0,
              { 0 } };
  double sum = 0;

  if (orthogonal->mode == COLUMNS) {
    job.n = columns;
    job.m = rows;
    job.next = 1;
    job.step = columns;
  }
  job.grain = (job.n + PARTS - 1) / PARTS;
  if (job.n > 1)
    job.scale = orthogonal->factor / ((double) job.n * (double) (job.n - 1));
  host->parallel_for (p, job.n, job.grain, compare_range, &job);
  for (int i = 0; i < PARTS; i++)
    sum += job.sums[i];
  return job.scale * sum;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims == 2)
    return 0;
  return host->fail (b, "the weight must be a matrix, of 2 dimensions, not %u",
                     b->x[0]->n_dims);
}

static const DnnRegularizerOps ops = {
  DNN_REGULARIZER_OPS,
  .penalty = penalty,
  .build = build,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_REGULARIZER,
  .name = "orthogonal",
  .title = "OrthogonalRegularizer",
  .version = "1.0",
  .summary = "rows or columns of a matrix that point the same way cost loss",
  .reference = "https://keras.io/api/layers/regularizers/",
  .self_size = sizeof (Orthogonal),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
