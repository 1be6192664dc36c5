/* cropping - without so many positions at the sides
 *
 *   y[n, i, c] = x[n, i + before, c]    x: N×D₁…×C
 *   y: N×D₁ - before - behind…×C        dL/dx: dL/dy, and 0 at the sides
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t rank;
  DnnInts cropping;
} Cropping;

static const DnnParam params[] = {
  DNN_INT (Cropping, rank, "2", 1, DNN_MAX_AXES, "axes", "axes that shrink"),
  DNN_INTS (Cropping, cropping, "1", 0, 1 << 30, "elements",
            "left out: at all sides, at both of each axis, or before and "
            "behind of each axis"),
};

static DnnResampling
measure (const Cropping *crop, const DnnTensor *x)
{
  const uint32_t rank = (uint32_t) crop->rank;
  DnnResampling r = dnn_resampling (x);

  for (uint32_t i = 0; i < rank; i++) {
    const uint32_t axis = DNN_MAX_AXES - rank + i;

    r.start[axis] = dnn_of_side (&crop->cropping, rank, i, 0);
    r.length[axis] -= r.start[axis] + dnn_of_side (&crop->cropping, rank, i, 1);
    r.positions[axis] = r.length[axis];
  }
  return r;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Cropping *crop = self;
  const uint32_t rank = (uint32_t) crop->rank;
  int32_t status = dnn_expect_rank (host, b, rank);
  DnnResampling r;

  if (status == 0)
    status = dnn_expect_sides (host, b, &crop->cropping, rank, "cropping");
  if (status != 0)
    return status;
  r = measure (crop, b->x[0]);
  for (uint32_t axis = DNN_MAX_AXES - rank; axis < DNN_MAX_AXES; axis++)
    if (r.length[axis] < 1)
      return host->fail (b, "cropping leaves nothing of the %lld of axis %u",
                         (long long) r.size[axis],
                         axis + rank - DNN_MAX_AXES + 1);
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
  .name = "cropping",
  .title = "Cropping",
  .version = "1.0",
  .summary = "without so many positions at the sides",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .self_size = sizeof (Cropping),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 cropping=0,1,2,1",
  .example_inputs = "4,5,3",
};
