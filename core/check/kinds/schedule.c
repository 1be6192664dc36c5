/* schedule.c - the checks of a schedule */
#include "dnn-kind-checks.h"
#include "dnn-schedule.h"

#include <math.h>
#include <string.h>

static const uint64_t far_steps[] = {
  1000,       4096, 99999, 1000000, (uint64_t) 1 << 31, (uint64_t) 1 << 53,
  UINT64_MAX,
};

enum { NEAR = 300, N_STEPS = NEAR + G_N_ELEMENTS (far_steps) };

/* How many steps the schedule is told there are; 0: nobody knows. */
static const uint64_t lengths[] = { 0, 1, 250, 100000 };

static uint64_t
step_at (size_t i)
{
  return i < NEAR ? i : far_steps[i - NEAR];
}

typedef struct {
  const DnnComponent *component;
  uint64_t step, n_steps;
  double value;
} Call;

static void
call_value (void *data)
{
  Call *call = data;
  const DnnScheduleOps *ops = call->component->code->ops;

  call->value = ops->value (call->component->self, call->step, call->n_steps);
}

static bool
value_at (DnnChecker *checker, const DnnComponent *component, uint64_t step,
          uint64_t n_steps, double *ret_value)
{
  Call call = { component, step, n_steps, NAN };

  if (!dnn_checker_call (checker, "value", NULL, 0, call_value, &call))
    return false;
  *ret_value = call.value;
  return true;
}

static bool
check_finite (DnnChecker *checker, uint64_t step, uint64_t n_steps)
{
  double value;

  if (!value_at (checker, checker->component, step, n_steps, &value))
    return false;
  if (isfinite (value))
    return true;
  dnn_checker_fail (checker,
                    "the value at step %" G_GUINT64_FORMAT
                    " of %" G_GUINT64_FORMAT " is %g",
                    step, n_steps, value);
  return false;
}

void
dnn_check_schedule_finite (DnnChecker *checker)
{
  for (size_t j = 0; j < G_N_ELEMENTS (lengths); j++)
    for (size_t i = 0; i < N_STEPS; i++)
      if (!check_finite (checker, step_at (i), lengths[j]))
        return;
}

/* Asked backwards, and of another instance, it says the same. */
static bool
check_again (DnnChecker *checker, const DnnComponent *other, uint64_t n_steps)
{
  double once[N_STEPS];

  for (size_t i = 0; i < N_STEPS; i++)
    if (!value_at (checker, checker->component, step_at (i), n_steps, &once[i]))
      return false;
  for (size_t i = N_STEPS; i-- > 0;) {
    const uint64_t step = step_at (i);
    double again, beside;

    if (!value_at (checker, checker->component, step, n_steps, &again) ||
        !value_at (checker, other, step, n_steps, &beside))
      return false;
    if (memcmp (&again, &once[i], sizeof again) == 0 &&
        memcmp (&beside, &once[i], sizeof beside) == 0)
      continue;
    dnn_checker_fail (checker,
                      "the value at step %" G_GUINT64_FORMAT
                      " is %.17g at first and then %.17g, %.17g of another "
                      "instance",
                      step, once[i], again, beside);
    return false;
  }
  return true;
}

void
dnn_check_schedule_determinism (DnnChecker *checker)
{
  g_autoptr (DnnComponent) other = dnn_check_component (checker->subject, NULL);

  for (size_t j = 0; j < G_N_ELEMENTS (lengths); j++)
    if (!check_again (checker, other, lengths[j]))
      return;
}

/* --- its parameters ------------------------------------------------------ */

bool
dnn_check_schedule_takes (DnnChecker *checker, GError **error)
{
  const DnnCheckSubject *subject = checker->subject;
  g_autoptr (DnnSchedule) schedule =
      dnn_schedule_parse (subject->registry, subject->spec, 1, error);

  if (schedule == NULL && error != NULL)
    (*error)->code = DNN_ERROR_SHAPE; /* refused, as build refuses */
  return schedule != NULL;
}
