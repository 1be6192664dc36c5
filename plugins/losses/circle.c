/* circle - rows of a label together, rows of others apart
 *
 *   dᵢⱼ = max (1 - yᵢ · yⱼ, 0)    y: N×D, rows of length 1
 *   Pᵢ = ln Σⱼ exp (γ (dᵢⱼ² - m²))                           tⱼ = tᵢ, j ≠ i
 *   Nᵢ = ln Σⱼ exp (γ max (1 + m - dᵢⱼ, 0) (1 - m - dᵢⱼ))    tⱼ ≠ tᵢ
 *   Lᵢ = ln (1 + exp (Pᵢ + Nᵢ)); 0 where either sum is empty
 *
 *   dL/dPᵢ = dL/dNᵢ = σ(Pᵢ + Nᵢ);  the weights of the sums are softmaxes, and
 *   dd = 2γ d of the first, 2γ (d - 1) or 0 of the second
 *
 * The mean is over the rows whose Lᵢ is not 0, as in Keras, whose gradient also
 * goes through the factors max (...), unlike the paper's.  Rows are those of
 * the batch; where a sample has several, those of the sample. Sun and others:
 * Circle loss, CVPR 2020, eq. 6 and 8.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double gamma;  /* γ */
  double margin; /* m */
  bool remove_diagonal;
} Circle;

static const DnnParam params[] = {
  DNN_FLOAT (Circle, gamma, "80", 0, 1e6, "factor",
             "how much the worst pairs count"),
  DNN_FLOAT (Circle, margin, "0.4", 0, 1, "distance",
             "how near is near enough, and how far far"),
  DNN_BOOL (Circle, remove_diagonal, "true", "a row is not its own neighbour"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "prediction must be a row of numbers a sample");
  host->expect_integer (b, 1, -(1 << 24), 1 << 24);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

/* Rows that are compared with each other. */
typedef struct {
  const Circle *circle;
  int64_t n, columns;
  const float *y, *t;
} Group;

/* ln Σ exp, one term after the other. */
typedef struct {
  double max, sum;
} LogSum;

static void
add_term (LogSum *s, double x)
{
  if (x > s->max) {
    s->sum = s->sum * exp (s->max - x) + 1;
    s->max = x;
  } else {
    s->sum += exp (x - s->max);
  }
}

/* 1 - yᵢ · yⱼ */
static double
distance (const Group *g, int64_t i, int64_t j)
{
  const float *a = g->y + i * g->columns, *b = g->y + j * g->columns;
  double dot = 0;

  for (int64_t k = 0; k < g->columns; k++)
    dot += (double) a[k] * b[k];
  return fmax (1 - dot, 0);
}

static bool
is_pair (const Group *g, int64_t i, int64_t j)
{
  return i != j || !g->circle->remove_diagonal;
}

/* The exponent of a pair, and its derivative by d. */
static double
term (const Circle *c, double d, bool alike, double *ret_slope)
{
  const double far = fmax (1 + c->margin - d, 0);

  *ret_slope = alike ? 2 * c->gamma * d : far > 0 ? 2 * c->gamma * (d - 1) : 0;
  return alike ? c->gamma * (d * d - c->margin * c->margin)
               : c->gamma * far * (1 - c->margin - d);
}

/* Pᵢ and Nᵢ; Lᵢ */
static double
row_loss (const Group *g, int64_t i, double sums[2])
{
  LogSum s[2] = { { -INFINITY, 0 }, { -INFINITY, 0 } };
  double slope, x;

  for (int64_t j = 0; j < g->n; j++) {
    const bool alike = g->t[i] == g->t[j];

    if (is_pair (g, i, j))
      add_term (&s[!alike],
                term (g->circle, distance (g, i, j), alike, &slope));
  }
  for (int k = 0; k < 2; k++)
    sums[k] = s[k].max + log (s[k].sum);
  x = s[0].sum > 0 && s[1].sum > 0 ? sums[0] + sums[1] : -INFINITY;
  return x > 0 ? x + log1p (exp (-x)) : log1p (exp (x));
}

/* dy += scale dLᵢ/dy */
static void
add_gradient (const Group *g, int64_t i, double scale, float *dy)
{
  double sums[2], slope;

  scale *= -expm1 (-row_loss (g, i, sums)); /* σ = 1 - exp (-L) */
  for (int64_t j = 0; scale != 0 && j < g->n; j++) {
    const bool alike = g->t[i] == g->t[j];
    const double d = distance (g, i, j);
    const double x = term (g->circle, d, alike, &slope) - sums[!alike];
    const float by = d > 0 ? (float) (-scale * exp (x) * slope) : 0;

    for (int64_t k = 0; is_pair (g, i, j) && k < g->columns; k++) {
      dy[i * g->columns + k] += by * g->y[j * g->columns + k];
      dy[j * g->columns + k] += by * g->y[i * g->columns + k];
    }
  }
}

/* Rows of the samples from `first` on, of which there are `samples`. */
static void
do_group (const Group *g, DnnLossPass *p, int64_t first, int64_t samples)
{
  float *dy = dnn_f32 (p->dy_pred);
  const int64_t rows = g->n / samples; /* of a sample */
  double sums[2], share = 0;

  for (int64_t i = 0; i < g->n; i++)
    share += (float) row_loss (g, i, sums) > 0;
  share = share > 0 ? (double) samples / share : 0;
  for (int64_t i = 0; p->value != NULL && i < samples; i++) {
    double sum = 0;

    for (int64_t k = i * rows; k < (i + 1) * rows; k++)
      sum += share * row_loss (g, k, sums);
    p->value[first + i] = (float) sum;
  }
  if (dy == NULL)
    return;
  dy += first * rows * g->columns;
  for (int64_t i = 0; i < g->n * g->columns; i++)
    dy[i] = 0;
  for (int64_t i = 0; i < g->n; i++)
    add_gradient (g, i, share * p->scale[first + i / rows], dy);
}

/* Writes those of value and dy_pred that are not NULL. */
static int32_t
value_and_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0], rows = dnn_rows (p->y_pred);
  const int64_t groups = rows > samples ? samples : 1;
  Group g = { self, rows / groups, dnn_columns (p->y_pred), dnn_f32 (p->y_pred),
              dnn_f32 (p->y_true) };

  (void) host;
  for (int64_t i = 0; i < groups; i++) {
    do_group (&g, p, i, samples / groups);
    g.y += g.n * g.columns;
    g.t += g.n;
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value_and_gradient,
  .gradient = value_and_gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "circle",
  .title = "Circle",
  .version = "1.0",
  .summary = "rows of a label together, rows of others apart",
  .reference = "Sun and others: Circle loss: a unified perspective of pair "
               "similarity optimization, CVPR 2020",
  .flags = DNN_FLAG_GIVES_VALUE | DNN_FLAG_NOT_PER_SAMPLE,
  .self_size = sizeof (Circle),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "gamma=2",
  .example_inputs = "6,3; 6",
};
