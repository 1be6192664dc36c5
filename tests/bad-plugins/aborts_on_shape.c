/* aborts_on_shape - ends the program where a row has 7 columns */
#include "bad-layer.h"
#include <stdlib.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  if (dnn_columns (b->x[0]) == 7)
    abort ();
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "aborts_on_shape",
  BAD_LAYER_REST,
};
