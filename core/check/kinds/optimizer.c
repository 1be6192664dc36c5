/* optimizer.c - the checks of an optimizer, on a quadratic */
#include "dnn-check-shapes.h"
#include "dnn-check-step.h"
#include "dnn-kind-checks.h"

#include <math.h>

enum { STEPS = 4 };

/* Runs `body` on a fresh case. */
static void
with_case (DnnChecker *checker, void (*body) (DnnCheckStep *self))
{
  DnnCheckStep self;

  if (dnn_check_step_init (&self, checker, checker->component))
    body (&self);
  else
    dnn_checker_fail (checker, "its slots for a weight cannot be made");
  dnn_check_step_clear (&self);
}

/* --- checks -------------------------------------------------------------- */

static void
memory (DnnCheckStep *self)
{
  self->checker->strict = true;
  dnn_check_step_often (self, STEPS);
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
    DnnCheckStep self;

    subject.inputs = &shape;
    odd.where = where;
    odd.strict = true;
    if (!dnn_check_is_quick (&shape, 1))
      continue;
    if (dnn_check_step_init (&self, &odd, odd.component) &&
        dnn_check_step_often (&self, STEPS))
      dnn_checker_written (&odd, "w", &self.w.at[0]);
    dnn_check_step_clear (&self);
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
    DnnCheckStep self;

    if (dnn_check_step_init (&self, checker, checker->component) &&
        (i == 0 || dnn_check_step_set_rate (&self, rates[i]))) {
      first = dnn_check_step_loss (&self);
      if (!dnn_check_step_often (&self, 200))
        first = INFINITY; /* told already */
      best = fmin (best, dnn_check_step_loss (&self));
    }
    dnn_check_step_clear (&self);
  }
  if (!(best < 0.99 * first))
    dnn_checker_fail (checker,
                      "after 200 steps the loss is %.6g at best, and it began "
                      "at %.6g",
                      best, first);
}

static void
rate (DnnCheckStep *self)
{
  DnnCheckList before;

  if (!dnn_check_step_set_rate (self, 0))
    return;
  dnn_check_list_copy (&before, &self->w);
  if (dnn_check_step_often (self, STEPS))
    dnn_checker_same (self->checker, "w", &self->w.at[0],
                      "after steps of rate 0", &before.at[0], "before");
  dnn_check_list_clear (&before);
}

void
dnn_check_optimizer_rate (DnnChecker *checker)
{
  with_case (checker, rate);
}

/* Over pieces of the weight, the last first. */
static bool
by_pieces (DnnCheckStep *self,
           bool (*body) (DnnCheckStep *self, int64_t first, int64_t last))
{
  const int64_t n = dnn_count (&self->shape);
  const int64_t cuts[] = { 0, MIN (1, n), n / 2, n };

  for (size_t j = G_N_ELEMENTS (cuts) - 1; j > 0; j--)
    if (!body (self, cuts[j - 1], cuts[j]))
      return false;
  return true;
}

static void
split_model (DnnCheckStep *self)
{
  const int64_t n = dnn_count (&self->shape);
  DnnCheckList whole;

  if (!dnn_check_step_often (self, STEPS) || !dnn_check_step_model (self, 0, n))
    return;
  dnn_check_list_copy (&whole, &self->model);
  if (by_pieces (self, dnn_check_step_model))
    dnn_checker_same (self->checker, "model", &self->model.at[0],
                      "made in pieces", &whole.at[0], "made whole");
  dnn_check_list_clear (&whole);
}

static void
split_steps (DnnCheckStep *whole)
{
  DnnCheckStep pieces;

  if (dnn_check_step_init (&pieces, whole->checker, whole->component))
    for (int i = 0; i < STEPS; i++)
      if (!dnn_check_step (whole) || !dnn_check_step_begin (&pieces) ||
          !by_pieces (&pieces, dnn_check_step_range) ||
          !dnn_checker_same (whole->checker, "w", &pieces.w.at[0],
                             "stepped in pieces", &whole->w.at[0],
                             "stepped whole"))
        break;
  dnn_check_step_clear (&pieces);
}

void
dnn_check_optimizer_split (DnnChecker *checker)
{
  if ((checker->component->code->flags & DNN_FLAG_ELEMENTWISE) == 0)
    return;
  with_case (checker, split_steps);
  if (dnn_check_step_has_model (checker->component))
    with_case (checker, split_model);
}

/* --- what is written ----------------------------------------------------- */

static void
overwrite_model (DnnCheckStep *self)
{
  if (!dnn_check_step_often (self, STEPS))
    return;
  dnn_check_list_poison (&self->model);
  if (dnn_check_step_model (self, 0, dnn_count (&self->shape)))
    dnn_checker_written (self->checker, "model", &self->model.at[0]);
}

