/* triplet - rows of a class near each other, rows of others further away
 *
 *   d_ij = √(Σ (y_i - y_j)² + ε)                       y: N×D, t: N labels
 *   L_i  = max (0, m + d_ip - d_in)
 *   p    = the furthest j ≠ i with t_j = t_i           n: the nearest t_j ≠ t_i
 *
 * and 0 where there is no p or no n (eq. 5, "batch hard").  A sample's value
 * depends on other rows, and its gradient goes to them, too:
 *   dL_i/dy_i = (y_i - y_p) / d_ip - (y_i - y_n) / d_in
 *   dL_i/dy_p = (y_p - y_i) / d_ip     dL_i/dy_n = (y_i - y_n) / d_in
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  double margin; /* m */
} Triplet;

enum { DISTANCES }; /* scratch: N×N */

static const DnnParam params[] = {
  DNN_FLOAT (Triplet, margin, "1", 0, 1e6, "distance",
             "how much further rows of other classes must be"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0];

  (void) self;
  if (y->n_dims != 2)
    return host->fail (b, "prediction must be a row of numbers a sample");
  host->expect_integer (b, 1, 0, 1 << 24);
  host->add_scratch (b, DISTANCES, DNN_SHAPE (y->dims[0], y->dims[0]));
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static void
measure (const DnnLossPass *p)
{
  const int64_t rows = p->y_pred->dims[0], n = dnn_columns (p->y_pred);
  const float *y = dnn_f32 (p->y_pred);
  float *d = dnn_f32 (p->scratch[DISTANCES]);

  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j <= i; j++) {
      double sum = 1e-12; /* ε: √ has no slope at 0 */

      for (int64_t k = 0; k < n; k++) {
        const double gap = (double) y[i * n + k] - y[j * n + k];

        sum += gap * gap;
      }
      d[i * rows + j] = d[j * rows + i] = (float) sqrt (sum);
    }
}

/* L of row i, and where p and n are; where L is 0 they are -1. */
static double
find (const Triplet *self, const DnnLossPass *p, int64_t i, int64_t at[2])
{
  const int64_t rows = p->y_pred->dims[0];
  const float *d = dnn_f32 (p->scratch[DISTANCES]) + i * rows;
  const float *t = dnn_f32 (p->y_true);
  double far = 0, near = INFINITY, value;

  at[0] = at[1] = -1;
  for (int64_t j = 0; j < rows; j++)
    if (t[j] == t[i] && j != i && d[j] > far) {
      far = d[j];
      at[0] = j;
    } else if (t[j] != t[i] && d[j] < near) {
      near = d[j];
      at[1] = j;
    }
  value = self->margin + far - near;
  if (at[0] >= 0 && at[1] >= 0 && value > 0)
    return value;
  at[0] = at[1] = -1;
  return 0;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  int64_t at[2];

  (void) host;
  measure (p);
  for (int64_t i = 0; i < p->y_pred->dims[0]; i++)
    p->value[i] = (float) find (self, p, i, at);
  return 0;
}

/* Adds `scale` (y_i - y_j) / d_ij to row i, and takes it from row j. */
static void
pull (const DnnLossPass *p, int64_t i, int64_t j, float scale)
{
  const int64_t rows = p->y_pred->dims[0], n = dnn_columns (p->y_pred);
  const float *y = dnn_f32 (p->y_pred);
  const float by = scale / dnn_f32 (p->scratch[DISTANCES])[i * rows + j];
  float *dy = dnn_f32 (p->dy_pred);

  for (int64_t k = 0; k < n; k++) {
    const float gap = by * (y[i * n + k] - y[j * n + k]);

    dy[i * n + k] += gap;
    dy[j * n + k] -= gap;
  }
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  measure (p);
  memset (p->dy_pred->data, 0,
          (size_t) dnn_count (p->dy_pred) * sizeof (float));
  for (int64_t i = 0; i < p->y_pred->dims[0]; i++) {
    int64_t at[2];
    const double loss = find (self, p, i, at);

    if (p->value != NULL)
      p->value[i] = (float) loss;
    if (at[0] < 0)
      continue;
    pull (p, i, at[0], p->scale[i]);
    pull (p, i, at[1], -p->scale[i]);
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "triplet",
  .title = "TripletHard",
  .version = "1.0",
  .summary = "rows of a class near each other, others further away",
  .reference = "Hermans, Beyer, Leibe: In defense of the triplet loss for "
               "person re-identification, 2017, eq. 5",
  .flags = DNN_FLAG_GIVES_VALUE | DNN_FLAG_NOT_PER_SAMPLE,
  .self_size = sizeof (Triplet),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4;",
};
