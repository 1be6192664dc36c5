/* loss.c - the checks of a loss, of logits and of predictions */
#include "dnn-check-loss.h"
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

#include <math.h>
#include <string.h>

/* Logits become predictions by the activation that the loss is the inverse of.
 * Where there is none, any number is a prediction. */
static void
apply_activation (DnnCheckLoss *self)
{
  DnnTensor *y = &self->t.at[Y_PRED];
  g_autoptr (DnnComponent) activation = NULL;
  const DnnActivationOps *ops;

  if (self->ops->logits_of == NULL || self->logits)
    return;
  activation =
      dnn_component_parse (self->checker->subject->registry,
                           DNN_KIND_ACTIVATION, self->ops->logits_of, NULL);
  if (activation == NULL)
    return;
  ops = activation->code->ops;
  ops->eval (activation->self, &dnn_host, y->data, y->data, dnn_rows (y),
             dnn_columns (y));
}

/* Numbers between 0 and 1; in rows of several, with the sum 1. */
static void
make_shares (const DnnCheckLoss *self, DnnTensor *t)
{
  const int64_t columns = dnn_columns (t), rows = dnn_rows (t);
  float *data = t->data;

  dnn_check_fill (self->checker, "y_true", t);
  for (int64_t i = 0; i < rows; i++, data += columns) {
    float sum = 0;

    for (int64_t j = 0; j < columns; j++) {
      data[j] = 1 / (1 + expf (data[j]));
      sum += data[j];
    }
    for (int64_t j = 0; columns > 1 && j < columns; j++)
      data[j] /= sum;
  }
}

/* Fewer values than there are labels, so that some repeat: a loss over pairs
 * has something to do. */
static void
make_labels (const DnnCheckLoss *self, DnnExpected expected, DnnTensor *t)
{
  const int64_t most = expected.lo + MAX (dnn_count (t) - 2, 0);

  expected.hi = MIN (expected.hi, most);
  dnn_check_fill_integer (self->checker, "y_true", t, &expected);
}

/* Shares, spread over the range; an end that is infinite is 2 from the other,
 * or from 0. */
static void
make_in_range (const DnnCheckLoss *self, const DnnExpected *expected,
               DnnTensor *t)
{
  const double least = isfinite (expected->least)  ? expected->least
                       : isfinite (expected->most) ? expected->most - 2
                                                   : -2;
  const double most = isfinite (expected->most) ? expected->most : least + 2;
  float *data = t->data;

  make_shares (self, t);
  for (int64_t i = 0; !expected->sums_to_1 && i < dnn_count (t); i++)
    data[i] = (float) (least + (most - least) * data[i]);
}

static void
make_targets (const DnnCheckLoss *self, const DnnExpected *expected)
{
  const DnnTensor *y = &self->t.at[Y_PRED];
  DnnTensor *t = &self->t.at[Y_TRUE];
  const bool labels = dnn_count (t) != dnn_count (y);

  if (expected->ranged)
    make_in_range (self, expected, t);
  else if (expected->set)
    make_labels (self, *expected, t);
  else if (labels)
    make_labels (self, (DnnExpected){ true, 0, dnn_columns (y) - 1 }, t);
  else
    make_shares (self, t);
}

static void
make_tensor (DnnCheckLoss *self, int index, const DnnShape *shape)
{
  self->t.at[index] = dnn_check_tensor (shape, 1);
  self->t.pointer[index] = &self->t.at[index];
}

static bool
case_init (DnnCheckLoss *self, DnnChecker *checker, bool logits)
{
  const DnnShape *shapes = checker->subject->inputs;
  const DnnShape samples = DNN_SHAPE (shapes[0].dims[0]);
  g_autoptr (GError) error = NULL;
  g_autofree DnnBuilt *built = dnn_checker_build (checker, 1, &error);
  float *y, *scale;

  *self = (DnnCheckLoss){ checker, checker->component->code->ops, logits };
  dnn_check_list_init (&self->t, N_TENSORS);
  if (built == NULL) {
    dnn_checker_fail (checker, "%s", error->message);
    return false;
  }
  make_tensor (self, Y_PRED, &shapes[0]);
  make_tensor (self, DY_PRED, &shapes[0]);
  make_tensor (self, Y_TRUE, &shapes[1]);
  make_tensor (self, SCALE, &samples);
  make_tensor (self, VALUE, &samples);
  dnn_check_fill (checker, "y_pred", &self->t.at[Y_PRED]);
  y = self->t.at[Y_PRED].data;
  for (int64_t i = 0; i < dnn_count (&self->t.at[Y_PRED]); i++)
    y[i] *= 0.7f; /* predictions that are not too near 0 */
  apply_activation (self);
  make_targets (self, &built->expected[1]);
  dnn_check_fill (checker, "scale", &self->t.at[SCALE]);
  scale = self->t.at[SCALE].data;
  for (int64_t i = 0; i < samples.dims[0]; i++)
    scale[i] = 0.5f + fabsf (scale[i]);
  self->context.pool = checker->pools[0];
  dnn_check_room_init (&self->room, checker, built, &self->context);
  return true;
}

