/* depthwise_conv - every channel has filters of its own
 *
 *   y[n, p, c M + m] = Σ_t x[n, p s + t d - before, c] W[t, c, m] + b[c M + m]
 *
 *   x: N×D₁…×C    W: k₁…×C×M    b: C M    y: N×P₁…×C M
 *
 * M: depth_multiplier.  A convolution of C groups, whose kernel lies in memory
 * as W does.  The fans of W are Keras': C times too many for the few numbers
 * that a filter sees, so that it starts small.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  int64_t rank;
  DnnInts kernel_size;
  DnnInts strides;
  int32_t padding;          /* a DnnPadding */
  int64_t depth_multiplier; /* M */
  DnnInts dilation_rate;
  bool use_bias;
} DepthwiseConv;

static const DnnParam params[] = {
  DNN_INT (DepthwiseConv, rank, "2", 1, 2, "axes",
           "axes that the filters slide along"),
  DNN_INTS_REQUIRED (DepthwiseConv, kernel_size, 1, 1 << 20, "pixels",
                     "size of the filters, of all axes or each"),
  DNN_INTS (DepthwiseConv, strides, "1", 1, 1 << 20, "pixels",
            "from one position to the next"),
  DNN_ENUM (DepthwiseConv, padding, "valid", "valid same",
            "zeros around x: none, or so that y is as large"),
  DNN_INT (DepthwiseConv, depth_multiplier, "1", 1, 1 << 20, "filters",
           "of each channel"),
  DNN_INTS (DepthwiseConv, dilation_rate, "1", 1, 1 << 20, "pixels",
            "from one tap of the filters to the next"),
  DNN_BOOL (DepthwiseConv, use_bias, "true", "add a trained bias"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DepthwiseConv *conv = self;
  DnnWindows w;
  int32_t status = dnn_expect_rank (host, b, conv->rank);

  if (status == 0)
    status = dnn_windows (host, b, b->x[0], &conv->kernel_size, &conv->strides,
                          &conv->dilation_rate, (DnnPadding) conv->padding, &w);
  if (status != 0)
    return status;
  w.groups = w.channels;
  return dnn_add_convolution (host, b, &w, w.channels, conv->depth_multiplier,
                              w.channels * conv->depth_multiplier,
                              conv->use_bias);
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = dnn_convolving_forward,
                                 .backward = dnn_convolving_backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "depthwise_conv",
  .title = "DepthwiseConv",
  .version = "1.0",
  .summary = "a filter for each channel, that slides along some axes",
  .reference = "Sifre: Rigid-motion scattering for image classification, 2014",
  .self_size = sizeof (DepthwiseConv),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=1 kernel_size=2 depth_multiplier=2",
  .example_inputs = "3,2",
};
