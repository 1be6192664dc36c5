/* callback.c - the checks of a callback, on a loss that falls and then climbs
 */
#include "dnn-host.h"
#include "dnn-kind-checks.h"

#include <math.h>
#include <string.h>

enum { EPOCHS = 12 };

static const char *const names[] = { "loss", "right", "val_loss", "val_right",
                                     "learning_rate" };

/* What it decided at the end of each epoch. */
typedef struct {
  DnnChecker *checker;
  DnnContext context;
  DnnEpoch epoch;
  int32_t status;
  double rate[EPOCHS + 1];
  uint32_t said[EPOCHS + 1];
} Life;

static void
call_epoch (void *data)
{
  Life *self = data;
  const DnnCallbackOps *ops = self->checker->component->code->ops;

  self->status =
      ops->epoch (self->checker->component->self, &dnn_host, &self->epoch);
}

static void
set_columns (double *values, int64_t epoch)
{
  const double at = (double) (epoch + 1);

  values[0] = 2 / (1 + at);
  values[1] = 1 - values[0] / 2;
  values[2] = 0.4 + 0.05 * fabs (at - 5);
  values[3] = 1 - values[2];
  values[4] = 0.01;
}

static bool
check_decision (const Life *self)
{
  const DnnEpoch *e = &self->epoch;

  if (e->stop > 1 || e->keep > 1 || e->restore > 1)
    dnn_checker_fail (self->checker,
                      "stop, keep and restore are '%u', '%u' and '%u', not 0 "
                      "or 1",
                      e->stop, e->keep, e->restore);
  else if (!isfinite (e->rate) || e->rate < 0)
    dnn_checker_fail (self->checker, "its factor on the rate is '%g'", e->rate);
  else
    return true;
  return false;
}

/* Lives through the epochs, from a new state; false: that is in the report. */
static bool
live (Life *self, DnnChecker *checker)
{
  const DnnCallbackOps *ops = checker->component->code->ops;
  g_autofree double *state = g_new0 (double, ops->n_state + 1);
  double values[G_N_ELEMENTS (names)];
  bool fine = true;

  *self = (Life){ .checker = checker };
  self->epoch = (DnnEpoch){
    .call = { DNN_END_OF (DnnEpoch, rate), 0, &self->context },
    .n_columns = G_N_ELEMENTS (names),
    .names = names,
    .values = values,
    .state = state,
    .rate = 1,
  };
  for (int64_t i = ops->wants_start ? -1 : 0; fine && i < EPOCHS; i++) {
    self->epoch.epoch = i;
    self->epoch.step = (uint64_t) (i + 1) * 10;
    self->epoch.stop = self->epoch.keep = 0;
    set_columns (values, i);
    fine =
        dnn_checker_call (checker, "epoch", NULL, 0, call_epoch, self) &&
        dnn_checker_status (checker, &self->context, self->status, "epoch") &&
        check_decision (self);
    self->rate[i + 1] = self->epoch.rate;
    self->said[i + 1] = self->epoch.stop | self->epoch.keep << 1;
  }
  dnn_context_clear (&self->context);
  return fine;
}

void
dnn_check_callback_determinism (DnnChecker *checker)
{
  Life one, other;

  if (!live (&one, checker) || !live (&other, checker))
    return;
  for (int i = 0; i <= EPOCHS; i++)
    if (one.said[i] != other.said[i] || one.rate[i] != other.rate[i]) {
      dnn_checker_fail (checker,
                        "it decides otherwise at the end of epoch %d the next "
                        "time: what it remembers belongs into its state",
                        i);
      return;
    }
}
