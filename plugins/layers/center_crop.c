/* center_crop - the middle of pictures
 *
 *   y[n, i, c] = x[n, i + ⌊(D - O) / 2⌋, c]    x: N×H×W×C
 *                                              y: N×height×width×C
 *
 * D, O: an axis of x, of y.  Where y is larger than x along either, the middle
 * of y's proportions is resized, bilinear, as in Keras.  dL/dx: sums of dL/dy,
 * by the same weights.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t height;
  int64_t width;
} CenterCrop;

static const DnnParam params[] = {
  DNN_INT_REQUIRED (CenterCrop, height, 1, 1 << 20, "elements", "rows of y"),
  DNN_INT_REQUIRED (CenterCrop, width, 1, 1 << 20, "elements", "columns of y"),
};

static DnnResampling
measure (const CenterCrop *crop, const DnnTensor *x)
{
  DnnResampling r = dnn_resampling (x);

  r.positions[1] = crop->height;
  r.positions[2] = crop->width;
  if (r.size[1] < crop->height || r.size[2] < crop->width) {
    r.linear = 1;
    dnn_resampling_keep_aspect (&r);
    return r;
  }
  for (int axis = 1; axis < DNN_MAX_AXES; axis++) {
    r.length[axis] = r.positions[axis];
    r.start[axis] = (r.size[axis] - r.length[axis]) / 2;
  }
  return r;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int32_t status = dnn_expect_rank (host, b, 2);
  DnnResampling r;

  if (status != 0)
    return status;
  r = measure (self, b->x[0]);
  host->set_output (b, 0, dnn_resampling_output (&r, 2));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

DNN_RESAMPLE_PASSES (measure, dnn_resample, dnn_resample_back)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "center_crop",
  .title = "CenterCrop",
  .version = "1.0",
  .summary = "the middle of pictures",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_preprocessing/center_crop/",
  .self_size = sizeof (CenterCrop),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "height=2 width=3",
  .example_inputs = "5,4,2",
};
