/* center_loss - keeps rows of a class near the class' center
 *
 *   inputs: x, N×D, and labels t    term of sample i: weight ½ ‖x_i - c_t‖²
 *   dL/dx_i = weight (x_i - c_t) dterm_i    dL/dc_k = -Σ_{t = k} dL/dx_i
 *
 * Centers are trained as any weight is, where the paper moves them by a rule
 * of their own.  Wen, Zhang, Li, Qiao: A discriminative feature learning
 * approach for deep face recognition, ECCV 2016, equation 2.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t classes;
  double weight; /* λ */
} CenterLoss;

enum { X, TARGET };

static const DnnParam params[] = {
  DNN_INT_REQUIRED (CenterLoss, classes, 1, 1 << 24, "classes",
                    "classes that labels number"),
  DNN_FLOAT (CenterLoss, weight, "1", 0, 1e6, "factor",
             "how much it counts in the loss"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const CenterLoss *c = self;
  const DnnTensor *x = b->x[X];

  if (x->n_dims != 2 || dnn_count (b->x[TARGET]) != x->dims[0])
    return host->fail (b, "it takes a row of numbers and one label a sample, "
                          "as in input=NAME,target");
  host->expect_integer (b, TARGET, 0, c->classes - 1);
  host->add_weight (b, 0, "centers", DNN_SHAPE (c->classes, x->dims[1]),
                    "random_uniform");
  host->set_output (b, 0, DNN_SHAPE (x->dims[0]));
  host->loss_output (b, 0);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double weight = ((const CenterLoss *) self)->weight;
  const int64_t n = pass->x[X]->dims[0], size = dnn_columns (pass->x[X]);
  const float *x = dnn_f32 (pass->x[X]), *t = dnn_f32 (pass->x[TARGET]);

  (void) host;
  for (int64_t i = 0; pass->y[0] != NULL && i < n; i++, x += size) {
    const float *center = dnn_f32 (pass->w[0]) + (int64_t) t[i] * size;
    double sum = 0;

    for (int64_t j = 0; j < size; j++)
      sum += ((double) x[j] - center[j]) * ((double) x[j] - center[j]);
    dnn_f32 (pass->y[0])[i] = (float) (weight * sum / 2);
  }
  return 0;
}

static void
clear (DnnTensor *t)
{
  if (t != NULL)
    memset (t->data, 0, (size_t) dnn_count (t) * sizeof (float));
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double weight = ((const CenterLoss *) self)->weight;
  const int64_t n = pass->x[X]->dims[0], size = dnn_columns (pass->x[X]);
  const float *x = dnn_f32 (pass->x[X]), *t = dnn_f32 (pass->x[TARGET]);

  (void) host;
  clear (pass->dw[0]);
  clear (pass->dx[TARGET]);
  for (int64_t i = 0; i < n * size; i++) {
    const int64_t row = i / size, at = (int64_t) t[row] * size + i % size;
    const float d = (float) weight *
                    (pass->dy[0] != NULL ? dnn_f32 (pass->dy[0])[row] : 0) *
                    (x[i] - dnn_f32 (pass->w[0])[at]);

    if (pass->dx[X] != NULL)
      dnn_f32 (pass->dx[X])[i] = d;
    if (pass->dw[0] != NULL)
      dnn_f32 (pass->dw[0])[at] -= d;
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (2, 2, 1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "center_loss",
  .title = "CenterLoss",
  .version = "1.0",
  .summary = "adds the distance to the class' center to the loss",
  .reference = "Wen, Zhang, Li, Qiao: A discriminative feature learning "
               "approach for deep face recognition, ECCV 2016",
  .self_size = sizeof (CenterLoss),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "classes=3",
  .example_inputs = "4;",
};
