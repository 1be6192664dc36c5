/* activation.c - the checks of an activation */
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

#include <math.h>
#include <string.h>

/* An activation with its four tensors; entry 0 of each list. */
typedef struct {
  DnnChecker *checker;
  const DnnActivationOps *ops;
  bool elementwise;
  DnnCheckList x, y, dy, dx;
} Case;

static void
make_one (const DnnChecker *checker, DnnCheckList *list, const char *what)
{
  dnn_check_list_init (list, 1);
  list->at[0] = dnn_check_tensor (&checker->subject->inputs[0], 1);
  list->pointer[0] = &list->at[0];
  dnn_check_fill (checker, what, &list->at[0]);
}

/* Inputs are spread wider than one, so that both tails are seen. */
static void
case_init (Case *self, DnnChecker *checker)
{
  float *x;

  self->checker = checker;
  self->ops = checker->component->code->ops;
  self->elementwise =
      (checker->component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
  make_one (checker, &self->x, "x");
  make_one (checker, &self->y, "y");
  make_one (checker, &self->dy, "dy");
  make_one (checker, &self->dx, "dx");
  x = self->x.at[0].data;
  for (int64_t i = 0; i < dnn_count (&self->x.at[0]); i++)
    x[i] *= 2;
}

static void
case_clear (Case *self)
{
  dnn_check_list_clear (&self->x);
  dnn_check_list_clear (&self->y);
  dnn_check_list_clear (&self->dy);
  dnn_check_list_clear (&self->dx);
}

typedef struct {
  const Case *of;
  const float *x, *y, *dy; /* of eval: x alone */
  float *out;
  int64_t rows, length;
} Call;

static void
call_eval (void *data)
{
  const Call *call = data;

  call->of->ops->eval (call->of->checker->component->self, &dnn_host, call->x,
                       call->out, call->rows, call->length);
}

static void
call_grad (void *data)
{
  const Call *call = data;

  call->of->ops->grad (call->of->checker->component->self, &dnn_host, call->x,
                       call->y, call->dy, call->out, call->rows, call->length);
}

static bool
watch (const Case *self, Call *call, bool backward)
{
  const DnnWatched lists[] = {
    { "x", &self->x, true },
    { "y", &self->y, backward },
    { "dy", &self->dy, true },
    { "dx", &self->dx, !backward },
  };

  return dnn_checker_call (self->checker, backward ? "grad" : "eval", lists,
                           G_N_ELEMENTS (lists),
                           backward ? call_grad : call_eval, call);
}

/* Over `n` elements from `first` on: whole rows, unless elementwise. */
static bool
eval (const Case *self, const float *x, float *y, int64_t first, int64_t n)
{
  const int64_t length = self->elementwise ? n : dnn_columns (&self->x.at[0]);
  Call call = { .of = self,
                .x = x + first,
                .out = y + first,
                .rows = n / MAX (length, 1),
                .length = length };

  return watch (self, &call, false);
}

static bool
grad (const Case *self, const float *dy, float *dx, int64_t first, int64_t n)
{
  const int64_t length = self->elementwise ? n : dnn_columns (&self->x.at[0]);
  const bool needs_x = (self->ops->needs & DNN_NEEDS_X) != 0;
  const bool needs_y = (self->ops->needs & DNN_NEEDS_Y) != 0;
  Call call = {
    .of = self,
    .x = needs_x ? (float *) self->x.at[0].data + first : NULL,
    .y = needs_y ? (float *) self->y.at[0].data + first : NULL,
    .dy = dy + first,
    .out = dx + first,
    .rows = n / MAX (length, 1),
    .length = length,
  };

  return watch (self, &call, true);
}

static bool
run (Case *self)
{
  const int64_t n = dnn_count (&self->x.at[0]);

  dnn_check_list_poison (&self->y);
  dnn_check_list_poison (&self->dx);
  return n == 0 ||
         (eval (self, self->x.at[0].data, self->y.at[0].data, 0, n) &&
          grad (self, self->dy.at[0].data, self->dx.at[0].data, 0, n));
}

void
dnn_check_activation_overwrite (DnnChecker *checker)
{
  Case self;

  case_init (&self, checker);
  if (run (&self)) {
    dnn_checker_written (checker, "y", &self.y.at[0]);
    dnn_checker_written (checker, "dx", &self.dx.at[0]);
  }
  case_clear (&self);
}

void
dnn_check_activation_memory (DnnChecker *checker)
{
  Case self;

  case_init (&self, checker);
  checker->strict = true;
  run (&self);
  checker->strict = false;
  case_clear (&self);
}

void
dnn_check_activation_shapes (DnnChecker *checker)
{
  DnnShape shape;

  for (size_t i = 0; dnn_check_odd_shape (i, &shape); i++) {
    DnnCheckSubject subject = *checker->subject;
    DnnChecker odd = dnn_checker_with (checker, &subject);
    g_autofree char *text = dnn_check_shapes_to_string (&shape, 1);
    g_autofree char *where = g_strdup_printf ("for %s", text);

    subject.inputs = &shape;
    odd.where = where;
    odd.strict = true;
    if (dnn_check_is_quick (&shape, 1))
      dnn_check_activation_overwrite (&odd);
  }
}

static double
objective (void *data, double *ret_noise)
{
  Case *self = data;
  double squares = 0, sum;

  eval (self, self->x.at[0].data, self->y.at[0].data, 0,
        dnn_count (&self->x.at[0]));
  sum = dnn_check_dot (&self->dy.at[0], &self->y.at[0], &squares);
  *ret_noise = sqrt (squares);
  return sum;
}

void
dnn_check_activation_gradients (DnnChecker *checker)
{
  Case self;
  DnnCheckSlope slope = { "dx", objective, &self, NULL, NULL };

  if ((checker->component->code->flags & DNN_FLAG_OTHER_GRADIENT) != 0)
    return;
  case_init (&self, checker);
  run (&self);
  slope.variable = &self.x.at[0];
  slope.gradient = &self.dx.at[0];
  dnn_check_slope (checker->report, checker->check, &slope);
  case_clear (&self);
}

void
dnn_check_activation_in_place (DnnChecker *checker)
{
  Case self;
  DnnCheckList x, dy;
  int64_t n;

  case_init (&self, checker);
  run (&self);
  n = dnn_count (&self.x.at[0]);
  dnn_check_list_copy (&x, &self.x);
  dnn_check_list_copy (&dy, &self.dy);
  eval (&self, x.at[0].data, x.at[0].data, 0, n);
  grad (&self, dy.at[0].data, dy.at[0].data, 0, n);
  dnn_checker_same (checker, "y", &x.at[0], "in place", &self.y.at[0], "apart");
  dnn_checker_same (checker, "dx", &dy.at[0], "in place", &self.dx.at[0],
                    "apart");
  dnn_check_list_clear (&x);
  dnn_check_list_clear (&dy);
  case_clear (&self);
}

/* In pieces of 1, 2, 3, ... elements or rows. */
void
dnn_check_activation_split (DnnChecker *checker)
{
  Case self;
  DnnCheckList y, dx;
  int64_t n, unit, first = 0;

  case_init (&self, checker);
  run (&self);
  dnn_check_list_copy (&y, &self.y);
  dnn_check_list_copy (&dx, &self.dx);
  dnn_check_list_poison (&y);
  dnn_check_list_poison (&dx);
  n = dnn_count (&self.x.at[0]);
  unit = self.elementwise ? 1 : MAX (dnn_columns (&self.x.at[0]), 1);
  for (int64_t i = 1; first < n; i++) {
    const int64_t some = MIN (i * unit, n - first);

    eval (&self, self.x.at[0].data, y.at[0].data, first, some);
    grad (&self, self.dy.at[0].data, dx.at[0].data, first, some);
    first += some;
  }
  dnn_checker_same (checker, "y", &y.at[0], "in pieces", &self.y.at[0],
                    "whole");
  dnn_checker_same (checker, "dx", &dx.at[0], "in pieces", &self.dx.at[0],
                    "whole");
  dnn_check_list_clear (&y);
  dnn_check_list_clear (&dx);
  case_clear (&self);
}

/* Twice the same, and nothing but the results is written. */
void
dnn_check_activation_determinism (DnnChecker *checker)
{
  Case once, again;

  case_init (&once, checker);
  case_init (&again, checker);
  run (&once);
  run (&again);
  dnn_checker_same (checker, "y", &again.y.at[0], "again", &once.y.at[0],
                    "at first");
  dnn_checker_same (checker, "dx", &again.dx.at[0], "again", &once.dx.at[0],
                    "at first");
  case_clear (&once);
  case_clear (&again);
}

void
dnn_check_activation_read_only (DnnChecker *checker)
{
  Case fresh, used;
  DnnCheckList y;

  case_init (&fresh, checker);
  case_init (&used, checker);
  run (&used);
  dnn_check_list_copy (&y, &used.y);
  grad (&used, used.dy.at[0].data, used.dx.at[0].data, 0,
        dnn_count (&used.x.at[0]));
  dnn_checker_same (checker, "x", &used.x.at[0], "after", &fresh.x.at[0],
                    "before");
  dnn_checker_same (checker, "y", &used.y.at[0], "after grad", &y.at[0],
                    "before");
  dnn_checker_same (checker, "dy", &used.dy.at[0], "after", &fresh.dy.at[0],
                    "before");
  dnn_check_list_clear (&y);
  case_clear (&fresh);
  case_clear (&used);
}

/* --- its ops ------------------------------------------------------------- */

void
dnn_check_activation_ops (const void *ops, GPtrArray *failures)
{
  const DnnActivationOps *activation = ops;

  if ((activation->needs & ~(uint32_t) (DNN_NEEDS_X | DNN_NEEDS_Y)) != 0)
    g_ptr_array_add (failures,
                     g_strdup_printf ("its `needs` is '%u', no sum of DnnNeeds",
                                      activation->needs));
}
