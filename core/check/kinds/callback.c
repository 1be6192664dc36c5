/* callback.c - the checks of a callback, on a loss that falls and then climbs
 */
#include "dnn-host.h"
#include "dnn-kind-checks.h"

#include <math.h>
#include <string.h>

enum { EPOCHS = 12 };

/* Of `names`. */
static const int32_t better[] = { -1, 1, -1, 1, 0 };
static const char *const names[] = { "loss", "right", "val_loss", "val_right",
                                     "learning_rate" };

/* Its decisions at the end of each epoch. */
typedef struct {
  DnnChecker *checker;
  DnnContext context;
  DnnEpoch epoch;
  int32_t status;
  double values[G_N_ELEMENTS (names)];
  double rate[EPOCHS + 1];
  uint32_t said[EPOCHS + 1];
} Life;

/* The epochs of a trial at which something changes. */
typedef struct {
  int64_t moved; /* the state moves to other memory before this epoch */
  int64_t nan;   /* nothing is a number from this epoch on */
} Turns;

static const Turns plain = { EPOCHS, EPOCHS };

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

/* Compares with the struct as it was before the call. */
static bool
check_decision (const Life *self, const DnnEpoch *before)
{
  const DnnCallbackOps *ops = self->checker->component->code->ops;
  const DnnEpoch *e = &self->epoch;

  if (e->stop > 1 || e->keep > 1 || e->restore > 1)
    dnn_checker_fail (self->checker,
                      "stop, keep and restore are '%u', '%u' and '%u', not 0 "
                      "or 1",
                      e->stop, e->keep, e->restore);
  else if (!isfinite (e->rate) || e->rate < 0)
    dnn_checker_fail (self->checker,
                      "its learning rate is '%g', which must be finite and not "
                      "below 0",
                      e->rate);
  else if (e->rate != before->rate && ops->sets_rate == 0)
    dnn_checker_fail (self->checker,
                      "it sets the learning rate to '%g', and its sets_rate is "
                      "0",
                      e->rate);
  else if (e->epoch != before->epoch || e->step != before->step ||
           e->n_columns != before->n_columns || e->names != names ||
           e->values != before->values || e->state != before->state ||
           e->better != better)
    dnn_checker_fail (self->checker, "it writes to what only comes in");
  else
    return true;
  return false;
}

static void
begin (Life *self, DnnChecker *checker)
{
  *self = (Life){ .checker = checker };
  self->epoch = (DnnEpoch){
    .call = { DNN_END_OF (DnnEpoch, reserved), 0, &self->context },
    .n_columns = G_N_ELEMENTS (names),
    .names = names,
    .values = self->values,
    .better = better,
    .rate = 0.01,
  };
}

/* One epoch; false: what is wrong is in the report. */
static bool
live_epoch (Life *self, int64_t i, bool is_nan)
{
  DnnEpoch *e = &self->epoch;
  double columns[G_N_ELEMENTS (names)];
  DnnEpoch before;

  e->epoch = i;
  e->step = (uint64_t) (i + 1) * 10;
  e->stop = e->keep = e->restore = e->average = 0;
  e->score = NAN;
  set_columns (self->values, i);
  self->values[4] = e->rate;
  for (size_t j = 0; is_nan && j < G_N_ELEMENTS (names); j++)
    self->values[j] = NAN;
  before = *e;
  memcpy (columns, self->values, sizeof columns);
  if (!dnn_checker_call (self->checker, "epoch", NULL, 0, call_epoch, self) ||
      !dnn_checker_status (self->checker, &self->context, self->status,
                           "epoch") ||
      !check_decision (self, &before))
    return false;
  if (memcmp (columns, self->values, sizeof columns) != 0) {
    dnn_checker_fail (self->checker, "it writes to the columns");
    return false;
  }
  self->rate[i + 1] = e->rate;
  self->said[i + 1] = e->stop | e->keep << 1 | e->restore << 2;
  return true;
}

/* Lives through the epochs, from a new state; false: that is in the report. */
static bool
live (Life *self, DnnChecker *checker, const Turns *turns)
{
  const DnnCallbackOps *ops = checker->component->code->ops;
  const size_t n = (size_t) ops->n_state + 1;
  g_autofree double *state = g_new0 (double, n), *other = g_new0 (double, n);
  bool fine = true;

  begin (self, checker);
  self->epoch.state = state;
  for (int64_t i = ops->wants_start ? -1 : 0; fine && i < EPOCHS; i++) {
    if (i == turns->moved) {
      memcpy (other, state, n * sizeof *state);
      memset (state, 0, n * sizeof *state);
      self->epoch.state = other;
    }
    fine = live_epoch (self, i, i >= turns->nan);
  }
  if (fine && (state[n - 1] != 0 || other[n - 1] != 0)) {
    dnn_checker_fail (checker, "it writes beyond its %u numbers of state",
                      ops->n_state);
    fine = false;
  }
  dnn_context_clear (&self->context);
  return fine;
}

/* Reports where two lives differ. */
static void
compare (const Life *one, const Life *other, const char *why)
{
  for (int i = 0; i <= EPOCHS; i++)
    if (one->said[i] != other->said[i] || one->rate[i] != other->rate[i]) {
      dnn_checker_fail (one->checker,
                        "it decides otherwise at the end of epoch %d %s: what "
                        "it remembers belongs into its state",
                        i, why);
      return;
    }
}

void
dnn_check_callback_decides (DnnChecker *checker)
{
  Life life;

  live (&life, checker, &plain);
}

void
dnn_check_callback_determinism (DnnChecker *checker)
{
  Life one, other;

  if (live (&one, checker, &plain) && live (&other, checker, &plain))
    compare (&one, &other, "the next time");
}

void
dnn_check_callback_save (DnnChecker *checker)
{
  const Turns turns = { EPOCHS / 2, EPOCHS };
  Life one, other;

  if (live (&one, checker, &plain) && live (&other, checker, &turns))
    compare (&one, &other, "of a run that goes on");
}

void
dnn_check_callback_nan (DnnChecker *checker)
{
  Life life;

  for (int64_t from = 0; from <= EPOCHS / 2; from += EPOCHS / 2) {
    const Turns turns = { EPOCHS, from };

    if (!live (&life, checker, &turns))
      return;
  }
}

void
dnn_check_callback_restores (DnnChecker *checker)
{
  Life life;
  uint32_t said = 0;

  if (!live (&life, checker, &plain))
    return;
  for (int i = 0; i <= EPOCHS; i++)
    said |= life.said[i];
  if ((said & 4) != 0 && (said & 2) == 0)
    dnn_checker_fail (checker,
                      "it wants the best weights back, and keeps none "
                      "in %d epochs",
                      EPOCHS);
}
