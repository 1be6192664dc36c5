/* zero_padding - so many zeros at the sides
 *
 *   y[n, i + before, c] = x[n, i, c], 0 elsewhere    x: N×D₁…×C
 *   y: N×before + D₁ + behind…×C                     dL/dx: dL/dy, cropped
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t rank;
  DnnInts padding;
} ZeroPadding;

static const DnnParam params[] = {
  DNN_INT (ZeroPadding, rank, "2", 1, DNN_MAX_AXES, "axes", "axes that grow"),
  DNN_INTS (ZeroPadding, padding, "1", 0, 1 << 30, "zeros",
            "at all sides, at both of each axis, or before and behind of each "
            "axis"),
};

/* x as a crop of y. */
static DnnResampling
measure (const ZeroPadding *pad, const DnnTensor *x)
{
  const uint32_t rank = (uint32_t) pad->rank;
  DnnResampling r = dnn_resampling (x);

  for (uint32_t i = 0; i < rank; i++) {
    const uint32_t axis = DNN_MAX_AXES - rank + i;

    r.start[axis] = dnn_of_side (&pad->padding, rank, i, 0);
    r.size[axis] += r.start[axis] + dnn_of_side (&pad->padding, rank, i, 1);
  }
  return r;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const ZeroPadding *pad = self;
  const uint32_t rank = (uint32_t) pad->rank;
  DnnShape y = dnn_shape_of (b->x[0]);
  int32_t status = dnn_expect_rank (host, b, rank);

  if (status == 0)
    status = dnn_expect_sides (host, b, &pad->padding, rank, "padding");
  if (status != 0)
    return status;
  for (uint32_t i = 0; i < rank; i++)
    for (uint32_t side = 0; side < 2; side++)
      y.dims[i + 1] += dnn_of_side (&pad->padding, rank, i, side);
  host->set_output (b, 0, y);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

DNN_RESAMPLE_PASSES (measure, dnn_resample_back, dnn_resample)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "zero_padding",
  .title = "ZeroPadding",
  .version = "1.0",
  .summary = "so many zeros at the sides",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .self_size = sizeof (ZeroPadding),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 padding=0,1,2,1",
  .example_inputs = "2,3,3",
};
