/* multiplies_in_build - asks for a product before there are numbers */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnGemm gemm = { DNN_GEMM (0, 0), .m = 4, .n = 4, .k = 4 };

  host->gemm (b, &gemm);
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "multiplies_in_build",
  BAD_LAYER_REST,
};
