/* test-ctc.c - CTC as Keras computed it, and as the sum over all paths */
#include "dnn-blas.h"
#include "dnn-objective.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

/* The loss of given logits. */
typedef struct {
  DnnModel *model;
  DnnPool *pool;
  DnnObjective *objective;
  DnnPlan *plan;
  DnnBatch batch;
} Run;

static void
run_clear (Run *self)
{
  dnn_plan_free (self->plan);
  dnn_objective_free (self->objective);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
run_init (Run *self, bool masked, const DnnTensor *x, const DnnTensor *labels)
{
  const DnnShape input = DNN_SHAPE (x->dims[1], x->dims[2]);
  const DnnShape target = DNN_SHAPE (labels->dims[1]);
  const DnnPlanOptions options = { .batch = x->dims[0],
                                   .training = true,
                                   .input_gradient = true };
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  self->pool = dnn_pool_new (2);
  self->model = dnn_model_new_from_chain (
      dnn_test_registry (), masked ? "masking mask_value=-9" : "linear", &input,
      &error);
  g_assert_no_error (error);
  self->objective = dnn_objective_new (dnn_test_registry (), "ctc", NULL,
                                       (DnnPlace){ 0 }, &error);
  dnn_objective_check (self->objective, self->model, &target, NULL, &error);
  g_assert_no_error (error);
  self->plan = dnn_plan_new (self->model, self->pool, &options, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_plan_allocate (self->plan, NULL, &error));
  self->batch = (DnnBatch){
    .plan = self->plan, .n_weights = 1, .n = x->dims[0], .y_true = { *labels }
  };
  memcpy (dnn_plan_input (self->plan), x->data,
          (size_t) dnn_count (x) * sizeof (float));
  g_assert_true (
      dnn_executor_forward (self->plan, &(DnnPassInfo){ 0 }, &error));
  dnn_objective_update (self->objective, &self->batch, true, &error);
  g_assert_no_error (error);
}

static DnnTensor
tensor_of (JsonObject *golden, const char *name)
{
  JsonObject *array = json_object_get_object_member (golden, name);
  const DnnShape shape = dnn_golden_shape (array);
  DnnTensor t = { .n_dims = shape.n_dims };
  size_t n;

  memcpy (t.dims, shape.dims, sizeof t.dims);
  t.data = dnn_golden_numbers (array, &n);
  return t;
}

static void
test_case (JsonObject *golden)
{
  DnnTensor x = tensor_of (golden, "y_pred"), l = tensor_of (golden, "y_true");
  DnnTensor values = tensor_of (golden, "values");
  DnnTensor dx = tensor_of (golden, "dy_pred");
  g_auto (Run) run;
  DnnTensor losses;

  run_init (&run, json_object_get_boolean_member (golden, "masked"), &x, &l);
  losses = dnn_objective_losses (run.objective);

  g_assert_cmpuint (losses.n_dims, ==, 1);
  dnn_test_assert_close ("values", losses.data, values.data,
                         (size_t) dnn_count (&values));
  dnn_test_assert_close ("dy_pred",
                         run.plan->heads[0].loss_value->gradient.tensor.data,
                         dx.data, (size_t) dnn_count (&dx));
  g_free (x.data);
  g_free (l.data);
  g_free (values.data);
  g_free (dx.data);
}

static void
test_no_path (void)
{
  float x[] = { 1, 2, 3, 1, 1, 1 }, l[] = { 1, 1 };
  const DnnTensor y_pred = { x, DNN_FLOAT32, 3, { 1, 2, 3 } };
  const DnnTensor labels = { l, DNN_FLOAT32, 2, { 1, 2 } };
  g_auto (Run) run;
  const float *dx;

  g_test_summary ("A label twice needs a blank between; without, p is 0");

  run_init (&run, false, &y_pred, &labels);
  dx = run.plan->heads[0].loss_value->gradient.tensor.data;

  g_assert_true (isinf (dnn_objective_batch_loss (run.objective)));
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (dx[i], ==, 0);
}

static void
test_rejects (void)
{
  static const struct {
    DnnShape input, target;
  } rows[] = {
    { { 1, 0, { 3 } }, { 1, 0, { 2 } } },
    { { 2, 0, { 3, 1 } }, { 1, 0, { 2 } } },
    { { 2, 0, { 3, 4 } }, { 1, 0, { 4 } } },
    { { 2, 0, { 3, 4 } }, { 2, 0, { 3, 4 } } },
  };

  g_test_summary ("Logits by step, and no more labels than steps");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnModel) model = dnn_model_new_from_chain (
        dnn_test_registry (), "linear", &rows[i].input, &error);
    g_autoptr (DnnObjective) objective = dnn_objective_new (
        dnn_test_registry (), "ctc", NULL, (DnnPlace){ 0 }, &error);

    g_assert_no_error (error);
    g_assert_false (
        dnn_objective_check (objective, model, &rows[i].target, NULL, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_SHAPE);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  dnn_test_add_golden ("ctc", DNN_KIND_LOSS, test_case);
  g_test_add_func ("/ctc/no-path", test_no_path);
  g_test_add_func ("/ctc/rejects", test_rejects);

  return g_test_run ();
}
