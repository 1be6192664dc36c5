/* beyond_state - a callback that writes behind its state */
#include "bad-callback.h"

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  e->state[1] = 1;
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (1, 0, 0),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("beyond_state") };
