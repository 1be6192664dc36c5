/* metric.c - the checks of a metric */
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

enum { Y_PRED, Y_TRUE, WEIGHT, STATE, RESULT, N_TENSORS };

/* A batch and a state.  State and result are doubles: two elements each. */
typedef struct {
  DnnChecker *checker;
  const DnnComponent *component;
  const DnnMetricOps *ops;
  DnnBuilt *built; /* (owned) */
  int64_t n_state, n_result;
  DnnCheckList t; /* the enum above */
  DnnCheckRoom room;
  DnnContext context;
} Case;

/* --- making -------------------------------------------------------------- */

static void
make_tensor (Case *self, int index, const DnnShape *shape)
{
  self->t.at[index] = dnn_check_tensor (shape, 1);
  self->t.pointer[index] = &self->t.at[index];
}

static void
make_doubles (Case *self, int index, int64_t n)
{
  const DnnShape shape = DNN_SHAPE (2 * n);

  make_tensor (self, index, &shape);
}

/* Shares: positive, with the sum 1 in rows of several. */
static void
make_predictions (Case *self)
{
  DnnTensor *t = &self->t.at[Y_PRED];
  const int64_t rows = dnn_rows (t), columns = dnn_columns (t);
  float *y = t->data;

  dnn_check_fill (self->checker, "y_pred", t);
  for (int64_t i = 0; i < rows; i++, y += columns) {
    float sum = 0;

    for (int64_t j = 0; j < columns; j++)
      sum += y[j] = 1 / (1 + expf (y[j]));
    for (int64_t j = 0; columns > 1 && j < columns; j++)
      y[j] /= sum;
  }
}

/* Whole numbers as build expects them, classes of the predictions, or a 1
 * among zeros where there are as many as predictions. */
static void
make_targets (Case *self)
{
  const DnnTensor *y = &self->t.at[Y_PRED];
  DnnTensor *t = &self->t.at[Y_TRUE];
  const int64_t columns = dnn_columns (y);
  const bool alike = dnn_count (y) == dnn_count (t);
  DnnExpected expected = { true, 0, alike ? 1 : MAX (columns, 1) - 1 };
  float *data = t->data;

  if (self->built->expected[1].set)
    expected = self->built->expected[1];
  dnn_check_fill_integer (self->checker, "y_true", t, &expected);
  if (!alike || columns == 1 || self->built->expected[1].set)
    return;
  for (int64_t i = 0; i < dnn_count (t); i++)
    data[i] = i % columns == (i / columns * 7 + 1) % columns ? 1 : 0;
}

static bool
case_init (Case *self, DnnChecker *checker, const DnnComponent *component)
{
  const DnnShape *shapes = checker->subject->inputs;
  const DnnShape samples = DNN_SHAPE (shapes[0].dims[0]);
  g_autoptr (GError) error = NULL;

  *self = (Case){ checker, component, component->code->ops };
  dnn_check_list_init (&self->t, N_TENSORS);
  self->built = dnn_checker_build (checker, 1, &error);
  if (self->built == NULL) {
    dnn_checker_fail (checker, "%s", error->message);
    return false;
  }
  self->n_state = self->built->n_state;
  self->n_result = 1;
  if (self->built->outputs.at[0].set) {
    const DnnTensor result = dnn_tensor_of (&self->built->outputs.at[0].shape);

    self->n_result = dnn_count (&result);
  }
  make_tensor (self, Y_PRED, &shapes[0]);
  make_tensor (self, Y_TRUE, &shapes[1]);
  make_tensor (self, WEIGHT, &samples);
  make_doubles (self, STATE, self->n_state);
  make_doubles (self, RESULT, self->n_result);
  make_predictions (self);
  make_targets (self);
  self->context.pool = checker->pools[0];
  dnn_check_room_init (&self->room, checker, self->built, &self->context);
  return true;
}

static void
case_clear (Case *self)
{
  dnn_context_clear (&self->context);
  dnn_check_list_clear (&self->t);
  dnn_check_room_clear (&self->room);
  g_clear_pointer (&self->built, g_free);
}

