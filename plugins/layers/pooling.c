/* pooling - the largest or the mean of windows that slide over the input
 *
 *   max:      y[n, p, c] = max over t of x[n, p s + t - before, c]
 *             dL/dx: dL/dy, at the first that is largest
 *   average:  y[n, p, c] = mean over t of x[n, p s + t - before, c]
 *             dL/dx: dL/dy / elements, at each of the window's elements
 *
 *   x: N×D₁…×C    y: N×P₁…×C
 *
 * p: position, t: tap, s: strides.  What lies outside of x never is the largest
 * and counts for no mean, as in Keras: a mean is of the real elements.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t rank;
  int32_t pool; /* 0: max, 1: average */
  DnnInts pool_size;
  DnnInts strides;
  int32_t padding; /* a DnnPadding */
} Pooling;

static const DnnParam params[] = {
  DNN_INT (Pooling, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes that the windows slide along"),
  DNN_ENUM (Pooling, pool, "max", "max average", "what is taken of a window"),
  DNN_INTS_REQUIRED (Pooling, pool_size, 1, 1 << 20, "elements",
                     "size of a window, of all axes or each"),
  DNN_INTS (Pooling, strides, "", 1, 1 << 20, "elements",
            "from one window to the next; empty: pool_size"),
  DNN_ENUM (Pooling, padding, "valid", "valid same",
            "windows inside of x only, or one for every stride"),
};

static DnnWindows
measure (const Pooling *pooling, const DnnHost *host, DnnBuild *b,
         const DnnTensor *x)
{
  const DnnInts *size = &pooling->pool_size;
  DnnWindows w;

  if (dnn_windows (host, b, x, size,
                   pooling->strides.n > 0 ? &pooling->strides : size, NULL,
                   (DnnPadding) pooling->padding, &w) != 0)
    w.rank = 0;
  return w;
}

DNN_POOL_PASSES (Pooling, measure)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "pooling",
  .title = "Pooling",
  .version = "1.0",
  .summary = "the largest or the mean of windows that slide over the input",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .self_size = sizeof (Pooling),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 pool_size=3,2 strides=2 padding=same",
  .example_inputs = "5,4,3",
};
