/* optimizer.c - the checks of an optimizer, on a quadratic
 *
 *   L = Σᵢ aᵢ (wᵢ - cᵢ)² / 2    g = a (w - c)    0.5 ≤ aᵢ ≤ 1.5
 */
#include "dnn-build.h"
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"
#include "dnn-param.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

/* One weight, with what is remembered of it. */
typedef struct {
  DnnChecker *checker;
  DnnComponent *component;
  void *self;      /* (owned) the plugin's struct, with a rate of its own */
  DnnTensor shape; /* of the weight, without data */
  DnnBuilt *built; /* (owned) */
  /* One entry each; of the slots, those like the weight, and the others. */
  DnnCheckList w, g, a, c, like, other;
  uint64_t t;
  DnnContext context;
} Case;

enum { STEPS = 4 };

/* --- making -------------------------------------------------------------- */

static bool
is_like (const Case *self, uint32_t i)
{
  const DnnShape shape = dnn_shape_of (&self->shape);

  return dnn_shape_equal (&self->built->slots.at[i].shape, &shape);
}

static void
make_one (const Case *self, DnnCheckList *list, const char *what)
{
  const DnnShape shape = dnn_shape_of (&self->shape);

  dnn_check_list_init (list, 1);
  list->at[0] = dnn_check_tensor (&shape, 1);
  list->pointer[0] = &list->at[0];
  dnn_check_fill (self->checker, what, &list->at[0]);
}

static void
make_slots (Case *self)
{
  const DnnDeclaredList *slots = &self->built->slots;

  dnn_check_list_init (&self->like, slots->n);
  dnn_check_list_init (&self->other, slots->n);
  for (uint32_t i = 0; i < slots->n; i++) {
    DnnCheckList *list = is_like (self, i) ? &self->like : &self->other;
    float *data;

    if (!slots->at[i].set)
      continue;
    list->at[i] = dnn_check_tensor (&slots->at[i].shape, 1);
    data = list->at[i].data;
    for (int64_t j = 0; j < dnn_count (&list->at[i]); j++)
      data[j] = (float) slots->at[i].initial;
  }
}

/* False: the weight is refused. */
static bool
case_init (Case *self, DnnChecker *checker, DnnComponent *component)
{
  const size_t size = component->code->self_size;
  float *a;

  *self = (Case){ .checker = checker, .component = component };
  self->shape = dnn_tensor_of (&checker->subject->inputs[0]);
  self->built =
      dnn_build_slots (component, component->plugin->name, &self->shape, NULL);
  if (self->built == NULL)
    return false;
  self->self = g_memdup2 (component->self, size + 1);
  make_one (self, &self->w, "w");
  make_one (self, &self->g, "g");
  make_one (self, &self->a, "a");
  make_one (self, &self->c, "c");
  a = self->a.at[0].data;
  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    a[i] = 1 + 0.5f * tanhf (a[i]);
  make_slots (self);
  self->context.pool = checker->pools[0];
  self->context.key.seed = checker->subject->seed;
  self->context.key.owner = dnn_random_owner ("kernel");
  return true;
}

static void
case_clear (Case *self)
{
  DnnCheckList *lists[] = { &self->w, &self->g,    &self->a,
                            &self->c, &self->like, &self->other };

  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    dnn_check_list_clear (lists[i]);
  dnn_context_clear (&self->context);
  g_free (self->self);
  g_free (self->built);
}

static bool
set_rate (Case *self, double rate)
{
  const DnnParam *param =
      dnn_param_find (self->component->code, "learning_rate");

  if (param == NULL || param->type != DNN_PARAM_FLOAT)
    return false;
  dnn_param_set_number (param, self->self, rate);
  return true;
}

/* --- stepping ------------------------------------------------------------ */

typedef struct {
  Case *of;
  bool begin;
  DnnStep step;
} Call;

static void
call_op (void *data)
{
  Call *call = data;
  const DnnOptimizerOps *ops = call->of->component->code->ops;

  (call->begin ? ops->begin : ops->step) (call->of->self, &dnn_host,
                                          &call->step);
}

