/* loopback - one process, which sends to itself */
#include <dnn/plugin.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGES = 16 };

typedef struct {
  uint32_t tag;
  const void *bytes; /* sent; NULL: taken */
  void *room;        /* waited for; NULL: come */
  int64_t n;
} Message;

typedef struct {
  Message sent[MAX_MESSAGES], awaited[MAX_MESSAGES];
  int n_sent, n_awaited;
} State;

static int32_t
open_it (const void *self, const DnnHost *host, DnnJoin *j)
{
  (void) self;
  j->rank = 0;
  j->size = 1;
  j->state = calloc (1, sizeof (State));
  return j->state != NULL ? 0 : host->fail (j, "there is no memory");
}

static int32_t
start (const void *self, const DnnHost *host, DnnJoin *j, uint32_t peer,
       const void *send, int64_t n_send, void *receive, int64_t n_receive,
       uint32_t tag)
{
  State *state = j->state;

  (void) self;
  if (peer != 0)
    return host->fail (j, "there is no process '%u', but this one, 0", peer);
  if (state->n_sent == MAX_MESSAGES || state->n_awaited == MAX_MESSAGES)
    return host->fail (j, "process 0 has more than %d messages", MAX_MESSAGES);
  if (n_send > 0)
    state->sent[state->n_sent++] = (Message){ tag, send, NULL, n_send };
  if (n_receive > 0)
    state->awaited[state->n_awaited++] =
        (Message){ tag, NULL, receive, n_receive };
  return 0;
}

/* The first that was sent with that tag. */
static Message *
find_sent (State *state, const Message *awaited)
{
  for (int i = 0; i < state->n_sent; i++)
    if (state->sent[i].bytes != NULL && state->sent[i].tag == awaited->tag &&
        state->sent[i].n == awaited->n)
      return &state->sent[i];
  return NULL;
}

static int32_t
wait_for_all (const void *self, const DnnHost *host, DnnJoin *j)
{
  State *state = j->state;

  (void) self;
  for (int i = 0; i < state->n_awaited; i++) {
    Message *sent = find_sent (state, &state->awaited[i]);

    if (sent == NULL)
      return host->fail (j, "nothing with tag '%u' comes from process 0",
                         state->awaited[i].tag);
    memcpy (state->awaited[i].room, sent->bytes, (size_t) sent->n);
    sent->bytes = NULL;
  }
  state->n_sent = state->n_awaited = 0;
  return 0;
}

static void
close_it (const void *self, const DnnHost *host, DnnJoin *j)
{
  (void) self;
  (void) host;
  free (j->state);
}

static const DnnCommunicatorOps ops = { DNN_COMMUNICATOR_OPS, open_it, start,
                                        wait_for_all, close_it };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,    DNN_KIND_COMMUNICATOR,
  .name = "loopback", .title = "Loopback",
  .version = "1.0",   .summary = "one process, which sends to itself",
  .reference = "",    .ops = &ops,
};
