/* acme.triplet - batch-hard triplet loss: y_pred N×D, y_true N labels
 *
 *   Lᵢ = max (0, margin + max ‖yᵢ - yⱼ‖ - min ‖yᵢ - yₖ‖)
 *                         same class j    another's k
 *
 * A sample's value depends on other rows, and its gradient goes to them, too.
 * Hermans, Beyer, Leibe: In defense of the triplet loss, 2017, eq. 5.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  double margin;
} Triplet;

static const DnnParam params[] = {
  DNN_FLOAT (Triplet, margin, "1", 0, 1e6, "distance", "further to others"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims != 2)
    return host->fail (b, "predictions must be a row of numbers a sample");
  host->expect_integer (b, 1, 0, 1 << 24);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static double
distance (const float *a, const float *b, int64_t n)
{
  double sum = 1e-12;

  for (int64_t i = 0; i < n; i++)
    sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
  return sqrt (sum);
}

/* dy += f times the derivative of ‖yᵢ - yⱼ‖ */
static void
pull (const DnnLossPass *p, int64_t i, int64_t j, double f)
{
  const int64_t n = dnn_columns (p->y_pred);
  const float *a = dnn_f32 (p->y_pred) + i * n;
  const float *b = dnn_f32 (p->y_pred) + j * n;
  float *da = dnn_f32 (p->dy_pred) + i * n, *db = dnn_f32 (p->dy_pred) + j * n;
  const double ratio = f / distance (a, b, n);

  for (int64_t k = 0; k < n; k++) {
    da[k] += (float) (ratio * (a[k] - b[k]));
    db[k] -= (float) (ratio * (a[k] - b[k]));
  }
}

/* Value and gradient, of which one may be NULL. */
static int32_t
run (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t n = dnn_columns (p->y_pred), rows = p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  if (p->dy_pred != NULL)
    memset (p->dy_pred->data, 0, (size_t) (rows * n) * sizeof (float));
  for (int64_t i = 0; i < rows; i++) {
    double far = 0, near = INFINITY, value;
    int64_t same = -1, other = -1;

    for (int64_t j = 0; j < rows; j++) {
      const double d = distance (y + i * n, y + j * n, n);

      if (j != i && t[j] == t[i] && d > far)
        far = d, same = j;
      if (t[j] != t[i] && d < near)
        near = d, other = j;
    }
    value = ((const Triplet *) self)->margin + far - near;
    value = same >= 0 && other >= 0 && value > 0 ? value : 0;
    if (p->value != NULL)
      p->value[i] = (float) value;
    if (p->dy_pred != NULL && value > 0) {
      pull (p, i, same, p->scale[i]);
      pull (p, i, other, -p->scale[i]);
    }
  }
  return 0;
}

static const DnnLossOps ops = { DNN_LOSS_OPS (NULL), .build = build,
                                .value = run, .gradient = run };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "acme.triplet",
  .title = "TripletHard",
  .version = "2.0",
  .summary = "rows of a class near each other, others further",
  .reference = "Hermans, Beyer, Leibe: In defense of the triplet loss, 2017",
  .flags = DNN_FLAG_GIVES_VALUE | DNN_FLAG_NOT_PER_SAMPLE,
  .self_size = sizeof (Triplet),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "4;",
};
