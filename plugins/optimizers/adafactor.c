/* adafactor - second moments of rows and columns only
 *
 *   β = 1 - t^d    ρ = min (η, 1/√t)    α = ρ max (ε₂, rms (w))
 *   q = g² + ε₁
 *   matrices:  R ← β R + (1-β) mean over columns of q
 *              C ← β C + (1-β) mean over rows of q      v = R C / mean (R)
 *   vectors:   v ← β v + (1-β) q
 *   u = g / √v           w ← w - α u / max (1, rms (u) / clip)
 *
 * A weight of more dimensions is a stack of matrices of the last two.  The rate
 * is never above 1/√t; Keras' relative_step = false does not change that,
 * either, and is not here.  Weight decay comes before, so that α is of what it
 * leaves. Shazeer, Stern: Adafactor, ICML 2018, algorithms 4 and 5; as in
 * Keras.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double beta_2_decay;  /* d */
  double epsilon_1;
  double epsilon_2;
  double clip_threshold;
} Adafactor;

enum { ROW, COLUMN, V, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Adafactor, learning_rate, "lr", "0.001", 0, 1e6,
                         "1/step",
                         "largest step size, as a share of the weight's size"),
  DNN_FLOAT (Adafactor, beta_2_decay, "-0.8", -1e6, 0, "power",
             "power of t that the share of the new moments falls with"),
  DNN_FLOAT (Adafactor, epsilon_1, "1e-30", 0, 1e30, "gradient^2",
             "added to squares"),
  DNN_FLOAT (Adafactor, epsilon_2, "0.001", 0, 1e6, "weight",
             "least size that a weight counts as"),
  DNN_FLOAT (Adafactor, clip_threshold, "1", 1e-6, 1e6, "update",
             "largest root mean square of an update"),
};

/* One matrix of the stack; vectors have one column and no R and C. */
typedef struct {
  int64_t rows, columns, n_matrices;
} Sizes;

static Sizes
sizes_of (const DnnTensor *w)
{
  Sizes sizes = { dnn_rows (w), dnn_columns (w), 1 };

  if (w->n_dims >= 2) {
    sizes.rows = w->dims[w->n_dims - 2];
    sizes.n_matrices = dnn_rows (w) / sizes.rows;
  }
  return sizes;
}

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  DnnShape row = dnn_shape_of (s->weight), column = row;
  const uint32_t n = row.n_dims;

  (void) self;
  if (n < 2) {
    host->add_slot (s, V, "gradient_mean_square", row, 0);
    return 0;
  }
  row.n_dims = n - 1;
  column.n_dims = n - 1;
  column.dims[n - 2] = column.dims[n - 1];
  host->add_slot (s, ROW, "row_mean_square", row, 0);
  host->add_slot (s, COLUMN, "column_mean_square", column, 0);
  return 0;
}

/* α */
static double
rate_of (const Adafactor *ada, const DnnStep *s)
{
  double sum = 0;

  for (int64_t i = 0; i < s->n; i++)
    sum += (double) s->w[i] * s->w[i];
  return fmin (ada->learning_rate, 1 / sqrt ((double) s->t)) *
         fmax (ada->epsilon_2, sqrt (sum / (double) s->n));
}

/* R and C of one matrix. */
static void
factor (const Adafactor *ada, float beta, const Sizes *sizes, const float *g,
        float *r, float *c)
{
  const float epsilon = (float) ada->epsilon_1;
  const float share = (1 - beta) / (float) sizes->rows;

  for (int64_t j = 0; j < sizes->columns; j++)
    c[j] *= beta;
  for (int64_t i = 0; i < sizes->rows; i++, g += sizes->columns) {
    double sum = 0;

    for (int64_t j = 0; j < sizes->columns; j++) {
      const float q = g[j] * g[j] + epsilon;

      sum += (double) q;
      c[j] += share * q;
    }
    r[i] = (float) (beta * r[i] + (1 - beta) * sum / (double) sizes->columns);
  }
}

/* u of row i of a matrix with factors r and c, or of a vector (r = NULL). */
static double
update (double r_i, double mean, const float *c, const float *g, int64_t n,
        double rate, float *w)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++) {
    const double u = g[j] / sqrt (r_i / mean * c[j]);

    sum += u * u;
    if (w != NULL)
      w[j] -= (float) (rate * u);
  }
  return sum;
}

/* Once over the weight: Σ u², and w ← w - rate u where w is not NULL. */
static double
apply (const DnnStep *s, const Sizes *sizes, double rate, float *w)
{
  const float *r = s->slots[ROW], *c = s->slots[COLUMN], *g = s->g;
  double sum = 0;

  if (r == NULL)
    return update (1, 1, s->slots[V], g, s->n, rate, w);
  for (int64_t k = 0; k < sizes->n_matrices; k++) {
    double mean = 0;

    for (int64_t i = 0; i < sizes->rows; i++)
      mean += (double) r[i] / (double) sizes->rows;
    for (int64_t i = 0; i < sizes->rows; i++, g += sizes->columns) {
      sum += update (r[i], mean, c, g, sizes->columns, rate, w);
      w = w != NULL ? w + sizes->columns : NULL;
    }
    r += sizes->rows;
    c += sizes->columns;
  }
  return sum;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Adafactor *ada = self;
  const float beta = (float) (1 - pow ((double) s->t, ada->beta_2_decay));
  const Sizes sizes = sizes_of (s->weight);
  const int64_t area = sizes.rows * sizes.columns;
  float *v = s->slots[V];
  double rms;

  (void) host;
  for (int64_t k = 0; v == NULL && k < sizes.n_matrices; k++)
    factor (ada, beta, &sizes, s->g + k * area, s->slots[ROW] + k * sizes.rows,
            s->slots[COLUMN] + k * sizes.columns);
  for (int64_t i = 0; v != NULL && i < s->n; i++)
    v[i] =
        beta * v[i] + (1 - beta) * (s->g[i] * s->g[i] + (float) ada->epsilon_1);

  rms = sqrt (apply (s, &sizes, 0, NULL) / (double) s->n);
  apply (s, &sizes, rate_of (ada, s) / fmax (1, rms / ada->clip_threshold),
         s->w);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "adafactor",
  .title = "Adafactor",
  .version = "1.0",
  .summary = "second moments of rows and columns only",
  .reference = "Shazeer, Stern: Adafactor, ICML 2018",
  .self_size = sizeof (Adafactor),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
