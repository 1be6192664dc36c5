/* rate_unasked - a callback that sets a rate, and does not say so */
#include "bad-callback.h"

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  e->rate /= 2;
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (0, 0, 0),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("rate_unasked") };
