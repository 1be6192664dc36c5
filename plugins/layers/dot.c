/* dot - dot product of the rows of two inputs
 *
 *   y = Σⱼ aⱼ bⱼ    a, b: N×C    y: N×1
 *   dL/daⱼ = dL/dy bⱼ    dL/dbⱼ = dL/dy aⱼ
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims != 2)
    return host->fail (b, "inputs must be N×C, not %u-dimensional",
                       (unsigned) b->x[0]->n_dims);

  host->set_output (b, 0, DNN_SHAPE (b->x[0]->dims[0], 1));
  host->backward_reads (b, DNN_READS_X);
  return host->same_shape (b);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_columns (pass->x[0]);
  const float *a = dnn_f32 (pass->x[0]), *b = dnn_f32 (pass->x[1]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_rows (pass->x[0]); i++, a += n, b += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
      sum += (double) a[j] * b[j];
    y[i] = (float) sum;
  }
  return 0;
}

/* dx = dy times the other input, row by row */
static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const int64_t n = dnn_count (pass->x[0]);
  const float *dy = dnn_f32 (pass->dy[0]);

  (void) self;
  (void) host;
  for (uint32_t k = 0; k < 2; k++) {
    const float *other = dnn_f32 (pass->x[1 - k]);
    float *dx = dnn_f32 (pass->dx[k]);

    for (int64_t i = 0; dx != NULL && i < n; i++)
      dx[i] = dy[i / columns] * other[i];
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "dot",
  .title = "Dot",
  .version = "1.0",
  .summary = "dot product of the rows of two inputs",
  .reference = "https://keras.io/api/layers/merging_layers/dot/",
  .ops = &ops,
  .example_inputs = "4; 4",
};
