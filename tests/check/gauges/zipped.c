/* zipped - how many bytes are left of a tensor that is packed
 *
 * Links zlib and allocates, which no kind of core/ may.
 */
#include "gauge.h"

#include <stdlib.h>
#include <zlib.h>

typedef struct {
  int64_t level;
} Zipped;

static const DnnParam params[] = {
  DNN_INT (Zipped, level, "6", 1, 9, "", "how hard zlib tries"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return b->x[0]->n_dims <= 3
             ? 0
             : host->fail (b, "it reads 3 dimensions at most, not '%u'",
                           b->x[0]->n_dims);
}

static double
read_size (const void *self, const DnnTensor *x)
{
  const uLong n = (uLong) dnn_count (x) * sizeof (float);
  uLongf size = compressBound (n);
  Bytef *bytes = malloc (size);
  const int level = (int) ((const Zipped *) self)->level;
  int status;

  if (bytes == NULL)
    return -1;
  status = compress2 (bytes, &size, x->data, n, level);
  free (bytes);
  return status == Z_OK ? (double) size : -1;
}

static const DnnGaugeOps ops = {
  DNN_GAUGE_OPS (1),
  .build = build,
  .read = read_size,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_GAUGE,
  .name = "zipped",
  .title = "Zipped",
  .version = "1.0",
  .summary = "bytes of the packed tensor",
  .reference = "",
  .self_size = sizeof (Zipped),
  .params = params,
  .n_params = 1,
  .param_stride = sizeof params[0],
  .ops = &ops,
};
