/* dropout - drops random elements in training
 *
 *   y = m x    dL/dx = m dL/dy    m = 1 / (1 - rate)    u ≥ rate
 *                                     0                 otherwise
 *
 * with u ~ U [0, 1) for every element, so that the mean stays; the identity
 * outside of training.
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, JMLR 15,
 * 2014, section 10 (the inverted form).
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  double rate;
} Dropout;

enum { MASK };

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (Dropout, rate, 0, 1, "share",
                      "share of elements dropped"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_saved (b, MASK, dnn_shape_of (b->x[0]));
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static void
copy (const DnnTensor *from, const DnnTensor *to)
{
  if (to->data != from->data)
    memcpy (to->data, from->data, (size_t) dnn_count (to) * sizeof (float));
}

static void
multiply (const DnnTensor *a, const DnnTensor *m, const DnnTensor *product)
{
  const float *x = dnn_f32 (a), *mask = dnn_f32 (m);
  float *y = dnn_f32 (product);

  for (int64_t i = 0, n = dnn_count (a); i < n; i++)
    y[i] = x[i] * mask[i];
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double rate = ((const Dropout *) self)->rate;
  const float limit = (float) rate, kept = (float) (1 / (1 - rate));
  const int64_t n = dnn_count (pass->x[0]);
  float *mask = dnn_f32 (pass->saved[MASK]);

  if (!pass->training) {
    copy (pass->x[0], pass->y[0]);
    return 0;
  }
  host->random (pass, 0, DNN_UNIFORM, 0, n, mask);
  for (int64_t i = 0; i < n; i++)
    mask[i] = mask[i] >= limit ? kept : 0;
  multiply (pass->x[0], pass->saved[MASK], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  if (pass->dx[0] == NULL)
    return 0;
  if (pass->training)
    multiply (pass->dy[0], pass->saved[MASK], pass->dx[0]);
  else
    copy (pass->dy[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Dropout", "rate=ratio", "" },
  { "keras", "Dropout", "rate=rate", "" },
  { "torch", "Dropout", "rate=p", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "dropout",
  .title = "Dropout",
  .version = "1.0",
  .summary = "drops random elements in training",
  .reference = "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: "
               "Dropout, JMLR 15, 2014",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (Dropout),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "rate=0.4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
