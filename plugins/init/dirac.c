/* dirac - a convolution that passes its first channels on
 *
 *   w[k/2]...[c][f] = gain where f mod (F / groups) = c, else 0    w: k...×C×F
 *
 * C is the number of channels of a group, F that of all filters; in each group
 * the first C filters are copies of its channels.  As torch.nn.init.dirac_; a
 * matrix is a window of one place.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t groups;
  double gain;
} Dirac;

static const DnnParam params[] = {
  DNN_INT (Dirac, groups, "1", 1, 1 << 20, "groups",
           "as those of the convolution"),
  DNN_FLOAT (Dirac, gain, "1", -1e30, 1e30, "factor", "of what is passed on"),
};

/* The window's middle, where it has one place only. */
static int64_t
find_middle (const DnnTensor *w)
{
  int64_t at = 0;

  for (uint32_t i = 0; i + 2 < w->n_dims; i++)
    at = at * w->dims[i] + w->dims[i] / 2;
  return at;
}

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const Dirac *dirac = self;
  const DnnTensor *w = f->w;
  const uint32_t n = w->n_dims;
  float *middle;
  int64_t channels, filters, each;

  if (n < 2)
    return host->fail (f,
                       "the weight must have channels and filters, and has "
                       "'%u' dimensions",
                       n);
  channels = w->dims[n - 2];
  filters = w->dims[n - 1];
  if (filters % dirac->groups != 0)
    return host->fail (f, "'%lld' filters cannot be parted into %lld groups",
                       (long long) filters, (long long) dirac->groups);
  each = filters / dirac->groups;
  memset (dnn_f32 (w), 0, (size_t) dnn_count (w) * sizeof (float));
  middle = dnn_f32 (w) + find_middle (w) * channels * filters;
  for (int64_t i = 0; i < filters; i++)
    if (i % each < channels)
      middle[i % each * filters + i] = (float) dirac->gain;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "dirac",
  .title = "Dirac",
  .version = "1.0",
  .summary = "a convolution that passes its first channels on",
  .reference = "Zagoruyko, Komodakis: DiracNets: training very deep neural "
               "networks without skip-connections, 2017",
  .self_size = sizeof (Dirac),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
