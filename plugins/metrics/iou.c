/* iou - how far predicted and actual classes cover each other
 *
 *   IoUₖ = M[k][k] / (Σ_a M[a][k] + Σ_p M[k][p] - M[k][k] + ε)    ε = 1e-7
 *
 * of a class k: intersection over union.  M[a][p]: Σ weight over what is a and
 * was taken for p.  The result is Σ IoU / (n + ε) over the n of
 * target_class_ids (none: all classes) whose union is not empty, as in Keras.
 *
 *   p: y as a whole number; y ≥ threshold, where one is set; or argmax of a row
 *   of y, with sparse_y_pred = false, or where t are labels a row
 *   a: t as a whole number, or argmax of a row of t where t are rows, too
 *
 * What is no class, or ignore_class, does not count.  Weights are taken as they
 * are; Keras makes whole numbers of them unless it is told a dtype.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t num_classes;
  DnnInts target_class_ids;
  DnnInts ignore_class;
  bool sparse_y_pred;
  double threshold;
} Iou;

/* The most classes: a matrix of 2 GiB. */
enum { CLASSES = 1 << 14 };

static const double epsilon = 1e-7;

static const DnnParam params[] = {
  DNN_INT (Iou, num_classes, "0", 0, CLASSES, "classes",
           "0: as many as a row of predictions has"),
  DNN_ROW (Iou, target_class_ids, NULL, DNN_PARAM_INTS, 0, "", 0, CLASSES - 1,
           "class", "whose mean is wanted; none: all", NULL),
  DNN_ROW (Iou, ignore_class, NULL, DNN_PARAM_INTS, 0, "", -(1 << 24), 1 << 24,
           "class", "targets that do not count; none: all do", NULL),
  DNN_BOOL (Iou, sparse_y_pred, "true",
            "predictions are class numbers, not a number for each class"),
  DNN_FLOAT (Iou, threshold, "-inf", -INFINITY, 1e30, "probability",
             "what reaches it is class 1, what does not 0; -inf: unused"),
};

/* How the shapes are to be read. */
typedef struct {
  bool rows_y, rows_t; /* argmax over rows of n */
  int64_t n, classes;
} Shape;

static Shape
shape_of (const Iou *iou, const DnnTensor *y, const DnnTensor *t)
{
  const int64_t n = y->n_dims > 1 ? dnn_columns (y) : 1;
  const bool labels = dnn_count (t) != dnn_count (y);
  Shape s = { labels || !iou->sparse_y_pred, !labels && !iou->sparse_y_pred, n,
              iou->num_classes };

  if (s.classes == 0)
    s.classes = s.rows_y ? n : iou->threshold > -INFINITY ? 2 : 0;
  return s;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Iou *iou = self;
  const Shape s = shape_of (iou, b->x[0], b->x[1]);

  if (s.classes < 2 || s.classes > CLASSES)
    return host->fail (b, "num_classes must be 2 to %d, not '%lld'", CLASSES,
                       (long long) s.classes);
  if (s.rows_y && s.n < 2)
    return host->fail (b, "a row of predictions must have a number for each "
                          "class, not one");
  for (int64_t i = 0; i < iou->target_class_ids.n; i++)
    if (iou->target_class_ids.at[i] >= s.classes)
      return host->fail (b, "target_class_ids must be below %lld, not '%lld'",
                         (long long) s.classes,
                         (long long) iou->target_class_ids.at[i]);
  host->set_state (b, s.classes * s.classes);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* The class that stands at x, -1 where none does. */
static int64_t
class_at (const float *x, int64_t n, int64_t classes)
{
  int64_t best = 0;

  if (n == 0) /* a class number */
    return *x > -1 && *x < (float) classes ? (int64_t) *x : -1;
  for (int64_t j = 1; j < n; j++)
    best = x[j] > x[best] ? j : best;
  return best < classes ? best : -1;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const Iou *iou = self;
  const Shape s = shape_of (iou, p->y_pred, p->y_true);
  const int64_t step_y = s.rows_y ? s.n : 1, step_t = s.rows_t ? s.n : 1;
  const int64_t all = dnn_count (p->y_pred) / step_y;
  const int64_t of_sample = all / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  for (int64_t i = 0; i < all; i++, y += step_y, t += step_t) {
    const int64_t actual = class_at (t, s.rows_t ? s.n : 0, s.classes);
    const int64_t predicted = iou->threshold > -INFINITY
                                  ? *y >= (float) iou->threshold
                                  : class_at (y, s.rows_y ? s.n : 0, s.classes);

    if (actual >= 0 && predicted >= 0 &&
        !dnn_ints_have (&iou->ignore_class, (double) actual))
      p->state[actual * s.classes + predicted] +=
          dnn_weight_of (p, i / of_sample);
  }
  return 0;
}

/* M[k][k] and the union of class k. */
static double
union_of (const double *m, int64_t classes, int64_t k)
{
  double sum = -m[k * classes + k];

  for (int64_t j = 0; j < classes; j++)
    sum += m[k * classes + j] + m[j * classes + k];
  return sum;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const DnnInts *ids = &((const Iou *) self)->target_class_ids;
  const int64_t classes = (int64_t) (sqrt ((double) n) + 0.5);
  double sum = 0, n_valid = 0;

  for (int64_t i = 0; i < (ids->n > 0 ? ids->n : classes); i++) {
    const int64_t k = ids->n > 0 ? ids->at[i] : i;
    const double all = union_of (state, classes, k);

    if (all > 1e-9) {
      sum += state[k * classes + k] / (all + epsilon);
      n_valid++;
    }
  }
  *ret = sum / (n_valid + epsilon);
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1),
  .build = build,
  .update = update,
  .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "iou",
  .title = "IoU",
  .version = "1.0",
  .summary = "how far predicted and actual classes cover each other",
  .reference = "https://keras.io/api/metrics/segmentation_metrics/",
  .self_size = sizeof (Iou),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "target_class_ids=0,1",
  .example_inputs = "4; 1",
};
