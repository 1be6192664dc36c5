/* multiply - the product of its inputs
 *
 *   y = Πₖ xₖ    dL/dxₖ = dL/dy Π_{j≠k} xⱼ
 */
#include <dnn/plugin.h>
#include <string.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_X);
  return host->same_shape (b);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->y[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  memcpy (y, dnn_f32 (pass->x[0]), (size_t) n * sizeof (float));
  for (uint32_t k = 1; k < pass->n_inputs; k++) {
    const float *x = dnn_f32 (pass->x[k]);

    for (int64_t i = 0; i < n; i++)
      y[i] *= x[i];
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->dy[0]);

  (void) self;
  (void) host;
  for (uint32_t k = 0; k < pass->n_inputs; k++) {
    float *dx = dnn_f32 (pass->dx[k]);

    if (dx == NULL)
      continue;
    memcpy (dx, dnn_f32 (pass->dy[0]), (size_t) n * sizeof (float));
    for (uint32_t j = 0; j < pass->n_inputs; j++) {
      const float *x = dnn_f32 (pass->x[j]);

      for (int64_t i = 0; j != k && i < n; i++)
        dx[i] *= x[i];
    }
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (2, 1 << 16, 1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Mul", "", "" },
  { "keras", "Multiply", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "multiply",
  .title = "Multiply",
  .version = "1.0",
  .summary = "the product of its inputs",
  .reference = "https://keras.io/api/layers/merging_layers/multiply/",
  .flags = DNN_FLAG_KEEPS_MASK,
  .ops = &ops,
  .example_inputs = "4; 4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
