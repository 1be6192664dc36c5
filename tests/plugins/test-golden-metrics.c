/* test-golden-metrics.c - metrics as Keras computed them
 *
 * Each case is taken in at once, and by two batches into states that are then
 * merged: the result is the same.
 */
#include "dnn-shape.h"
#include "dnn-test.h"

#include "dnn-build.h"
#include "dnn-host.h"

#include <string.h>

typedef struct {
  DnnComponent *metric; /* (owned) */
  const DnnMetricOps *ops;
  DnnTensor y_true, y_pred; /* data are owned */
  float *weights;           /* (owned) may be NULL */
  DnnBuilt *built;          /* (owned) */
  DnnContext context;
} Case;

static DnnTensor
tensor_of (JsonObject *array)
{
  const DnnShape shape = dnn_golden_shape (array);
  DnnTensor t = dnn_tensor_of (&shape);
  size_t n;

  t.data = dnn_golden_numbers (array, &n);
  return t;
}

static void
case_init (Case *self, JsonObject *golden)
{
  const DnnTensor *x[] = { &self->y_pred, &self->y_true };
  GError *error = NULL;
  size_t n;

  memset (self, 0, sizeof *self);
  self->metric = dnn_golden_component (golden, DNN_KIND_METRIC);
  self->ops = self->metric->code->ops;
  self->y_true = tensor_of (json_object_get_object_member (golden, "y_true"));
  self->y_pred = tensor_of (json_object_get_object_member (golden, "y_pred"));
  if (json_object_has_member (golden, "weights"))
    self->weights = dnn_golden_numbers (
        json_object_get_object_member (golden, "weights"), &n);
  self->built = dnn_build (self->metric, "metric", x, 2, &error);
  g_assert_no_error (error);
}

static void
case_clear (Case *self)
{
  g_free (self->built);
  g_free (self->weights);
  g_free (self->y_pred.data);
  g_free (self->y_true.data);
  dnn_component_free (self->metric);
}

/* Takes rows first .. first + n - 1 into the state. */
static void
update (Case *self, int64_t first, int64_t n, double *state)
{
  const int64_t rows = self->y_pred.dims[0];
  DnnTensor y_true = self->y_true, y_pred = self->y_pred;
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, state), 0, &self->context },
    .y_true = &y_true,
    .y_pred = &y_pred,
    .sample_weight = self->weights != NULL ? self->weights + first : NULL,
    .state = state,
  };

  y_true.data = dnn_f32 (&self->y_true) + first * dnn_count (&y_true) / rows;
  y_pred.data = dnn_f32 (&self->y_pred) + first * dnn_count (&y_pred) / rows;
  y_true.dims[0] = y_pred.dims[0] = n;
  g_assert_cmpint (self->ops->update (self->metric->self, &dnn_host, &pass), ==,
                   0);
}

static void
assert_result (Case *self, const double *state, JsonObject *golden)
{
  size_t n;
  g_autofree float *expected =
      dnn_golden_numbers (json_object_get_object_member (golden, "result"), &n);
  g_autofree double *result = g_new0 (double, n);
  g_autofree float *actual = g_new0 (float, n);
  const DnnTensor shape = dnn_tensor_of (&self->built->outputs.at[0].shape);

  g_assert_cmpint (n, ==,
                   self->built->outputs.at[0].set ? dnn_count (&shape) : 1);
  self->ops->result (self->metric->self, state, self->built->n_state, result);
  for (size_t i = 0; i < n; i++)
    actual[i] = (float) result[i];
  dnn_test_assert_close ("result", actual, expected, n);
}

static void
test_case (JsonObject *golden)
{
  Case self;
  g_autofree double *whole = NULL, *first = NULL, *second = NULL;
  int64_t rows, n;

  case_init (&self, golden);
  rows = self.y_pred.dims[0];
  n = self.built->n_state;
  whole = g_new0 (double, (gsize) n);
  first = g_new0 (double, (gsize) n);
  second = g_new0 (double, (gsize) n);

  update (&self, 0, rows, whole);
  update (&self, 0, rows / 3, first);
  update (&self, rows / 3, rows - rows / 3, second);
  if (self.ops->merge != NULL)
    self.ops->merge (self.metric->self, first, second, n);
  else
    for (int64_t i = 0; i < n; i++)
      first[i] += second[i];

  assert_result (&self, whole, golden);
  assert_result (&self, first, golden);
  case_clear (&self);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("metrics", DNN_KIND_METRIC, test_case);
  dnn_test_add_golden ("shelf-metrics", DNN_KIND_METRIC, test_case);

  return g_test_run ();
}
