/* acme.masked_average - mean of a sequence over its real steps: N×T×D to N×D
 *
 *   y = Σ m x / max (1, Σ m)    dx = m dy / max (1, Σ m)    m: the mask, N×T
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];

  (void) self;
  if (x->n_dims != 3 || dnn_masked_axes (b, 0) > 2)
    return host->fail (b, "input must be steps x features, of real steps");
  host->set_output (b, 0, DNN_SHAPE (x->dims[0], x->dims[2]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t t = pass->x[0]->dims[1], d = pass->x[0]->dims[2];
  const int64_t n = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < n; i += t, y += d) {
    const float share = 1 / (float) dnn_count_real (pass, 0, i, i + t, n);

    for (int64_t j = 0; j < d; j++)
      y[j] = 0;
    for (int64_t s = i; s < i + t; s++)
      for (int64_t j = 0; dnn_is_real (pass, 0, s, n) && j < d; j++)
        y[j] += share * x[s * d + j];
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *x = pass->dx[0];
  const float *dy = dnn_f32 (pass->dy[0]);
  const int64_t n = x != NULL ? dnn_rows (x) : 0;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < n; i += x->dims[1], dy += x->dims[2]) {
    const int64_t end = i + x->dims[1], d = x->dims[2];
    const float share = 1 / (float) dnn_count_real (pass, 0, i, end, n);

    for (int64_t s = i; s < end; s++)
      for (int64_t j = 0; j < d; j++)
        dnn_f32 (x)[s * d + j] =
            dnn_is_real (pass, 0, s, n) ? share * dy[j] : 0;
  }
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.masked_average",
  .title = "MaskedAverage",
  .version = "2.0",
  .summary = "mean of a sequence over its real steps",
  .reference = "",
  .flags = DNN_FLAG_READS_MASK,
  .ops = &ops,
  .example_inputs = "3,4",
};
