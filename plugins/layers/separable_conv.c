/* separable_conv - a filter for each channel, then all channels mixed
 *
 *   h[n, p, c M + m] = Σ_t x[n, p s + t d - before, c] D[t, c, m]
 *   y[n, p, f] = Σ_j h[n, p, j] P[j, f] + b[f]
 *
 *   x: N×D₁…×C    D: k₁…×C×M    P: 1…×C M×F    b: F    y: N×P₁…×F
 *
 *   dL/dP = hᵀ dy    dL/dh = dy Pᵀ, and D and x as in depthwise_conv
 *
 * D: depthwise_kernel, P: pointwise_kernel, M: depth_multiplier.
 * Chollet: Xception, CVPR 2017.
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
  int64_t depth_multiplier; /* M */
  bool use_bias;
} SeparableConv;

enum { DEPTHWISE, POINTWISE, BIAS };
enum { WINDOWS };
enum { H };  /* saved */
enum { DH }; /* scratch */

static const DnnParam params[] = {
  DNN_INT (SeparableConv, rank, "2", 1, 2, "axes",
           "axes that the filters slide along"),
  DNN_INT_REQUIRED (SeparableConv, filters, 1, 1 << 24, "filters",
                    "channels of y"),
  DNN_INTS_REQUIRED (SeparableConv, kernel_size, 1, 1 << 20, "pixels",
                     "size of the filters, of all axes or each"),
  DNN_INTS (SeparableConv, strides, "1", 1, 1 << 20, "pixels",
            "from one position to the next"),
  DNN_ENUM (SeparableConv, padding, "valid", "valid same",
            "zeros around x: none, or so that y is as large"),
  DNN_INTS (SeparableConv, dilation_rate, "1", 1, 1 << 20, "pixels",
            "from one tap of the filters to the next"),
  DNN_INT (SeparableConv, depth_multiplier, "1", 1, 1 << 20, "filters",
           "of each channel, before they are mixed"),
  DNN_BOOL (SeparableConv, use_bias, "true", "add a trained bias"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const SeparableConv *conv = self;
  DnnShape pointwise = { conv->rank + 2, 0, { 1, 1, 1 } };
  int64_t middle;
  DnnWindows w;
  int32_t status = dnn_expect_rank (host, b, conv->rank);

  if (status == 0)
    status = dnn_windows (host, b, b->x[0], &conv->kernel_size, &conv->strides,
                          &conv->dilation_rate, (DnnPadding) conv->padding, &w);
  if (status != 0)
    return status;
  w.groups = w.channels;
  middle = w.channels * conv->depth_multiplier;
  pointwise.dims[conv->rank] = middle;
  pointwise.dims[conv->rank + 1] = conv->filters;
  host->add_windows (b, WINDOWS, &w, middle);
  host->add_weight (b, DEPTHWISE, "depthwise_kernel",
                    dnn_windows_kernel (&w, w.channels, conv->depth_multiplier),
                    "glorot_uniform");
  host->add_weight (b, POINTWISE, "pointwise_kernel", pointwise,
                    "glorot_uniform");
  if (conv->use_bias)
    host->add_weight (b, BIAS, "bias", DNN_SHAPE (conv->filters), "zeros");
  host->add_saved (b, H, dnn_windows_output (&w, middle));
  host->add_scratch (b, DH, dnn_windows_output (&w, middle));
  host->set_output (b, 0, dnn_windows_output (&w, conv->filters));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* The pointwise kernel as rows x columns. */
static DnnTensor
as_matrix (const DnnTensor *P)
{
  const DnnTensor matrix = {
    P->data, P->dtype, 2, { dnn_rows (P), dnn_columns (P) }
  };

  return matrix;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor P = as_matrix (pass->w[POINTWISE]);

  (void) self;
  host->convolve (pass, WINDOWS, pass->x[0], pass->w[DEPTHWISE], NULL,
                  pass->saved[H]);
  host->affine (pass, pass->saved[H], &P, pass->w[BIAS]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor P = as_matrix (pass->w[POINTWISE]);
  const DnnTensor *dy = pass->dy[0];
  DnnTensor *dh = pass->scratch[DH];

  (void) self;
  host->sum_rows (pass, dy, pass->dw[BIAS]);
  host->weight_gradient (pass, POINTWISE, pass->saved[H], dy);
  if (pass->dw[DEPTHWISE] == NULL && pass->dx[0] == NULL)
    return 0;
  dnn_matmul (host, pass, 0, dy, 1, &P, dh);
  host->convolve_gradient (pass, DEPTHWISE, WINDOWS, pass->x[0], dh);
  if (pass->dx[0] != NULL)
    host->convolve_back (pass, WINDOWS, dh, pass->w[DEPTHWISE], NULL,
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
  .name = "separable_conv",
  .title = "SeparableConv",
  .version = "1.0",
  .summary = "a filter for each channel, then all channels mixed",
  .reference = "Chollet: Xception, CVPR 2017",
  .self_size = sizeof (SeparableConv),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=1 filters=2 kernel_size=2",
  .example_inputs = "3,2",
};
