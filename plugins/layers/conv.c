/* conv - a filter that slides over the input
 *
 *   y[n, p, f] = Σ_t Σ_c x[n, p s + t d - before, c] W[t, c, f] + b[f]
 *
 *   x: N×D₁…×C    W: k₁…×C/G×F    b: F    y: N×P₁…×F
 *
 *   dL/dW = Aᵀ dy    dL/db = Σ dy    dL/dx = dy Wᵀ, added where windows lay
 *
 * p: position, t: tap, s: strides, d: dilation_rate, A: the windows as rows.
 * With G groups, filters see the channels of their group only.  Nothing is
 * turned: a cross-correlation, as in Keras.  Padding `same` has ⌈D / s⌉
 * positions, and the odd zero comes last; `causal` has all zeros before.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  int64_t rank;
  int64_t filters; /* F */
  DnnInts kernel_size;
  DnnInts strides;
  int32_t padding; /* a DnnPadding */
  DnnInts dilation_rate;
  int64_t groups; /* G */
  bool use_bias;
} Conv;

static const DnnParam params[] = {
  DNN_INT (Conv, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes that the filter slides along"),
  DNN_INT_REQUIRED (Conv, filters, 1, 1 << 24, "filters", "channels of y"),
  DNN_INTS_REQUIRED (Conv, kernel_size, 1, 1 << 20, "pixels",
                     "size of the filter, of all axes or each"),
  DNN_INTS (Conv, strides, "1", 1, 1 << 20, "pixels",
            "from one position to the next"),
  DNN_ENUM (Conv, padding, "valid", "valid same causal",
            "zeros around x: none, so that y is as large, or all before"),
  DNN_INTS (Conv, dilation_rate, "1", 1, 1 << 20, "pixels",
            "from one tap of the filter to the next"),
  DNN_INT (Conv, groups, "1", 1, 1 << 24, "groups",
           "parts of the channels, each with filters of its own"),
  DNN_BOOL (Conv, use_bias, "true", "add a trained bias"),
};

static bool
is_above_1 (const DnnInts *list)
{
  for (int64_t i = 0; i < list->n; i++)
    if (list->at[i] > 1)
      return true;
  return false;
}

static int32_t
check (const Conv *conv, const DnnHost *host, DnnBuild *b)
{
  const int64_t channels = dnn_columns (b->x[0]);

  if (conv->padding == DNN_PADDING_CAUSAL && conv->rank != 1)
    return host->fail (
        b, "padding=causal is for one axis: it must be valid or same");
  if (is_above_1 (&conv->strides) && is_above_1 (&conv->dilation_rate))
    return host->fail (b, "strides and dilation_rate cannot both be above 1");
  if (channels % conv->groups != 0)
    return host->fail (b, "its %lld channels cannot be parted into %lld groups",
                       (long long) channels, (long long) conv->groups);
  if (conv->filters % conv->groups != 0)
    return host->fail (
        b, "filters must be a multiple of the %lld groups, not '%lld'",
        (long long) conv->groups, (long long) conv->filters);
  return 0;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Conv *conv = self;
  DnnWindows w;
  int32_t status = dnn_expect_rank (host, b, conv->rank);

  if (status == 0)
    status = check (conv, host, b);
  if (status == 0)
    status = dnn_windows (host, b, b->x[0], &conv->kernel_size, &conv->strides,
                          &conv->dilation_rate, (DnnPadding) conv->padding, &w);
  if (status != 0)
    return status;
  w.groups = conv->groups;
  return dnn_add_convolution (host, b, &w, w.channels / w.groups, conv->filters,
                              conv->filters, conv->use_bias);
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = dnn_convolving_forward,
                                 .backward = dnn_convolving_backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv",
  .title = "Conv",
  .version = "1.0",
  .summary = "a filter that slides along some axes",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .self_size = sizeof (Conv),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=1 filters=2 kernel_size=2 padding=same strides=2",
  .example_inputs = "4,2",
};