/* The same steps, with something else in scratch. */
static void
overwrite_scratch (DnnCheckStep *self)
{
  DnnCheckStep other;

  if (dnn_check_step_init (&other, self->checker, self->component)) {
    other.scrap = 3;
    if (dnn_check_step_often (self, STEPS) &&
        dnn_check_step_often (&other, STEPS))
      dnn_checker_same (self->checker, "w", &self->w.at[0],
                        "with NaN in scratch", &other.w.at[0], "with 3 in it");
  }
  dnn_check_step_clear (&other);
}

void
dnn_check_optimizer_overwrite (DnnChecker *checker)
{
  with_case (checker, overwrite_scratch);
  if (dnn_check_step_has_model (checker->component))
    with_case (checker, overwrite_model);
}

static void
compare_lists (DnnChecker *checker, const char *what, const DnnCheckList *now,
               const DnnCheckList *before, const char *so)
{
  for (uint32_t i = 0; i < now->n; i++)
    if (now->at[i].data != NULL)
      dnn_checker_same (checker, what, &now->at[i], so, &before->at[i],
                        "before");
}

/* An optimizer around another leaves the weights to it. */
static void
read_only_around (DnnCheckStep *self)
{
  DnnCheckList before;

  for (int i = 0; i < STEPS && dnn_check_step_begin (self); i++) {
    bool done;

    dnn_check_list_copy (&before, &self->w);
    done = dnn_check_step_all (self);
    if (done)
      compare_lists (self->checker, "w", &self->w, &before, "after step_all");
    dnn_check_list_clear (&before);
    if (!done)
      return;
  }
}

static void
read_only_model (DnnCheckStep *self)
{
  DnnCheckList w, like, other;

  if (!dnn_check_step_often (self, STEPS))
    return;
  dnn_check_list_copy (&w, &self->w);
  dnn_check_list_copy (&like, &self->like);
  dnn_check_list_copy (&other, &self->other);
  if (dnn_check_step_model (self, 0, dnn_count (&self->shape))) {
    compare_lists (self->checker, "w", &self->w, &w, "after model_weight");
    compare_lists (self->checker, "slot", &self->like, &like,
                   "after model_weight");
    compare_lists (self->checker, "slot", &self->other, &other,
                   "after model_weight");
  }
  dnn_check_list_clear (&w);
  dnn_check_list_clear (&like);
  dnn_check_list_clear (&other);
}

void
dnn_check_optimizer_read_only (DnnChecker *checker)
{
  if (dnn_check_step_goes_around (checker->component))
    with_case (checker, read_only_around);
  if (dnn_check_step_has_model (checker->component))
    with_case (checker, read_only_model);
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
determinism (DnnCheckStep *once)
{
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  DnnChecker *checker = once->checker;
  DnnCheckSubject subject = *checker->subject;
  DnnChecker beside = dnn_checker_with (checker, &subject);
  g_autoptr (DnnComponent) component = new_component (checker);

  subject.seed++;
  if (!dnn_check_step_often (once, STEPS))
    return;
  for (int i = 0; i < DNN_CHECK_POOLS; i++) {
    DnnCheckStep again = { 0 }, other = { 0 };

    if (dnn_check_step_init (&again, checker, checker->component) &&
        dnn_check_step_init (&other, &beside, component)) {
      bool done = true;

      again.context.pool = checker->pools[i];
      for (int j = 0; done && j < STEPS; j++)
        done = dnn_check_step (&again) && dnn_check_step (&other);
      if (done)
        dnn_checker_same (checker, "w", &again.w.at[0], how[i], &once->w.at[0],
                          "at first");
    }
    dnn_check_step_clear (&again);
    dnn_check_step_clear (&other);
  }
}

void
dnn_check_optimizer_determinism (DnnChecker *checker)
{
  with_case (checker, determinism);
}

/* A new instance that is given weight, slots and counter goes on alike. */
static void
save (DnnCheckStep *old)
{
  DnnChecker *checker = old->checker;
  g_autoptr (DnnComponent) component = new_component (checker);
  DnnCheckStep fresh;

  if (dnn_check_step_init (&fresh, checker, component) &&
      dnn_check_step_often (old, STEPS)) {
    dnn_check_list_restore (&fresh.w, &old->w);
    dnn_check_list_restore (&fresh.like, &old->like);
    dnn_check_list_restore (&fresh.other, &old->other);
    fresh.t = old->t;
    if (dnn_check_step_often (old, STEPS) &&
        dnn_check_step_often (&fresh, STEPS))
      dnn_checker_same (checker, "w", &fresh.w.at[0],
                        "with weight, slots and counter restored",
                        &old->w.at[0], "before");
  }
  dnn_check_step_clear (&fresh);
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
