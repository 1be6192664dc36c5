/* endless_build - does not come back from build */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  volatile int goes_on = 1;

  while (goes_on)
    ;
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "endless_build",
  BAD_LAYER_REST,
};
