/* reads_unsaved - reads x in backward, and says that it reads nothing */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  good_build (self, host, b);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "reads_unsaved",
  BAD_LAYER_REST,
};
