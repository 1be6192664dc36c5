/* subtract - the first input less the second
 *
 *   y = x₀ - x₁    dL/dx₀ = dL/dy    dL/dx₁ = -dL/dy
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return host->same_shape (b);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *a = dnn_f32 (pass->x[0]), *b = dnn_f32 (pass->x[1]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0, n = dnn_count (pass->y[0]); i < n; i++)
    y[i] = a[i] - b[i];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *dy = dnn_f32 (pass->dy[0]);
  float *da = dnn_f32 (pass->dx[0]), *db = dnn_f32 (pass->dx[1]);
  const int64_t n = dnn_count (pass->dy[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; da != NULL && i < n; i++)
    da[i] = dy[i];
  for (int64_t i = 0; db != NULL && i < n; i++)
    db[i] = -dy[i];
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (2, 2, 1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Sub", "", "" },
  { "keras", "Subtract", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "subtract",
  .title = "Subtract",
  .version = "1.0",
  .summary = "the first input less the second",
  .reference = "https://keras.io/api/layers/merging_layers/subtract/",
  .flags = DNN_FLAG_KEEPS_MASK,
  .ops = &ops,
  .example_inputs = "4; 4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
