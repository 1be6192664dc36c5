/* dnn-check-activation.c - the checks of an activation */
#include "dnn-check-private.h"

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

/* Over `n` elements from `first` on: whole rows, unless elementwise. */
static void
eval (const Case *self, const float *x, float *y, int64_t first, int64_t n)
{
  const int64_t length = self->elementwise ? n : dnn_columns (&self->x.at[0]);

  self->ops->eval (self->checker->component->self, &dnn_host, x + first,
                   y + first, n / length, length);
}

static void
grad (const Case *self, const float *dy, float *dx, int64_t first, int64_t n)
{
  const int64_t length = self->elementwise ? n : dnn_columns (&self->x.at[0]);
  const bool needs_x = (self->ops->needs & DNN_NEEDS_X) != 0;
  const bool needs_y = (self->ops->needs & DNN_NEEDS_Y) != 0;

  self->ops->grad (self->checker->component->self, &dnn_host,
                   needs_x ? (float *) self->x.at[0].data + first : NULL,
                   needs_y ? (float *) self->y.at[0].data + first : NULL,
                   dy + first, dx + first, n / length, length);
}

static void
run (Case *self)
{
  const int64_t n = dnn_count (&self->x.at[0]);

  dnn_check_list_poison (&self->y);
  dnn_check_list_poison (&self->dx);
  if (n == 0)
    return;
  eval (self, self->x.at[0].data, self->y.at[0].data, 0, n);
  grad (self, self->dy.at[0].data, self->dx.at[0].data, 0, n);
}

static void
check_overwrite (DnnChecker *checker)
{
  Case self;

  case_init (&self, checker);
  run (&self);
  dnn_checker_written (checker, "y", &self.y.at[0]);
  dnn_checker_written (checker, "dx", &self.dx.at[0]);
  case_clear (&self);
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

static void
check_gradients (DnnChecker *checker)
{
  Case self;
  DnnCheckSlope slope = { "dx", objective, &self, NULL, NULL };

  case_init (&self, checker);
  run (&self);
  slope.variable = &self.x.at[0];
  slope.gradient = &self.dx.at[0];
  dnn_check_slope (checker->report, checker->check, &slope);
  case_clear (&self);
}

static void
check_in_place (DnnChecker *checker)
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
static void
check_split (DnnChecker *checker)
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
static void
check_determinism (DnnChecker *checker)
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

static void
check_read_only (DnnChecker *checker)
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

const DnnCheckRow dnn_check_activation_rows[] = {
  { "overwrite", check_overwrite },
  { "gradients", check_gradients },
  { "in-place", check_in_place },
  { "split", check_split },
  { "determinism", check_determinism },
  { "read-only", check_read_only },
  { NULL, NULL },
};
