/* any_peer - a communicator that sends to whomever */
#include <dnn/plugin.h>
#include <string.h>

static int32_t
open_it (const void *self, const DnnHost *host, DnnJoin *j)
{
  (void) self;
  (void) host;
  j->rank = 0;
  j->size = 1;
  return 0;
}

static int32_t
start (const void *self, const DnnHost *host, DnnJoin *j, uint32_t peer,
       const void *send, int64_t n_send, void *receive, int64_t n_receive,
       uint32_t tag)
{
  (void) self;
  (void) host;
  (void) j;
  (void) peer;
  (void) tag;
  if (n_send == n_receive)
    memcpy (receive, send, (size_t) n_send);
  return 0;
}

static int32_t
wait_for_all (const void *self, const DnnHost *host, DnnJoin *j)
{
  (void) self;
  (void) host;
  (void) j;
  return 0;
}

static void
close_it (const void *self, const DnnHost *host, DnnJoin *j)
{
  (void) self;
  (void) host;
  (void) j;
}

static const DnnCommunicatorOps ops = { DNN_COMMUNICATOR_OPS, open_it, start,
                                        wait_for_all, close_it };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,  DNN_KIND_COMMUNICATOR,   .name = "any_peer", .title = "Bad",
  .version = "1.0", .summary = "for a test", .reference = "",    .ops = &ops,
};
