/* initializer.c - the checks of an initializer */
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

#include <math.h>

/* A weight, filled. */
typedef struct {
  DnnChecker *checker;
  DnnComponent *component;
  DnnCheckList w; /* entry 0 */
  DnnCheckList x; /* entry 0, or none: what enters the layer */
  DnnContext context;
  bool refused; /* by a sentence, which a shape may be */
} Case;

static void
case_init (Case *self, DnnChecker *checker)
{
  *self = (Case){ .checker = checker, .component = checker->component };
  dnn_check_list_init (&self->w, 1);
  self->w.at[0] = dnn_check_tensor (&checker->subject->inputs[0], 1);
  self->w.pointer[0] = &self->w.at[0];
  self->context.pool = checker->pools[0];
  self->context.key.seed = checker->subject->seed;
  self->context.key.owner = dnn_random_owner ("kernel");
}

static void
case_clear (Case *self)
{
  dnn_context_clear (&self->context);
  dnn_check_list_clear (&self->x);
  dnn_check_list_clear (&self->w);
}

/* Samples of a first batch that the initializer may look at; false: it is of
 * 1.0, and does not know of one. */
static bool
add_x (Case *self)
{
  const DnnTensor *w = &self->w.at[0];
  const DnnShape shape = DNN_SHAPE (9, w->n_dims > 0 ? dnn_rows (w) : 1);

  if (self->component->code->abi_minor < 1)
    return false;
  dnn_check_list_init (&self->x, 1);
  self->x.at[0] = dnn_check_tensor (&shape, 1);
  self->x.pointer[0] = &self->x.at[0];
  dnn_check_fill (self->checker, "x", &self->x.at[0]);
  return true;
}

static void
call_fill (void *data)
{
  Case *self = data;
  const DnnInitializerOps *ops = self->component->code->ops;
  const DnnShape shape = dnn_shape_of (&self->w.at[0]);
  DnnFill fill = {
    .call = { DNN_END_OF (DnnFill, x), 0, &self->context },
    .w = &self->w.at[0],
    .x = self->x.n > 0 ? &self->x.at[0] : NULL,
  };

  dnn_fans_of (&shape, &fill.fan_in, &fill.fan_out);
  self->refused = ops->fill (self->component->self, &dnn_host, &fill) != 0 &&
                  self->context.message != NULL;
}

/* Over NaN.  False where it crashed, or refused the shape. */
static bool
fill (Case *self)
{
  const DnnWatched lists[] = { { "w", &self->w, false },
                               { "x", &self->x, true } };

  dnn_check_list_poison (&self->w);
  return dnn_checker_call (self->checker, "fill", lists, G_N_ELEMENTS (lists),
                           call_fill, self) &&
         !self->refused;
}

void
dnn_check_initializer_overwrite (DnnChecker *checker)
{
  Case self;

  case_init (&self, checker);
  if (fill (&self))
    dnn_checker_written (checker, "w", &self.w.at[0]);
  else if (self.refused)
    dnn_checker_status (checker, &self.context, -1, "fill");
  else
    return case_clear (&self);
  if (add_x (&self) && fill (&self))
    dnn_checker_written (checker, "w", &self.w.at[0]);
  case_clear (&self);
}

void
dnn_check_initializer_memory (DnnChecker *checker)
{
  Case self;

  checker->strict = true;
  case_init (&self, checker);
  fill (&self);
  if (add_x (&self))
    fill (&self);
  case_clear (&self);
  checker->strict = false;
}

void
dnn_check_initializer_shapes (DnnChecker *checker)
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
    case_init (&self, &odd);
    if (fill (&self))
      dnn_checker_written (&odd, "w", &self.w.at[0]);
    case_clear (&self);
  }
}

/* --- numbers ------------------------------------------------------------- */

typedef struct {
  double mean;
  double deviation;
} Moments;

static Moments
moments_of (const float *x, int64_t n)
{
  double sum = 0, squares = 0;

  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  sum /= (double) n;
  for (int64_t i = 0; i < n; i++)
    squares += (x[i] - sum) * (x[i] - sum);
  return (Moments){ sum, sqrt (squares / (double) n) };
}

/* Of both halves alike: the means by six of their standard errors, the
 * deviations by a half, which tells a part that was filled otherwise. */
void
dnn_check_initializer_moments (DnnChecker *checker)
{
  Case self;

  if ((checker->component->code->flags & DNN_FLAG_PATTERN) != 0)
    return;
  case_init (&self, checker);
  if (fill (&self)) {
    const float *w = self.w.at[0].data;
    const int64_t half = dnn_count (&self.w.at[0]) / 2;
    const Moments a = moments_of (w, half), b = moments_of (w + half, half);
    const double spread = fmax (a.deviation, b.deviation);

    if (!(fabs (a.mean - b.mean) <=
          6 * spread * sqrt (2 / (double) half) + 1e-6 * fabs (a.mean)))
      dnn_checker_fail (checker,
                        "the mean is %.4g in the first half of the weight and "
                        "%.4g in the second",
                        a.mean, b.mean);
    if (!(fmin (a.deviation, b.deviation) >= spread / 2))
      dnn_checker_fail (checker,
                        "the standard deviation is %.4g in the first half of "
                        "the weight and %.4g in the second",
                        a.deviation, b.deviation);
  }
  case_clear (&self);
}

static void
compare (Case *once, Case *again, const char *how)
{
  if (fill (again))
    dnn_checker_same (again->checker, "w", &again->w.at[0], how, &once->w.at[0],
                      "at first");
}

/* Same key, same bits; another seed, other numbers, or constants. */
void
dnn_check_initializer_determinism (DnnChecker *checker)
{
  const DnnCheckSubject *subject = checker->subject;
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  g_autoptr (DnnComponent) other = dnn_check_component (subject, NULL);
  Case once, again;
  int64_t n_same = 0, n;

  case_init (&once, checker);
  case_init (&again, checker);
  n = dnn_count (&once.w.at[0]);
  if (fill (&once)) {
    const float *a = once.w.at[0].data, *b = again.w.at[0].data;

    for (int i = 0; i < DNN_CHECK_POOLS; i++) {
      again.context.pool = checker->pools[i];
      compare (&once, &again, how[i]);
    }
    again.component = other;
    compare (&once, &again, "by another instance");
    again.context.key.seed++;
    fill (&again);
    for (int64_t i = 0; i < n; i++)
      n_same += a[i] == b[i];
    if (n_same > n / 2 && n_same < n)
      dnn_checker_fail (checker,
                        "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                        " numbers are the same with another seed",
                        n_same, n);
  }
  case_clear (&once);
  case_clear (&again);
}
