/* dnn-check-step.c - an optimizer at work on one weight of a quadratic */
#include "dnn-check-step.h"

#include "dnn-build.h"
#include "dnn-param.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

/* --- making -------------------------------------------------------------- */

static bool
is_like (const DnnCheckStep *self, uint32_t i)
{
  const DnnShape shape = dnn_shape_of (&self->shape);

  return dnn_shape_equal (&self->built->slots.at[i].shape, &shape);
}

static void
make_one (const DnnCheckStep *self, DnnCheckList *list, const char *what)
{
  const DnnShape shape = dnn_shape_of (&self->shape);

  dnn_check_list_init (list, 1);
  list->at[0] = dnn_check_tensor (&shape, 1);
  list->pointer[0] = &list->at[0];
  dnn_check_fill (self->checker, what, &list->at[0]);
}

static void
make_slots (DnnCheckStep *self)
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
  dnn_check_list_declared (&self->scratch, &self->built->scratch, 1);
}

bool
dnn_check_step_init (DnnCheckStep *self, DnnChecker *checker,
                     DnnComponent *component)
{
  const size_t size = component->code->self_size;
  float *a;

  *self = (DnnCheckStep){ .checker = checker,
                          .component = component,
                          .scrap = NAN };
  self->shape = dnn_tensor_of (&checker->subject->inputs[0]);
  self->built = dnn_build_slots (component, component->plugin->name,
                                 &self->shape, "dense/kernel", NULL);
  if (self->built == NULL)
    return false;
  self->self = g_memdup2 (component->self, size + 1);
  make_one (self, &self->w, "w");
  make_one (self, &self->g, "g");
  make_one (self, &self->a, "a");
  make_one (self, &self->c, "c");
  make_one (self, &self->model, "model");
  a = self->a.at[0].data;
  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    a[i] = 1 + 0.5f * tanhf (a[i]);
  make_slots (self);
  self->context.pool = checker->pools[0];
  self->context.key.seed = checker->subject->seed;
  self->context.key.owner = dnn_random_owner ("kernel");
  return true;
}

void
dnn_check_step_clear (DnnCheckStep *self)
{
  DnnCheckList *lists[] = { &self->w,     &self->g,      &self->a,
                            &self->c,     &self->like,   &self->other,
                            &self->model, &self->scratch };

  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    dnn_check_list_clear (lists[i]);
  dnn_context_clear (&self->context);
  g_free (self->self);
  g_free (self->built);
}

bool
dnn_check_step_set_rate (DnnCheckStep *self, double rate)
{
  const DnnParam *param =
      dnn_param_find (self->component->code, "learning_rate");

  if (param == NULL || param->type != DNN_PARAM_FLOAT)
    return false;
  dnn_param_set_number (param, self->self, rate);
  return true;
}

/* --- the quadratic ------------------------------------------------------- */

double
dnn_check_step_loss (const DnnCheckStep *self)
{
  const float *w = self->w.at[0].data, *a = self->a.at[0].data;
  const float *c = self->c.at[0].data;
  double sum = 0;

  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    sum += a[i] * pow ((double) w[i] - c[i], 2) / 2;
  return sum;
}

static void
take_gradient (DnnCheckStep *self)
{
  const float *w = self->w.at[0].data, *a = self->a.at[0].data;
  const float *c = self->c.at[0].data;
  float *g = self->g.at[0].data;

  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    g[i] = a[i] * (w[i] - c[i]);
}

/* A DnnContext's `evaluate`. */
static int32_t
evaluate (void *data, DnnStepAll *a)
{
  DnnCheckStep *self = data;

  self->n_looks++;
  take_gradient (self);
  a->loss = dnn_check_step_loss (self);
  return 0;
}

/* --- calls --------------------------------------------------------------- */

typedef enum { BEGIN, STEP, STEP_ALL, MODEL } Op;

static const char *const names[] = { "begin", "step", "step_all",
                                     "model_weight" };

typedef struct {
  DnnCheckStep *of;
  Op op;
  DnnStep step;
  int32_t status;
} Call;

static void
call_step_all (Call *call)
{
  const DnnOptimizerOps *ops = call->of->component->code->ops;
  DnnStep *step = &call->step;
  DnnStepAll a = {
    .call = { DNN_END_OF (DnnStepAll, step), 0, &call->of->context },
    .n_weights = 1,
    .weights = &step,
    .loss = dnn_check_step_loss (call->of),
    .step = step->step,
  };

  call->status = ops->step_all (call->of->self, &dnn_host, &a);
}

static void
call_op (void *data)
{
  Call *call = data;
  const DnnOptimizerOps *ops = call->of->component->code->ops;
  const int64_t first = call->step.w - (float *) call->of->w.at[0].data;

  if (call->op == STEP_ALL)
    call_step_all (call);
  else if (call->op == MODEL)
    ops->model_weight (call->of->self, &dnn_host, &call->step,
                       (float *) call->of->model.at[0].data + first);
  else
    (call->op == BEGIN ? ops->begin : ops->step) (call->of->self, &dnn_host,
                                                  &call->step);
}

