/* penalty.c - the checks of regularizers and constraints, on one weight */
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

#include <math.h>

/* A weight and its gradient. */
typedef struct {
  DnnChecker *checker;
  DnnComponent *component;
  DnnCheckList w, dw; /* entry 0 */
  DnnContext context;
  const DnnTensor *part; /* of w, and of dw; NULL: all of it */
  const DnnTensor *part_dw;
  double penalty; /* of the last call */
} Case;

static void
make_one (Case *self, DnnCheckList *list, const char *what)
{
  dnn_check_list_init (list, 1);
  list->at[0] = dnn_check_tensor (&self->checker->subject->inputs[0], 1);
  list->pointer[0] = &list->at[0];
  dnn_check_fill (self->checker, what, &list->at[0]);
}

static void
case_init (Case *self, DnnChecker *checker, DnnComponent *component)
{
  *self = (Case){ .checker = checker, .component = component };
  make_one (self, &self->w, "w");
  make_one (self, &self->dw, "dw");
  self->context.host = &dnn_host;
  self->context.pool = checker->pools[0];
  self->context.key.seed = checker->subject->seed;
  self->context.key.owner = dnn_random_owner ("kernel");
}

static void
case_clear (Case *self)
{
  dnn_context_clear (&self->context);
  dnn_check_list_clear (&self->w);
  dnn_check_list_clear (&self->dw);
}

static void
with_case (DnnChecker *checker, void (*body) (Case *self))
{
  Case self;

  case_init (&self, checker, checker->component);
  body (&self);
  case_clear (&self);
}

/* For each odd weight that the plugin takes. */
static void
with_odd_cases (DnnChecker *checker, void (*body) (Case *self))
{
  DnnShape shape;

  for (size_t i = 0; dnn_check_odd_shape (i, &shape); i++) {
    DnnCheckSubject subject = *checker->subject;
    DnnChecker odd = dnn_checker_with (checker, &subject);
    g_autofree char *text = dnn_check_shapes_to_string (&shape, 1);
    g_autofree char *where = g_strdup_printf ("for %s", text);
    g_autofree DnnBuilt *built = NULL;

    subject.inputs = &shape;
    odd.where = where;
    odd.strict = true;
    if (!dnn_check_is_quick (&shape, 1))
      continue;
    built = dnn_checker_build (&odd, 1, NULL);
    if (built != NULL)
      with_case (&odd, body);
  }
}

static void
strictly (DnnChecker *checker, void (*body) (Case *self))
{
  checker->strict = true;
  with_case (checker, body);
  checker->strict = false;
}

/* --- calls --------------------------------------------------------------- */

typedef struct {
  Case *of;
  bool wants_gradient;
} Call;

static void
call_penalty (void *data)
{
  Call *call = data;
  Case *self = call->of;
  const DnnRegularizerOps *ops = self->component->code->ops;
  const DnnTensor *w = self->part != NULL ? self->part : &self->w.at[0];
  DnnTensor dw = self->part != NULL ? *self->part_dw : self->dw.at[0];
  DnnPenaltyPass pass = {
    .call = { DNN_END_OF (DnnPenaltyPass, dw), 0, &self->context },
    .w = w,
    .dw = call->wants_gradient ? &dw : NULL,
  };
  const double penalty = ops->penalty (self->component->self, &dnn_host, &pass);

  if (!call->wants_gradient)
    self->penalty = penalty;
}

/* The penalty, or its gradient.  False where the call crashed. */
static bool
penalize (Case *self, bool wants_gradient)
{
  const DnnWatched lists[] = {
    { "w", &self->w, true },
    { "dw", &self->dw, !wants_gradient },
  };
  Call call = { self, wants_gradient };

  return dnn_checker_call (self->checker, "penalty", lists,
                           G_N_ELEMENTS (lists), call_penalty, &call);
}

static void
call_constrain (void *data)
{
  Case *self = data;
  const DnnConstraintOps *ops = self->component->code->ops;
  DnnConstraintPass pass = {
    .call = { DNN_END_OF (DnnConstraintPass, w), 0, &self->context },
    .w = &self->w.at[0],
  };

  ops->constrain (self->component->self, &dnn_host, &pass);
}

static bool
constrain (Case *self)
{
  const DnnWatched list = { "w", &self->w, false };

  return dnn_checker_call (self->checker, "constrain", &list, 1, call_constrain,
                           self);
}

/* --- regularizers -------------------------------------------------------- */

static void
check_penalty (Case *self)
{
  if (penalize (self, false) && !(isfinite (self->penalty)))
    dnn_checker_fail (self->checker, "the penalty is '%g'", self->penalty);
  dnn_check_list_poison (&self->dw);
  if (penalize (self, true))
    dnn_checker_written (self->checker, "dw", &self->dw.at[0]);
}

void
dnn_check_regularizer_shapes (DnnChecker *checker)
{
  with_odd_cases (checker, check_penalty);
}

void
dnn_check_regularizer_memory (DnnChecker *checker)
{
  strictly (checker, check_penalty);
}

void
dnn_check_regularizer_overwrite (DnnChecker *checker)
{
  with_case (checker, check_penalty);
}

static void
check_read_only (Case *self)
{
  DnnCheckList before;

  dnn_check_list_copy (&before, &self->w);
  if (penalize (self, false) && penalize (self, true))
    dnn_checker_same (self->checker, "w", &self->w.at[0], "after the call",
                      &before.at[0], "before it");
  dnn_check_list_clear (&before);
}

