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
  int32_t pool; /* MAX or AVERAGE */
  DnnInts pool_size;
  DnnInts strides;
  int32_t padding; /* a DnnPadding */
} Pooling;

enum { MAX, AVERAGE };
enum { PLACES };

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

/* The sizes of x were found good in build. */
static int32_t
measure (const Pooling *pooling, const DnnHost *host, DnnBuild *b,
         const DnnTensor *x, DnnWindows *ret_windows)
{
  const DnnInts *strides =
      pooling->strides.n > 0 ? &pooling->strides : &pooling->pool_size;

  return dnn_windows (host, b, x, &pooling->pool_size, strides, NULL,
                      (DnnPadding) pooling->padding, ret_windows);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Pooling *pooling = self;
  DnnWindows w;
  int32_t status = dnn_expect_rank (host, b, pooling->rank);

  if (status == 0)
    status = measure (pooling, host, b, b->x[0], &w);
  if (status != 0)
    return status;
  if (pooling->pool == MAX)
    host->add_saved (b, PLACES, dnn_windows_output (&w, w.channels));
  host->set_output (b, 0, dnn_windows_output (&w, w.channels));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Pooling *pooling = self;
  DnnWindows w;

  measure (pooling, host, NULL, pass->x[0], &w);
  dnn_pool_forward (host, pass, &w, pooling->pool == AVERAGE,
                    pass->saved[PLACES]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Pooling *pooling = self;
  DnnWindows w;

  if (pass->dx[0] == NULL)
    return 0;
  measure (pooling, host, NULL, pass->dx[0], &w);
  dnn_pool_backward (host, pass, &w, pooling->pool == AVERAGE,
                     pass->saved[PLACES]);
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
