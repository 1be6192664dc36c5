/* up_sampling - so many positions where there was one
 *
 *   nearest:   y[n, i, c] = x[n, ⌊i / size⌋, c]
 *   bilinear:  the two beside s = (i + ½) / size - ½ of each axis, by nearness;
 *              s is kept inside of x
 *
 *   x: N×D₁…×C    y: N×D₁ size…×C    dL/dx: sums of dL/dy, by the same weights
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t rank;
  DnnInts size;
  int32_t interpolation; /* NEAREST or BILINEAR */
} UpSampling;

enum { NEAREST, BILINEAR };

static const DnnParam params[] = {
  DNN_INT (UpSampling, rank, "2", 1, DNN_MAX_AXES, "axes", "axes that grow"),
  DNN_INTS (UpSampling, size, "2", 1, 1 << 20, "times",
            "how much longer, of all axes or each"),
  DNN_ENUM (UpSampling, interpolation, "nearest", "nearest bilinear",
            "what lies between: the nearest, or, of two axes, what is between"),
};

static DnnResampling
measure (const UpSampling *up, const DnnTensor *x)
{
  DnnResampling r = dnn_resampling (x);

  for (uint32_t i = 0; i < (uint32_t) up->rank; i++)
    r.positions[DNN_MAX_AXES - up->rank + i] *= dnn_of_axis (&up->size, i);
  r.linear = up->interpolation == BILINEAR;
  return r;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const UpSampling *up = self;
  const uint32_t rank = (uint32_t) up->rank;
  int32_t status = dnn_expect_rank (host, b, rank);
  DnnResampling r;

  if (status == 0)
    status = dnn_windows_list (host, b, &up->size, rank, "size");
  if (status != 0)
    return status;
  if (up->interpolation == BILINEAR && rank != 2)
    return host->fail (
        b, "interpolation=bilinear is for two axes: it must be nearest");
  r = measure (up, b->x[0]);
  host->set_output (b, 0, dnn_resampling_output (&r, rank));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

DNN_RESAMPLE_PASSES (measure, dnn_resample, dnn_resample_back)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "up_sampling",
  .title = "UpSampling",
  .version = "1.0",
  .summary = "so many positions where there was one",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .self_size = sizeof (UpSampling),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 size=2,3 interpolation=bilinear",
  .example_inputs = "3,2,2",
};