/* begin, or a step of elements first .. last - 1. */
static bool
call_range (Case *self, bool begin, int64_t first, int64_t last)
{
  const bool by_range =
      (self->component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
  const DnnWatched lists[] = {
    { "w", &self->w, false },
    { "g", &self->g, true },
    { "slot", &self->like, false },
    { "slot", &self->other, by_range && !begin },
  };
  float *slots[DNN_MAX_DECLARED] = { NULL };
  Call call = {
    .of = self,
    .begin = begin,
    .step = {
      .call = { DNN_END_OF (DnnStep, weight), 0, &self->context },
      .n = last - first,
      .w = (float *) self->w.at[0].data + first,
      .g = begin ? NULL : (float *) self->g.at[0].data + first,
      .slots = slots,
      .t = self->t,
      .step = self->t - 1,
      .weight = &self->shape,
    },
  };
  const char *what = begin ? "begin" : "step";

  for (uint32_t i = 0; i < self->built->slots.n; i++)
    slots[i] = self->like.at[i].data != NULL
                   ? (float *) self->like.at[i].data + first
                   : self->other.at[i].data;
  return dnn_checker_call (self->checker, what, lists, G_N_ELEMENTS (lists),
                           call_op, &call) &&
         dnn_checker_status (self->checker, &self->context, 0, what);
}

static void
take_gradient (Case *self)
{
  const float *w = self->w.at[0].data, *a = self->a.at[0].data;
  const float *c = self->c.at[0].data;
  float *g = self->g.at[0].data;

  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    g[i] = a[i] * (w[i] - c[i]);
}

static bool
begin (Case *self)
{
  const DnnOptimizerOps *ops = self->component->code->ops;

  take_gradient (self);
  self->t++;
  self->context.key.step = self->t - 1;
  return ops->begin == NULL ||
         call_range (self, true, 0, dnn_count (&self->shape));
}

static bool
step (Case *self)
{
  return begin (self) && call_range (self, false, 0, dnn_count (&self->shape));
}

static bool
step_often (Case *self, int n)
{
  for (int i = 0; i < n; i++)
    if (!step (self))
      return false;
  return true;
}

static double
loss (const Case *self)
{
  const float *w = self->w.at[0].data, *a = self->a.at[0].data;
  const float *c = self->c.at[0].data;
  double sum = 0;

  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    sum += a[i] * pow ((double) w[i] - c[i], 2) / 2;
  return sum;
}

/* Runs `body` on a fresh case. */
static void
with_case (DnnChecker *checker, void (*body) (Case *self))
{
  Case self;

  if (case_init (&self, checker, checker->component))
    body (&self);
  else
    dnn_checker_fail (checker, "its slots for a weight cannot be made");
  case_clear (&self);
}

/* --- checks -------------------------------------------------------------- */

static void
memory (Case *self)
{
  self->checker->strict = true;
  step_often (self, STEPS);
  self->checker->strict = false;
}

void
dnn_check_optimizer_memory (DnnChecker *checker)
{
  with_case (checker, memory);
}

void
dnn_check_optimizer_shapes (DnnChecker *checker)
{
  DnnShape shape;

  for (size_t i = 0; dnn_check_odd_shape (i, &shape); i++) {
    DnnCheckSubject subject = *checker->subject;
    DnnChecker odd = dnn_checker_with (checker, &subject);
    g_autofree char *text = dnn_check_shapes_to_string (&shape, 1);
    g_autofree char *where = g_strdup_printf ("for %s", text);
    Case self;

    subject.inputs = &shape;
    odd.where = where;
    odd.strict = true;
    if (!dnn_check_is_quick (&shape, 1))
      continue;
    if (case_init (&self, &odd, odd.component) && step_often (&self, STEPS))
      dnn_checker_written (&odd, "w", &self.w.at[0]);
    case_clear (&self);
  }
}

/* By the example's rate, or by one of others: some optimizers need a large
 * one. */
void
dnn_check_optimizer_descends (DnnChecker *checker)
{
  static const double rates[] = { 0, 0.001, 0.01, 0.1, 1 };
  double best = INFINITY, first = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (rates) && !(best < 0.99 * first); i++) {
    Case self;

    if (case_init (&self, checker, checker->component) &&
        (i == 0 || set_rate (&self, rates[i]))) {
      first = loss (&self);
      if (!step_often (&self, 200))
        first = INFINITY; /* told already */
      best = fmin (best, loss (&self));
    }
    case_clear (&self);
  }
  if (!(best < 0.99 * first))
    dnn_checker_fail (checker,
                      "after 200 steps the loss is %.6g at best, and it began "
                      "at %.6g",
                      best, first);
}

