/* activity_regularization - adds what large numbers cost to the loss
 *
 *   y = x    term of sample i: l1 Σ |x_i| + l2 Σ x_i²
 *   dL/dx = dL/dy + (l1 sign (x) + 2 l2 x) dL/dterm
 *
 * Keras divides the sum over the batch by its samples, as the host does.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  double l1, l2;
} ActivityRegularization;

enum { TERM = 1 };

static const DnnParam params[] = {
  DNN_FLOAT (ActivityRegularization, l1, "0", 0, 1e6, "1/|x|",
             "what an absolute value costs"),
  DNN_FLOAT (ActivityRegularization, l2, "0", 0, 1e6, "1/x²",
             "what a square costs"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->set_output (b, TERM, DNN_SHAPE (b->x[0]->dims[0]));
  host->loss_output (b, TERM);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static float
cost (const ActivityRegularization *self, const float *x, int64_t n)
{
  double sum = 0, squares = 0;

  for (int64_t j = 0; j < n; j++) {
    sum += fabs ((double) x[j]);
    squares += (double) x[j] * x[j];
  }
  return (float) (self->l1 * sum + self->l2 * squares);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->x[0]), batch = pass->x[0]->dims[0];
  const float *x = dnn_f32 (pass->x[0]);

  (void) host;
  memcpy (pass->y[0]->data, x, (size_t) n * sizeof *x);
  for (int64_t i = 0; pass->y[TERM] != NULL && i < batch; i++)
    dnn_f32 (pass->y[TERM])[i] = cost (self, x + i * (n / batch), n / batch);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const ActivityRegularization *a = self;
  const int64_t n = dnn_count (pass->x[0]), row = n / pass->x[0]->dims[0];
  const float *x = dnn_f32 (pass->x[0]);
  const float *dy = pass->dy[0] != NULL ? dnn_f32 (pass->dy[0]) : NULL;
  const float *dt = pass->dy[TERM] != NULL ? dnn_f32 (pass->dy[TERM]) : NULL;

  (void) host;
  for (int64_t i = 0; pass->dx[0] != NULL && i < n; i++) {
    const double sign = (x[i] > 0) - (x[i] < 0);
    const double slope = a->l1 * sign + 2 * a->l2 * x[i];

    dnn_f32 (pass->dx[0])[i] = (dy != NULL ? dy[i] : 0) +
                               (dt != NULL ? (float) (slope * dt[i / row]) : 0);
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (1, 1, 2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "ActivityRegularization", "l1=l1 l2=l2", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "activity_regularization",
  .title = "ActivityRegularization",
  .version = "1.0",
  .summary = "adds the cost of large activations to the loss",
  .reference = "https://keras.io/api/layers/regularization_layers/"
               "activity_regularization/",
  .flags = DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (ActivityRegularization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "l1=0.3 l2=0.2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
