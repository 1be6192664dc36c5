/* communicator.c - the checks of a communicator, of one process alone */
#include "dnn-host.h"
#include "dnn-kind-checks.h"

#include <string.h>

enum { N_BYTES = 1000 };

typedef struct {
  DnnChecker *checker;
  const DnnCommunicatorOps *ops;
  DnnContext context;
  DnnJoin join;
  int32_t status;
  /* of start */
  uint32_t peer, tag;
  const void *send;
  void *receive;
  int64_t n_send, n_receive;
} Talk;

static void
call_open (void *data)
{
  Talk *self = data;

  self->status =
      self->ops->open (self->checker->component->self, &dnn_host, &self->join);
}

static void
call_start (void *data)
{
  Talk *self = data;

  self->status = self->ops->start (
      self->checker->component->self, &dnn_host, &self->join, self->peer,
      self->send, self->n_send, self->receive, self->n_receive, self->tag);
}

static void
call_wait (void *data)
{
  Talk *self = data;

  self->status =
      self->ops->wait (self->checker->component->self, &dnn_host, &self->join);
}

static void
call_close (void *data)
{
  Talk *self = data;

  self->ops->close (self->checker->component->self, &dnn_host, &self->join);
}

static bool
call (Talk *self, const char *what, void (*body) (void *))
{
  return dnn_checker_call (self->checker, what, NULL, 0, body, self) &&
         dnn_checker_status (self->checker, &self->context, self->status, what);
}

/* Joins; false: it cannot, which is then in the report. */
static bool
join (Talk *self, DnnChecker *checker, double timeout)
{
  *self = (Talk){ .checker = checker, .ops = checker->component->code->ops };
  self->context.host = &dnn_host;
  self->join = (DnnJoin){
    .call = { DNN_END_OF (DnnJoin, state), 0, &self->context },
    .rank = UINT32_MAX,
    .timeout = timeout,
  };
  if (!call (self, "open", call_open))
    return false;
  if (self->join.size < 1 || self->join.rank >= self->join.size) {
    dnn_checker_fail (checker, "it is process '%u' of '%u'", self->join.rank,
                      self->join.size);
    return false;
  }
  return true;
}

static void
leave (Talk *self)
{
  self->status = 0;
  dnn_checker_call (self->checker, "close", NULL, 0, call_close, self);
  dnn_context_clear (&self->context);
}

void
dnn_check_communicator_joins (DnnChecker *checker)
{
  Talk self;

  for (int i = 0; i < 2 && join (&self, checker, 5); i++)
    leave (&self);
}

/* Bytes that a process sends to itself, two messages at a time. */
void
dnn_check_communicator_moves (DnnChecker *checker)
{
  uint8_t sent[2][N_BYTES], received[2][N_BYTES] = { { 0 } };
  bool fine = true;
  Talk self;

  for (int i = 0; i < 2 * N_BYTES; i++)
    sent[i / N_BYTES][i % N_BYTES] = (uint8_t) (i * 37 + i / 256);
  if (!join (&self, checker, 5))
    return;
  self.peer = self.join.rank;
  for (uint32_t i = 0; fine && i < 2; i++) {
    self.tag = 7 + i;
    self.send = sent[i];
    self.receive = received[i];
    self.n_send = self.n_receive = N_BYTES;
    fine = call (&self, "start", call_start);
  }
  if (fine && call (&self, "wait", call_wait) &&
      memcmp (sent, received, sizeof sent) != 0)
    dnn_checker_fail (checker, "what is received is not what was sent");
  leave (&self);
}

/* A peer that there is not, and a message that nobody sends. */
void
dnn_check_communicator_refuses (DnnChecker *checker)
{
  g_autofree char *peer = NULL;
  uint8_t bytes[4] = { 0 };
  Talk self;

  if (!join (&self, checker, 0.1))
    return;
  self.peer = self.join.size + 3;
  self.send = bytes;
  self.n_send = sizeof bytes;
  peer = g_strdup_printf ("%u", self.peer);
  if (dnn_checker_call (checker, "start", NULL, 0, call_start, &self)) {
    if (self.status == 0)
      dnn_checker_fail (checker, "it sends to process '%s' of %u", peer,
                        self.join.size);
    else if (self.context.message == NULL ||
             strstr (self.context.message, peer) == NULL)
      dnn_checker_fail (checker, "its error does not name the peer, '%s'",
                        peer);
    dnn_context_clear (&self.context);
  }
  self.peer = self.join.rank;
  self.n_send = 0;
  self.receive = bytes;
  self.n_receive = sizeof bytes;
  if (dnn_checker_call (checker, "start", NULL, 0, call_start, &self) &&
      self.status == 0 &&
      dnn_checker_call (checker, "wait", NULL, 0, call_wait, &self) &&
      self.status == 0)
    dnn_checker_fail (checker, "wait succeeds, and nobody sent the message");
  leave (&self);
}
