/* adaptive_pooling - the largest or the mean of so many parts of the input
 *
 *   y[n, i, c] = max or mean of x[n, ⌊i D / O⌋ … ⌈(i + 1) D / O⌉ - 1, c]
 *
 *   x: N×D₁…×C    y: N×O₁…×C, by the same rule along each axis
 *
 * Parts overlap by one where D is no multiple of O.  dL/dx: dL/dy at the first
 * that is largest; or dL/dy / elements, at each of the part's elements.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t rank;
  int32_t pool; /* 0: max, 1: average */
  DnnInts output_size;
} AdaptivePooling;

static const DnnParam params[] = {
  DNN_INT (AdaptivePooling, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes that are parted"),
  DNN_ENUM (AdaptivePooling, pool, "max", "max average",
            "what is taken of a part"),
  DNN_INTS_REQUIRED (AdaptivePooling, output_size, 1, 1 << 20, "parts",
                     "parts of all axes or each"),
};

/* Windows with a stride of 0 are parts: see dnn/abi/pooling.h. */
static DnnWindows
measure (const AdaptivePooling *pooling, const DnnHost *host, DnnBuild *b,
         const DnnTensor *x)
{
  DnnWindows w = { DNN_END_OF (DnnWindows, before),
                   x->n_dims - 2,
                   x->dims[0],
                   dnn_columns (x),
                   1,
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 0, 0, 0 },
                   { 1, 1, 1 },
                   { 0, 0, 0 } };

  for (uint32_t i = 0; i < w.rank; i++) {
    w.size[i] = x->dims[i + 1];
    w.positions[i] = dnn_of_axis (&pooling->output_size, i);
  }
  if (dnn_windows_list (host, b, &pooling->output_size, w.rank,
                        "output_size") != 0)
    w.rank = 0;
  return w;
}

DNN_POOL_PASSES (AdaptivePooling, measure)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "adaptive_pooling",
  .title = "AdaptivePooling",
  .version = "1.0",
  .summary = "the largest or the mean of so many parts of the input",
  .reference = "He et al.: Spatial pyramid pooling, ECCV 2014",
  .self_size = sizeof (AdaptivePooling),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 output_size=3,2",
  .example_inputs = "5,4,3",
};
