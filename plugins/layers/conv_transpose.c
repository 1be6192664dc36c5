/* conv_transpose - the gradient of a convolution, as a layer
 *
 *   y[n, p s + t d - crop, f] += Σ_c x[n, p, c] W[t, f, c]    y += b[f]
 *
 *   x: N×P₁…×C    W: k₁…×F×C    b: F    y: N×D₁…×F
 *
 * Windows slide over y: forward is what a convolution of y, W gives back to it,
 * and backward that convolution.  With e = (k - 1) d + 1, Keras' sizes are
 *
 *   valid   (P - 1) s + max (e, s)    crop 0
 *   same    P s                       crop ⌊max (e - s, 0) / 2⌋
 *
 * and with output_padding o: (P - 1) s + e + o, and (P - 1) s + e mod 2 + o
 * with a crop of e - 1 - min (⌈(e + e mod 2 - 2 + o) / 2⌉, e - 1).
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  int64_t rank;
  int64_t filters; /* F */
  DnnInts kernel_size;
  DnnInts strides;
  int32_t padding; /* a DnnPadding */
  DnnInts output_padding;
  DnnInts dilation_rate;
  bool use_bias;
} ConvTranspose;

enum { KERNEL, BIAS };
enum { WINDOWS };

static const DnnParam params[] = {
  DNN_INT (ConvTranspose, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes that the filter slides along"),
  DNN_INT_REQUIRED (ConvTranspose, filters, 1, 1 << 24, "filters",
                    "channels of y"),
  DNN_INTS_REQUIRED (ConvTranspose, kernel_size, 1, 1 << 20, "pixels",
                     "size of the filter, of all axes or each"),
  DNN_INTS (ConvTranspose, strides, "1", 1, 1 << 20, "pixels",
            "from one position to the next"),
  DNN_ENUM (ConvTranspose, padding, "valid", "valid same",
            "y is as large as all windows, or as x times the strides"),
  DNN_INTS (ConvTranspose, output_padding, "-1", -1, 1 << 20, "pixels",
            "added to y, below the strides; -1: as Keras' None"),
  DNN_INTS (ConvTranspose, dilation_rate, "1", 1, 1 << 20, "pixels",
            "from one tap of the filter to the next"),
  DNN_BOOL (ConvTranspose, use_bias, "true", "add a trained bias"),
};

/* The size of y and its crop, of one axis. */
static int32_t
turn_axis (const ConvTranspose *conv, const DnnHost *host, DnnBuild *b,
           uint32_t axis, DnnWindows *w)
{
  const int64_t s = w->stride[axis], P = w->positions[axis];
  const int64_t e = (w->taps[axis] - 1) * w->dilation[axis] + 1;
  const int64_t o = dnn_of_axis (&conv->output_padding, axis);
  const bool same = conv->padding == DNN_PADDING_SAME;
  int64_t left;

  if (o >= s)
    return host->fail (
        b, "output_padding must be below the strides, %lld, not '%lld'",
        (long long) s, (long long) o);
  if (o < 0) {
    w->size[axis] = same ? P * s : (P - 1) * s + (e > s ? e : s);
    w->before[axis] = same && e > s ? (e - s) / 2 : 0;
    return 0;
  }
  w->size[axis] = (P - 1) * s + (same ? e % 2 : e) + o;
  left = (e + e % 2 - 2 + o + 1) / 2;
  w->before[axis] = same ? e - 1 - (left < e - 1 ? left : e - 1) : 0;
  return w->size[axis] > 0
             ? 0
             : host->fail (b, "axis %u of y would be empty", axis + 1);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const ConvTranspose *conv = self;
  const DnnTensor *x = b->x[0];
  DnnShape output;
  DnnWindows w;
  int32_t status;

  if (x->n_dims != conv->rank + 2)
    return host->fail (b,
                       "its input must have %d axes and channels, not %d sizes",
                       (int) conv->rank, (int) x->n_dims - 1);
  status = dnn_windows_over (host, b, x, &conv->kernel_size, &conv->strides,
                             &conv->dilation_rate, &w);
  output = dnn_windows_output (&w, conv->filters);
  for (uint32_t i = 0; i < w.rank && status == 0; i++) {
    if (w.stride[i] > 1 && w.dilation[i] > 1)
      status =
          host->fail (b, "strides and dilation_rate cannot both be above 1");
    w.positions[i] = x->dims[i + 1];
    if (status == 0)
      status = turn_axis (conv, host, b, i, &w);
    output.dims[i + 1] = w.size[i];
  }
  if (status != 0)
    return status;
  w.channels = conv->filters;
  host->add_windows (b, WINDOWS, &w, dnn_columns (x));
  host->add_weight (b, KERNEL, "kernel",
                    dnn_windows_kernel (&w, conv->filters, dnn_columns (x)),
                    "glorot_uniform");
  if (conv->use_bias)
    host->add_weight (b, BIAS, "bias", DNN_SHAPE (conv->filters), "zeros");
  host->set_output (b, 0, output);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->convolve_back (pass, WINDOWS, pass->x[0], pass->w[KERNEL],
                       pass->w[BIAS], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->sum_rows (pass, pass->dy[0], pass->dw[BIAS]);
  host->convolve_gradient (pass, KERNEL, WINDOWS, pass->dy[0], pass->x[0]);
  if (pass->dx[0] != NULL)
    host->convolve (pass, WINDOWS, pass->dy[0], pass->w[KERNEL], NULL,
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
  .name = "conv_transpose",
  .title = "ConvTranspose",
  .version = "1.0",
  .summary = "a convolution turned round: small to large",
  .reference = "Dumoulin, Visin: A guide to convolution arithmetic, 2016",
  .self_size = sizeof (ConvTranspose),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 filters=3 kernel_size=3,2 padding=same strides=2,1",
  .example_inputs = "3,4,2",
};
