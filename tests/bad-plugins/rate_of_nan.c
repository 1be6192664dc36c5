/* rate_of_nan - a callback whose rate is that of a loss that is not a number */
#include "bad-callback.h"

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  e->rate *= e->values[0] < 1 ? 1 : e->values[0];
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (0, 0, 1),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("rate_of_nan") };