static void
case_clear (DnnCheckLoss *self)
{
  dnn_context_clear (&self->context);
  dnn_check_list_clear (&self->mask);
  dnn_check_list_clear (&self->t);
  dnn_check_room_clear (&self->room);
}

/* The outputs that a call is to write. */
typedef enum { THE_VALUE = 1, THE_GRADIENT = 2 } Parts;

typedef struct {
  DnnCheckLoss *of;
  DnnLossPass pass;
  bool gradient;
  int32_t status;
} Call;

static void
call_op (void *data)
{
  Call *call = data;
  const DnnLossOps *ops = call->of->ops;

  call->status = (call->gradient ? ops->gradient : ops->value) (
      call->of->checker->component->self, &dnn_host, &call->pass);
}

static bool
watch (DnnCheckLoss *self, Call *call)
{
  static const char *const names[] = { "y_pred", "y_true", "scale", "value",
                                       "dy_pred" };
  const char *what = call->gradient ? "gradient" : "value";
  DnnCheckList lists[N_TENSORS];
  DnnWatched watched[N_TENSORS + DNN_CHECK_ROOM];

  dnn_check_room_watch (&self->room, watched + N_TENSORS);
  for (int i = 0; i < N_TENSORS; i++) {
    const bool written = (i == VALUE && call->pass.value != NULL) ||
                         (i == DY_PRED && call->pass.dy_pred != NULL);

    lists[i] = (DnnCheckList){ 1, &self->t.at[i], NULL };
    watched[i] = (DnnWatched){ names[i], &lists[i], !written };
  }
  return dnn_checker_call (self->checker, what, watched, G_N_ELEMENTS (watched),
                           call_op, call) &&
         dnn_checker_status (self->checker, &self->context, call->status, what);
}

static void
forget (DnnTensor *t)
{
  float *data = t->data;

  for (int64_t i = 0; i < dnn_count (t); i++)
    data[i] = NAN;
}

static bool
call (DnnCheckLoss *self, Parts parts)
{
  DnnTensor *value = &self->t.at[VALUE], *dy_pred = &self->t.at[DY_PRED];
  const bool gradient = (parts & THE_GRADIENT) != 0;
  Call call = {
    .of = self,
    .gradient = gradient,
    .pass = {
      .call = { DNN_END_OF (DnnLossPass, scratch), 0, &self->context },
      .from_logits = self->logits,
      .y_true = &self->t.at[Y_TRUE],
      .y_pred = &self->t.at[Y_PRED],
      .value = (parts & THE_VALUE) != 0 ? value->data : NULL,
      .scale = gradient ? self->t.at[SCALE].data : NULL,
      .dy_pred = gradient ? dy_pred : NULL,
      .masks = self->masks[0] != NULL ? self->masks : NULL,
      .scratch = self->room.scratch.pointer,
    },
  };

  if (call.pass.value != NULL)
    forget (value);
  if (gradient)
    forget (dy_pred);
  return watch (self, &call);
}

bool
dnn_check_loss_run (DnnCheckLoss *self)
{
  return call (self, THE_VALUE) && call (self, THE_GRADIENT);
}

void
dnn_check_loss_for_both (DnnChecker *checker, void (*body) (DnnCheckLoss *self))
{
  const DnnLossOps *ops = checker->component->code->ops;

  for (int logits = 0; logits < (ops->logits_of != NULL ? 2 : 1); logits++) {
    DnnCheckLoss self;

    if (case_init (&self, checker, logits == 1))
      body (&self);
    case_clear (&self);
  }
}

static void
overwrite (DnnCheckLoss *self)
{
  if (!dnn_check_loss_run (self))
    return;
  dnn_checker_written (self->checker, "value", &self->t.at[VALUE]);
  dnn_checker_written (self->checker, "dy_pred", &self->t.at[DY_PRED]);
}

static double
objective (void *data, double *ret_noise)
{
  DnnCheckLoss *self = data;
  double squares = 0, sum;

  if (!call (self, THE_VALUE))
    return NAN;
  sum = dnn_check_dot (&self->t.at[SCALE], &self->t.at[VALUE], &squares);
  *ret_noise = sqrt (squares);
  return sum;
}

static void
gradients (DnnCheckLoss *self)
{
  const DnnCheckSlope slope = {
    .what = self->logits ? "dy_pred (logits)" : "dy_pred",
    .objective = objective,
    .data = self,
    .variable = &self->t.at[Y_PRED],
    .gradient = &self->t.at[DY_PRED],
  };

  if (dnn_check_loss_run (self))
    dnn_check_slope (self->checker->report, self->checker->check, &slope);
}

