/* counts_epochs - a callback that counts epochs behind the state's back */
#include "bad-callback.h"

static int n;

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  e->stop = ++n > 14;
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (0, 0, 0),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("counts_epochs") };
