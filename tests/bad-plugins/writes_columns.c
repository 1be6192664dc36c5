/* writes_columns - a callback that writes to the columns */
#include "bad-callback.h"

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  ((double *) e->values)[1] = 0;
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (0, 0, 0),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("writes_columns") };