void
dnn_check_regularizer_read_only (DnnChecker *checker)
{
  with_case (checker, check_read_only);
}

static double
penalty_now (void *data, double *ret_noise)
{
  Case *self = data;

  penalize (self, false);
  *ret_noise = fabs (self->penalty) * 1e-7;
  return self->penalty;
}

static void
check_gradients (Case *self)
{
  const DnnCheckSlope slope = {
    .what = "dw",
    .objective = penalty_now,
    .data = self,
    .variable = &self->w.at[0],
    .gradient = &self->dw.at[0],
  };

  if (penalize (self, true))
    dnn_check_slope (self->checker->report, self->checker->check, &slope);
}

void
dnn_check_regularizer_gradients (DnnChecker *checker)
{
  with_case (checker, check_gradients);
}

/* Elements first .. last - 1 as a tensor of one dimension. */
static DnnTensor
part_of (const DnnTensor *t, int64_t first, int64_t last)
{
  return (
      DnnTensor){ (float *) t->data + first, DNN_FLOAT32, 1, { last - first } };
}

/* In three parts, the last first. */
static void
check_split (Case *whole)
{
  const int64_t n = dnn_count (&whole->w.at[0]);
  const int64_t cuts[] = { 0, MIN (1, n), n / 2, n };
  double sum = 0;
  Case parts;
  bool done = true;

  if ((whole->component->code->flags & DNN_FLAG_ELEMENTWISE) == 0)
    return;
  case_init (&parts, whole->checker, whole->component);
  done = penalize (whole, false) && penalize (whole, true);
  for (size_t j = G_N_ELEMENTS (cuts) - 1; done && j > 0; j--) {
    const DnnTensor w = part_of (&parts.w.at[0], cuts[j - 1], cuts[j]);
    const DnnTensor dw = part_of (&parts.dw.at[0], cuts[j - 1], cuts[j]);

    parts.part = &w;
    parts.part_dw = &dw;
    done = penalize (&parts, true) && penalize (&parts, false);
    sum += parts.penalty;
  }
  if (done &&
      dnn_checker_same (whole->checker, "dw", &parts.dw.at[0], "in parts",
                        &whole->dw.at[0], "as a whole") &&
      !(fabs (sum - whole->penalty) <= 1e-9 * fabs (whole->penalty)))
    dnn_checker_fail (whole->checker,
                      "the penalties of parts come to %.9g, that of the whole "
                      "weight is %.9g",
                      sum, whole->penalty);
  case_clear (&parts);
}

void
dnn_check_regularizer_split (DnnChecker *checker)
{
  with_case (checker, check_split);
}

/* --- determinism of both ------------------------------------------------- */

static bool
run_regularizer (Case *self)
{
  return penalize (self, false) && penalize (self, true);
}

static void
compare (const Case *once, const Case *again, const char *how)
{
  DnnChecker *checker = once->checker;

  dnn_checker_same (checker, "w", &again->w.at[0], how, &once->w.at[0],
                    "at first");
  dnn_checker_same (checker, "dw", &again->dw.at[0], how, &once->dw.at[0],
                    "at first");
  if (again->penalty != once->penalty)
    dnn_checker_fail (checker, "the penalty is %.17g %s, and %.17g at first",
                      again->penalty, how, once->penalty);
}

/* Again, by threads, and by another instance. */
static void
check_determinism (DnnChecker *checker, bool (*run) (Case *self))
{
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  g_autoptr (DnnComponent) other = dnn_check_component (checker->subject, NULL);
  Case once;
  bool done;

  case_init (&once, checker, checker->component);
  done = run (&once);
  for (int i = 0; done && i <= DNN_CHECK_POOLS; i++) {
    Case again;

    case_init (&again, checker,
               i < DNN_CHECK_POOLS ? checker->component : other);
    again.context.pool = checker->pools[i % DNN_CHECK_POOLS];
    done = run (&again);
    if (done)
      compare (&once, &again,
               i < DNN_CHECK_POOLS ? how[i] : "by another instance");
    case_clear (&again);
  }
  case_clear (&once);
}

void
dnn_check_regularizer_determinism (DnnChecker *checker)
{
  check_determinism (checker, run_regularizer);
}

/* --- constraints --------------------------------------------------------- */

static void
check_constrain (Case *self)
{
  if (constrain (self))
    dnn_checker_written (self->checker, "w", &self->w.at[0]);
}

void
dnn_check_constraint_shapes (DnnChecker *checker)
{
  with_odd_cases (checker, check_constrain);
}

void
dnn_check_constraint_memory (DnnChecker *checker)
{
  strictly (checker, check_constrain);
}

void
dnn_check_constraint_determinism (DnnChecker *checker)
{
  check_determinism (checker, constrain);
}

/* But for rounding: a column that is as long as it may be may lose its last
 * bit. */
static void
check_settles (Case *self)
{
  DnnCheckList once;

  if (constrain (self)) {
    dnn_check_list_copy (&once, &self->w);
    if (constrain (self))
      dnn_checker_close (self->checker, "w", &self->w.at[0],
                         "after a second call", &once.at[0], "after the first",
                         1e-5);
    dnn_check_list_clear (&once);
  }
}

void
dnn_check_constraint_settles (DnnChecker *checker)
{
  with_case (checker, check_settles);
}
