/* keeps_state - a callback that remembers where its state was */
#include "bad-callback.h"

static double *first;

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  if (e->epoch == 0)
    first = e->state;
  first[0]++;
  e->stop = e->state[0] > 8;
  return 0;
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (1, 0, 0),
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = { BAD_CALLBACK ("keeps_state") };