/* A loss whose gradient gives the value gives the same. */
static void
at_once (DnnCheckLoss *self, const DnnCheckList *once)
{
  if ((self->checker->component->code->flags & DNN_FLAG_GIVES_VALUE) == 0 ||
      !call (self, THE_VALUE | THE_GRADIENT))
    return;
  dnn_checker_same (self->checker, "value", &self->t.at[VALUE], "by gradient",
                    &once->at[VALUE], "by value");
  dnn_checker_same (self->checker, "dy_pred", &self->t.at[DY_PRED],
                    "with the value", &once->at[DY_PRED], "without it");
}

static void
determinism (DnnCheckLoss *self)
{
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  DnnCheckList once;

  if (!dnn_check_loss_run (self))
    return;
  dnn_check_list_copy (&once, &self->t);
  for (int i = 0; i < DNN_CHECK_POOLS; i++) {
    self->context.pool = self->checker->pools[i];
    if (!dnn_check_loss_run (self))
      break;
    dnn_checker_same (self->checker, "value", &self->t.at[VALUE], how[i],
                      &once.at[VALUE], "at first");
    dnn_checker_same (self->checker, "dy_pred", &self->t.at[DY_PRED], how[i],
                      &once.at[DY_PRED], "at first");
  }
  at_once (self, &once);
  dnn_check_list_clear (&once);
}

static void
read_only (DnnCheckLoss *self)
{
  static const char *const names[] = { "y_pred", "y_true", "scale" };
  DnnCheckList before;

  dnn_check_list_copy (&before, &self->t);
  if (dnn_check_loss_run (self))
    for (int i = 0; i <= SCALE; i++)
      dnn_checker_same (self->checker, names[i], &self->t.at[i], "after",
                        &before.at[i], "before");
  dnn_check_list_clear (&before);
}

void
dnn_check_loss_overwrite (DnnChecker *checker)
{
  dnn_check_loss_for_both (checker, overwrite);
}

/* If all is 0, the check says nothing of the loss. */
void
dnn_check_loss_gradients (DnnChecker *checker)
{
  DnnCheckReport *report = checker->report;

  dnn_check_loss_for_both (checker, gradients);
  if (report->n_slopes == 0 && report->failures->len == 0)
    dnn_checker_fail (checker, "nothing was compared: every gradient is 0 on "
                               "predictions and targets of this shape; give "
                               "another example_inputs");
}

void
dnn_check_loss_determinism (DnnChecker *checker)
{
  dnn_check_loss_for_both (checker, determinism);
}

void
dnn_check_loss_read_only (DnnChecker *checker)
{
  dnn_check_loss_for_both (checker, read_only);
}

static void
memory (DnnCheckLoss *self)
{
  self->checker->strict = true;
  dnn_check_loss_run (self);
  self->checker->strict = false;
}

void
dnn_check_loss_memory (DnnChecker *checker)
{
  dnn_check_loss_for_both (checker, memory);
}

static void
try_shape (DnnChecker *odd)
{
  if (dnn_check_is_quick (odd->subject->inputs, odd->subject->n_inputs))
    dnn_check_loss_overwrite (odd);
}

/* Targets like predictions, and targets of one axis less. */
void
dnn_check_loss_shapes (DnnChecker *checker)
{
  dnn_check_each_shape (checker, 2, try_shape);
}

/* A sample's value and gradient do not depend on the others. */
static void
split (DnnCheckLoss *self)
{
  const DnnCheckSubject *all = self->checker->subject;
  DnnShape shapes[] = { all->inputs[0], all->inputs[1] };
  DnnCheckSubject subject = *all;
  DnnChecker alone = dnn_checker_with (self->checker, &subject);
  const int64_t n = shapes[0].dims[0];
  DnnCheckLoss one;

  shapes[0].dims[0] = shapes[1].dims[0] = 1;
  subject.inputs = shapes;
  if (dnn_check_loss_run (self) && case_init (&one, &alone, self->logits)) {
    DnnCheckList whole;

    dnn_check_list_copy (&whole, &one.t);
    for (int64_t i = 0; i < n; i++) {
      for (int j = 0; j < N_TENSORS; j++)
        memcpy ((j <= SCALE ? &one.t : &whole)->at[j].data,
                (float *) self->t.at[j].data + i * dnn_count (&one.t.at[j]),
                (size_t) dnn_count (&one.t.at[j]) * sizeof (float));
      if (!dnn_check_loss_run (&one))
        break;
      dnn_checker_close (&alone, "value", &one.t.at[VALUE],
                         "for a sample alone", &whole.at[VALUE], "in its batch",
                         1e-5);
      dnn_checker_close (&alone, "dy_pred", &one.t.at[DY_PRED],
                         "for a sample alone", &whole.at[DY_PRED],
                         "in its batch", 1e-5);
    }
    dnn_check_list_clear (&whole);
    case_clear (&one);
  }
}

void
dnn_check_loss_split (DnnChecker *checker)
{
  if ((checker->component->code->flags & DNN_FLAG_NOT_PER_SAMPLE) == 0)
    dnn_check_loss_for_both (checker, split);
}