static bool
is_elementwise (const DnnCheckStep *self)
{
  return (self->component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
}

/* Contents of scratch are undefined at every call. */
static void
spoil_scratch (const DnnCheckStep *self)
{
  for (uint32_t i = 0; i < self->scratch.n; i++) {
    float *data = self->scratch.at[i].data;

    for (int64_t j = 0; data != NULL && j < dnn_count (&self->scratch.at[i]);
         j++)
      data[j] = self->scrap;
  }
}

/* Elements first .. last - 1. */
static bool
call_range (DnnCheckStep *self, Op op, int64_t first, int64_t last)
{
  const bool model = op == MODEL;
  const DnnWatched lists[] = {
    { "w", &self->w, model },
    { "g", &self->g, op != STEP_ALL }, /* evaluate writes it */
    { "slot", &self->like, model },
    { "slot", &self->other, model || (is_elementwise (self) && op == STEP) },
    { "scratch", &self->scratch, false },
    { "model", &self->model, !model },
  };
  float *slots[DNN_MAX_DECLARED] = { NULL };
  float *scratch[DNN_MAX_DECLARED] = { NULL };
  Call call = {
    .of = self,
    .op = op,
    .step = {
      .call = { DNN_END_OF (DnnStep, scratch), 0, &self->context },
      .n = last - first,
      .w = (float *) self->w.at[0].data + first,
      .g = op == BEGIN || model ? NULL : (float *) self->g.at[0].data + first,
      .slots = slots,
      .t = self->t,
      .step = self->t - 1,
      .weight = &self->shape,
      .scratch = is_elementwise (self) || model ? NULL : scratch,
    },
  };

  spoil_scratch (self);
  for (uint32_t i = 0; i < self->built->slots.n; i++)
    slots[i] = self->like.at[i].data != NULL
                   ? (float *) self->like.at[i].data + first
                   : self->other.at[i].data;
  for (uint32_t i = 0; i < self->scratch.n; i++)
    scratch[i] = self->scratch.at[i].data;
  return dnn_checker_call (self->checker, names[op], lists,
                           G_N_ELEMENTS (lists), call_op, &call) &&
         dnn_checker_status (self->checker, &self->context, call.status,
                             names[op]);
}

bool
dnn_check_step_range (DnnCheckStep *self, int64_t first, int64_t last)
{
  return call_range (self, STEP, first, last);
}

bool
dnn_check_step_model (DnnCheckStep *self, int64_t first, int64_t last)
{
  return call_range (self, MODEL, first, last);
}

bool
dnn_check_step_begin (DnnCheckStep *self)
{
  const DnnOptimizerOps *ops = self->component->code->ops;

  take_gradient (self);
  self->t++;
  self->context.key.step = self->t - 1;
  return ops->begin == NULL ||
         call_range (self, BEGIN, 0, dnn_count (&self->shape));
}

bool
dnn_check_step_has_all (const DnnComponent *component)
{
  const DnnOptimizerOps *ops = component->code->ops;

  return ops->struct_size >= DNN_END_OF (DnnOptimizerOps, step_all) &&
         ops->step_all != NULL;
}

bool
dnn_check_step_has_model (const DnnComponent *component)
{
  const DnnOptimizerOps *ops = component->code->ops;

  return ops->struct_size >= DNN_END_OF (DnnOptimizerOps, model_weight) &&
         ops->model_weight != NULL;
}

bool
dnn_check_step_goes_around (const DnnComponent *component)
{
  return (component->code->flags & DNN_FLAG_AROUND) != 0;
}

bool
dnn_check_step_all (DnnCheckStep *self)
{
  bool done;

  self->context.evaluate = evaluate;
  self->context.evaluate_data = self;
  done = call_range (self, STEP_ALL, 0, dnn_count (&self->shape));
  self->context.evaluate = NULL;
  return done;
}

/* The plain step that the optimizer goes around: w -= 0.1 g. */
static void
descend (DnnCheckStep *self)
{
  const float *g = self->g.at[0].data;
  float *w = self->w.at[0].data;

  for (int64_t i = 0; i < dnn_count (&self->shape); i++)
    w[i] -= 0.1f * g[i];
}

bool
dnn_check_step (DnnCheckStep *self)
{
  if (!dnn_check_step_begin (self))
    return false;
  if (!dnn_check_step_has_all (self->component))
    return call_range (self, STEP, 0, dnn_count (&self->shape));
  if (!dnn_check_step_all (self))
    return false;
  if (dnn_check_step_goes_around (self->component))
    descend (self);
  return true;
}

bool
dnn_check_step_often (DnnCheckStep *self, int n)
{
  for (int i = 0; i < n; i++)
    if (!dnn_check_step (self))
      return false;
  return true;
}
