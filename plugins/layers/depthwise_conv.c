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

enum { KERNEL, BIAS };
enum { WINDOWS };

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
  const DnnTensor *x = b->x[0];
  int64_t filters;
  DnnWindows w;
  int32_t status;

  if (x->n_dims != conv->rank + 2)
    return host->fail (b,
                       "its input must have %d axes and channels, not %d sizes",
                       (int) conv->rank, (int) x->n_dims - 1);
  status = dnn_windows (host, b, x, &conv->kernel_size, &conv->strides,
                        &conv->dilation_rate, (DnnPadding) conv->padding, &w);
  if (status != 0)
    return status;
  w.groups = w.channels;
  filters = w.channels * conv->depth_multiplier;
  host->add_windows (b, WINDOWS, &w, filters);
  host->add_weight (b, KERNEL, "kernel",
                    dnn_windows_kernel (&w, w.channels, conv->depth_multiplier),
                    "glorot_uniform");
  if (conv->use_bias)
    host->add_weight (b, BIAS, "bias", DNN_SHAPE (filters), "zeros");
  host->set_output (b, 0, dnn_windows_output (&w, filters));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->convolve (pass, WINDOWS, pass->x[0], pass->w[KERNEL], pass->w[BIAS],
                  pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->sum_rows (pass, pass->dy[0], pass->dw[BIAS]);
  host->convolve_gradient (pass, KERNEL, WINDOWS, pass->x[0], pass->dy[0]);
  if (pass->dx[0] != NULL)
    host->convolve_back (pass, WINDOWS, pass->dy[0], pass->w[KERNEL], NULL,
                         pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

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
  .example = "rank=2 kernel_size=3 padding=same depth_multiplier=2",
  .example_inputs = "4,5,3",
};
