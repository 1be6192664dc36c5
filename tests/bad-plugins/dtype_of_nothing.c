/* dtype_of_nothing - says what the elements of a tensor are that it never adds
 */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->set_dtype (b, DNN_SAVED, 1, DNN_INT32);
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "dtype_of_nothing",
  BAD_LAYER_REST,
};