static void
rate (Case *self)
{
  DnnCheckList before;

  if (!set_rate (self, 0))
    return;
  dnn_check_list_copy (&before, &self->w);
  if (step_often (self, STEPS))
    dnn_checker_same (self->checker, "w", &self->w.at[0],
                      "after steps of rate 0", &before.at[0], "before");
  dnn_check_list_clear (&before);
}

void
dnn_check_optimizer_rate (DnnChecker *checker)
{
  with_case (checker, rate);
}

/* Steps in pieces, the last first. */
static void
split (Case *whole)
{
  const int64_t n = dnn_count (&whole->shape);
  const int64_t cuts[] = { 0, MIN (1, n), n / 2, n };
  Case pieces;

  if ((whole->component->code->flags & DNN_FLAG_ELEMENTWISE) == 0)
    return;
  if (case_init (&pieces, whole->checker, whole->component))
    for (int i = 0; i < STEPS; i++) {
      bool done = step (whole) && begin (&pieces);

      for (size_t j = G_N_ELEMENTS (cuts) - 1; done && j > 0; j--)
        done = call_range (&pieces, false, cuts[j - 1], cuts[j]);
      if (!done || !dnn_checker_same (whole->checker, "w", &pieces.w.at[0],
                                      "stepped in pieces", &whole->w.at[0],
                                      "stepped whole"))
        break;
    }
  case_clear (&pieces);
}

void
dnn_check_optimizer_split (DnnChecker *checker)
{
  with_case (checker, split);
}

/* --- instances ----------------------------------------------------------- */

static DnnComponent *
new_component (const DnnChecker *checker)
{
  const DnnCheckSubject *subject = checker->subject;

  return dnn_check_component (subject, NULL);
}

/* Again, by threads, and with the steps of another weight in between. */
static void
determinism (Case *once)
{
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  DnnChecker *checker = once->checker;
  DnnCheckSubject subject = *checker->subject;
  DnnChecker beside = dnn_checker_with (checker, &subject);
  g_autoptr (DnnComponent) component = new_component (checker);

  subject.seed++;
  if (!step_often (once, STEPS))
    return;
  for (int i = 0; i < DNN_CHECK_POOLS; i++) {
    Case again = { 0 }, other = { 0 };

    if (case_init (&again, checker, checker->component) &&
        case_init (&other, &beside, component)) {
      bool done = true;

      again.context.pool = checker->pools[i];
      for (int j = 0; done && j < STEPS; j++)
        done = step (&again) && step (&other);
      if (done)
        dnn_checker_same (checker, "w", &again.w.at[0], how[i], &once->w.at[0],
                          "at first");
    }
    case_clear (&again);
    case_clear (&other);
  }
}

void
dnn_check_optimizer_determinism (DnnChecker *checker)
{
  with_case (checker, determinism);
}

/* A new instance that is given weight, slots and counter goes on alike. */
static void
save (Case *old)
{
  DnnChecker *checker = old->checker;
  g_autoptr (DnnComponent) component = new_component (checker);
  Case fresh;

  if (case_init (&fresh, checker, component) && step_often (old, STEPS)) {
    dnn_check_list_restore (&fresh.w, &old->w);
    dnn_check_list_restore (&fresh.like, &old->like);
    dnn_check_list_restore (&fresh.other, &old->other);
    fresh.t = old->t;
    if (step_often (old, STEPS) && step_often (&fresh, STEPS))
      dnn_checker_same (checker, "w", &fresh.w.at[0],
                        "with weight, slots and counter restored",
                        &old->w.at[0], "before");
  }
  case_clear (&fresh);
}

void
dnn_check_optimizer_save (DnnChecker *checker)
{
  with_case (checker, save);
}

/* --- its ops ------------------------------------------------------------- */

void
dnn_check_optimizer_ops (const void *ops, GPtrArray *failures)
{
  const DnnOptimizerOps *optimizer = ops;

  if (optimizer->n_slots > DNN_MAX_DECLARED)
    g_ptr_array_add (failures,
                     g_strdup_printf ("it has '%u' slots, and %d are the most",
                                      optimizer->n_slots, DNN_MAX_DECLARED));
}
