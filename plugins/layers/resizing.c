/* resizing - pictures in a given size
 *
 *   nearest:   y[n, i, c] = x[n, ⌊(i + ½) D / O⌋, c]
 *   bilinear:  the two beside s = (i + ½) D / O - ½ of each axis, by nearness;
 *              s is kept inside of x
 *
 *   x: N×H×W×C    y: N×height×width×C
 *
 * D, O: an axis of x, of y.  crop_to_aspect_ratio takes the middle of x that
 * has y's proportions.  dL/dx: sums of dL/dy, by the same weights.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  int64_t height;
  int64_t width;
  int32_t interpolation; /* NEAREST or BILINEAR */
  bool crop_to_aspect_ratio;
} Resizing;

enum { NEAREST, BILINEAR };

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Resizing, height, 1, 1 << 20, "elements", "rows of y"),
  DNN_INT_REQUIRED (Resizing, width, 1, 1 << 20, "elements", "columns of y"),
  DNN_ENUM (Resizing, interpolation, "bilinear", "nearest bilinear",
            "what lies between: the nearest, or what is between"),
  DNN_BOOL (Resizing, crop_to_aspect_ratio, "false",
            "crop rather than distort"),
};

static DnnResampling
measure (const Resizing *resizing, const DnnTensor *x)
{
  DnnResampling r = dnn_resampling (x);

  r.positions[1] = resizing->height;
  r.positions[2] = resizing->width;
  r.linear = resizing->interpolation == BILINEAR;
  if (resizing->crop_to_aspect_ratio)
    dnn_resampling_keep_aspect (&r);
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
  .name = "resizing",
  .title = "Resizing",
  .version = "1.0",
  .summary = "pictures in a given size",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_preprocessing/resizing/",
  .self_size = sizeof (Resizing),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "height=2 width=5",
  .example_inputs = "4,3,2",
};