/* --- calling ------------------------------------------------------------- */

typedef struct {
  Case *of;
  bool weighted;
  double *state;
  const double *from; /* what is merged */
  int32_t status;
} Call;

static void
call_update (void *data)
{
  Call *call = data;
  Case *self = call->of;
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, scratch), 0, &self->context },
    .y_true = &self->t.at[Y_TRUE],
    .y_pred = &self->t.at[Y_PRED],
    .sample_weight = call->weighted ? self->t.at[WEIGHT].data : NULL,
    .state = call->state,
    .scratch = self->room.scratch.pointer,
  };

  call->status = self->ops->update (self->component->self, &dnn_host, &pass);
}

static void
call_merge (void *data)
{
  const Call *call = data;
  const Case *self = call->of;

  if (self->ops->merge != NULL)
    self->ops->merge (self->component->self, call->state, call->from,
                      self->n_state);
  else
    for (int64_t i = 0; i < self->n_state; i++)
      call->state[i] += call->from[i];
}

static void
call_result (void *data)
{
  const Call *call = data;
  const Case *self = call->of;

  self->ops->result (self->component->self, call->state, self->n_state,
                     self->t.at[RESULT].data);
}

/* Watches a call; `output` is the tensor that it may write. */
static bool
watch (Case *self, const char *what, int output, void (*body) (void *data),
       Call *call)
{
  static const char *const names[] = { "y_pred", "y_true", "sample_weight",
                                       "state (in half doubles)",
                                       "result (in half doubles)" };
  DnnCheckList lists[N_TENSORS];
  DnnWatched watched[N_TENSORS + DNN_CHECK_ROOM];

  dnn_check_room_watch (&self->room, watched + N_TENSORS);
  for (int i = 0; i < N_TENSORS; i++) {
    lists[i] = (DnnCheckList){ 1, &self->t.at[i], NULL };
    watched[i] = (DnnWatched){ names[i], &lists[i], i != output };
  }
  call->of = self;
  return dnn_checker_call (self->checker, what, watched, G_N_ELEMENTS (watched),
                           body, call) &&
         dnn_checker_status (self->checker, &self->context, call->status, what);
}

/* Takes the batch into the state of `into`. */
static bool
update (Case *self, Case *into, bool weighted)
{
  Call call = { .weighted = weighted, .state = into->t.at[STATE].data };

  return watch (self, "update", STATE, call_update, &call);
}

static bool
merge (Case *self, const Case *from)
{
  Call call = { .state = self->t.at[STATE].data,
                .from = from->t.at[STATE].data };

  return watch (self, "merge", STATE, call_merge, &call);
}

/* Over NaN. */
static bool
result (Case *self)
{
  Call call = { .state = self->t.at[STATE].data };
  double *numbers = self->t.at[RESULT].data;

  for (int64_t i = 0; i < self->n_result; i++)
    numbers[i] = NAN;
  return watch (self, "result", RESULT, call_result, &call);
}

static void
compare (Case *a, const char *so, Case *b, const char *but, double tolerance)
{
  const double *x = a->t.at[RESULT].data, *y = b->t.at[RESULT].data;

  if (!result (a) || !result (b))
    return;
  for (int64_t i = 0; i < a->n_result; i++)
    if (!(fabs (x[i] - y[i]) <= tolerance * fmax (fabs (y[i]), 1))) {
      dnn_checker_fail (a->checker, "the result is %.9g %s, %.9g %s", x[i], so,
                        y[i], but);
      return;
    }
}

/* --- checks -------------------------------------------------------------- */

static void
run_whole (DnnChecker *checker)
{
  Case self;

  if (case_init (&self, checker, checker->component) &&
      update (&self, &self, false) && update (&self, &self, true))
    result (&self);
  case_clear (&self);
}

void
dnn_check_metric_memory (DnnChecker *checker)
{
  checker->strict = true;
  run_whole (checker);
  checker->strict = false;
}

static void
try_shape (DnnChecker *odd)
{
  if (dnn_check_is_quick (odd->subject->inputs, odd->subject->n_inputs))
    run_whole (odd);
}

void
dnn_check_metric_shapes (DnnChecker *checker)
{
  dnn_check_each_shape (checker, 2, try_shape);
}

/* Row `i` of all, as a batch of one. */
static void
take_row (const Case *all, int64_t i, Case *one)
{
  for (int j = 0; j <= Y_TRUE; j++) {
    const int64_t n = dnn_count (&one->t.at[j]);

    memcpy (one->t.at[j].data, (float *) all->t.at[j].data + i * n,
            (size_t) n * sizeof (float));
  }
}

/* Calls `body` with the whole batch, and an empty case of one row. */
static void
with_rows (DnnChecker *checker, void (*body) (Case *whole, Case *one))
{
  DnnShape shapes[] = { checker->subject->inputs[0],
                        checker->subject->inputs[1] };
  DnnCheckSubject subject = *checker->subject;
  DnnChecker alone = dnn_checker_with (checker, &subject);
  Case whole, one = { 0 };

  shapes[0].dims[0] = shapes[1].dims[0] = 1;
  subject.inputs = shapes;
  if (case_init (&whole, checker, checker->component) &&
      case_init (&one, &alone, checker->component))
    body (&whole, &one);
  case_clear (&whole);
  case_clear (&one);
}

/* Samples one by one, each with a state of its own that is merged. */
static void
split (Case *whole, Case *one)
{
  const int64_t rows = whole->t.at[Y_PRED].dims[0];
  Case merged = { 0 };
  bool done = update (whole, whole, false) &&
              case_init (&merged, one->checker, one->component);

  for (int64_t i = 0; done && i < rows; i++) {
    memset (one->t.at[STATE].data, 0, (size_t) one->n_state * sizeof (double));
    take_row (whole, i, one);
    done = update (one, one, false) && merge (&merged, one);
  }
  if (done)
    compare (&merged, "merged from samples", whole, "from the batch", 1e-6);
  case_clear (&merged);
}

void
dnn_check_metric_split (DnnChecker *checker)
{
  with_rows (checker, split);
}

/* Weights 0, 1, 2, 0, ... against each sample so many times. */
static void
weights (Case *whole, Case *one)
{
  const int64_t rows = whole->t.at[Y_PRED].dims[0];
  float *weight = whole->t.at[WEIGHT].data;
  bool done;

  for (int64_t i = 0; i < rows; i++)
    weight[i] = (float) (i % 3);
  done = update (whole, whole, true);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; done && j < i % 3; j++) {
      take_row (whole, i, one);
      done = update (one, one, false);
    }
  if (done)
    compare (whole, "with weights 0, 1, 2", one, "with samples so many times",
             1e-6);
}

void
dnn_check_metric_weights (DnnChecker *checker)
{
  with_rows (checker, weights);
}

/* Twice, with another instance's batch in between. */
void
dnn_check_metric_determinism (DnnChecker *checker)
{
  DnnCheckSubject subject = *checker->subject;
  DnnChecker beside = dnn_checker_with (checker, &subject);
  g_autoptr (DnnComponent) component = dnn_check_component (&subject, NULL);
  Case once = { 0 }, again = { 0 }, other = { 0 };

  subject.seed++;
  if (case_init (&once, checker, checker->component) &&
      case_init (&again, checker, checker->component) &&
      case_init (&other, &beside, component) && update (&once, &once, false) &&
      update (&once, &once, false) && update (&again, &again, false) &&
      update (&other, &other, false) && update (&again, &again, false))
    compare (&again, "beside another instance", &once, "alone", 0);
  case_clear (&once);
  case_clear (&again);
  case_clear (&other);
}

/* --- its ops ------------------------------------------------------------- */

void
dnn_check_metric_ops (const void *ops, GPtrArray *failures)
{
  const DnnMetricOps *metric = ops;

  if (metric->better != 1 && metric->better != -1)
    g_ptr_array_add (failures,
                     g_strdup_printf ("its `better` must be +1 or -1, not '%d'",
                                      metric->better));
}
