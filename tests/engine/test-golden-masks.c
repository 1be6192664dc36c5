/* test-golden-masks.c - losses and metrics of padded sequences, as Keras
 * computed them, without weights, with one per sample and one per step */
#include "dnn-blas.h"
#include "dnn-objective.h"
#include "dnn-test.h"

#include <string.h>

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

static DnnShape
sample_of (const DnnTensor *t)
{
  DnnShape shape = { .n_dims = t->n_dims - 1 };

  memcpy (shape.dims, &t->dims[1], shape.n_dims * sizeof shape.dims[0]);
  return shape;
}

static DnnModel *
make_model (JsonObject *golden, const DnnTensor *x, const DnnTensor *kernel)
{
  const DnnShape input = sample_of (x);
  g_autofree char *chain = g_strdup_printf (
      "masking mask_value=-9 ! dense units=%d activation=%s name=out",
      (int) kernel->dims[1],
      json_object_get_string_member (golden, "activation"));
  DnnTensor bias = tensor_of (golden, "bias");
  g_autoptr (GError) error = NULL;
  DnnModel *model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error);

  g_assert_no_error (error);
  memcpy (dnn_model_find_weight (model, "out/kernel")->tensor.data,
          kernel->data, (size_t) dnn_count (kernel) * sizeof (float));
  memcpy (dnn_model_find_weight (model, "out/bias")->tensor.data, bias.data,
          (size_t) dnn_count (&bias) * sizeof (float));
  g_free (bias.data);
  return model;
}

static DnnObjective *
make_objective (JsonObject *golden, DnnKind kind, const DnnModel *model,
                const DnnTensor *y, uint32_t weight_axes)
{
  g_autoptr (DnnComponent) component = dnn_golden_component (golden, kind);
  g_autofree char *spec = dnn_golden_params (golden);
  g_autofree char *text =
      g_strdup_printf ("%s(%s)", component->plugin->name, spec);
  const bool labels = y->n_dims < 3;
  const char *loss = kind == DNN_KIND_LOSS ? text
                     : labels              ? "sparse_categorical_crossentropy"
                                           : "mean_squared_error";
  const DnnShape target = sample_of (y);
  g_autoptr (GError) error = NULL;
  DnnObjective *self = dnn_objective_new (dnn_test_registry (), loss, NULL,
                                          (DnnPlace){ 0 }, &error);

  g_assert_no_error (error);
  if (kind == DNN_KIND_METRIC)
    dnn_objective_add_weighted (self, dnn_test_registry (), text, &error);
  g_assert_no_error (error);
  dnn_objective_weigh_elements (self, weight_axes);
  dnn_objective_check (self, model, &target, NULL, &error);
  g_assert_no_error (error);
  return self;
}

static void
run (const DnnObjective *objective, const DnnBatch *batch, const DnnTensor *x,
     bool training)
{
  const DnnPassInfo info = { .seed = 1, .training = training };
  g_autoptr (GError) error = NULL;

  memcpy (dnn_plan_input (batch->plan), x->data,
          (size_t) dnn_count (x) * sizeof (float));
  g_assert_true (dnn_executor_forward (batch->plan, &info, &error));
  dnn_objective_update ((DnnObjective *) objective, batch, true, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_executor_backward (batch->plan, &info, NULL, &error));
}

static void
assert_number (JsonObject *golden, const char *name, double actual)
{
  const float ours = (float) actual;
  const float keras = (float) json_object_get_double_member (golden, name);

  dnn_test_assert_close (name, &ours, &keras, 1);
}

static void
assert_gradient (JsonObject *golden, const char *name, const DnnTensor *dw)
{
  DnnTensor keras = tensor_of (golden, name);

  dnn_test_assert_close (name, dw->data, keras.data,
                         (size_t) dnn_count (&keras));
  g_free (keras.data);
}

static void
test_case (JsonObject *golden, DnnKind kind)
{
  const bool weighted = json_object_has_member (golden, "weights");
  DnnTensor x = tensor_of (golden, "x"), y = tensor_of (golden, "y");
  DnnTensor kernel = tensor_of (golden, "kernel"), weights = { 0 };
  g_autoptr (DnnModel) model = make_model (golden, &x, &kernel);
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnObjective) objective = NULL;
  g_autoptr (DnnPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  DnnPlanOptions options = { .batch = x.dims[0],
                             .training = true,
                             .store_gradients = true };
  DnnBatch batch = { .n = x.dims[0], .n_weights = 1, .y_true = { y } };

  if (weighted)
    weights = tensor_of (golden, "weights");
  objective = make_objective (golden, kind, model, &y, MAX (weights.n_dims, 1));
  options.loss.logits = dnn_objective_takes_logits (objective, model);
  plan = dnn_plan_new (model, pool, &options, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_plan_allocate (plan, NULL, &error));
  batch.plan = plan;
  batch.weights = weights.data;
  if (weighted)
    batch.n_weights = dnn_count (&weights) / batch.n;
  run (objective, &batch, &x, true);

  if (kind == DNN_KIND_METRIC) {
    assert_number (golden, "result", dnn_objective_result (objective, 0));
  } else {
    assert_number (golden, "loss", dnn_objective_batch_loss (objective));
    assert_gradient (golden, "dkernel", &plan->stages[1].dw[0].tensor);
    assert_gradient (golden, "dbias", &plan->stages[1].dw[1].tensor);
  }
  g_free (x.data);
  g_free (y.data);
  g_free (kernel.data);
  g_free (weights.data);
}

static void
test_loss (JsonObject *golden)
{
  test_case (golden, DNN_KIND_LOSS);
}

static void
test_metric (JsonObject *golden)
{
  test_case (golden, DNN_KIND_METRIC);
}

/* --- normalizations ------------------------------------------------------ */

static DnnModel *
make_norm_model (JsonObject *golden, const DnnTensor *x, int64_t units)
{
  JsonObject *weights = json_object_get_object_member (golden, "weights");
  g_autoptr (GList) names = json_object_get_members (weights);
  const DnnShape input = sample_of (x);
  g_autofree char *chain = g_strdup_printf (
      "masking mask_value=-9 ! %s name=norm ! dense units=%d "
      "name=out",
      json_object_get_string_member (golden, "chain"), (int) units);
  g_autoptr (GError) error = NULL;
  DnnModel *model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error);

  g_assert_no_error (error);
  for (GList *l = names; l != NULL; l = l->next) {
    DnnTensor value = tensor_of (weights, l->data);
    DnnWeight *weight = dnn_model_find_weight (model, l->data);

    g_assert_nonnull (weight);
    memcpy (weight->tensor.data, value.data,
            (size_t) dnn_count (&value) * sizeof (float));
    g_free (value.data);
  }
  return model;
}

/* Every gradient of the layer number `at`, whose name is that of its weights.
 */
static void
assert_gradients (JsonObject *golden, const DnnPlan *plan, uint32_t at)
{
  JsonObject *grads = json_object_get_object_member (golden, "grads");
  const DnnStage *stage = &plan->stages[at];

  for (uint32_t i = 0; i < 2; i++)
    assert_gradient (grads, stage->layer->weights[i]->name,
                     &stage->dw[i].tensor);
}

static void
assert_buffers (JsonObject *golden, const DnnModel *model)
{
  JsonObject *after = json_object_get_object_member (golden, "after");
  g_autoptr (GList) names = json_object_get_members (after);

  for (GList *l = names; l != NULL; l = l->next)
    assert_gradient (after, l->data,
                     &dnn_model_find_weight (model, l->data)->tensor);
}

static void
test_norm (JsonObject *golden)
{
  DnnTensor x = tensor_of (golden, "x"), y = tensor_of (golden, "y");
  g_autoptr (DnnModel) model = make_norm_model (golden, &x, dnn_columns (&y));
  g_autoptr (DnnPool) pool = dnn_pool_new (2);
  g_autoptr (DnnObjective) objective = NULL;
  g_autoptr (DnnPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  const DnnPlanOptions options = { .batch = x.dims[0],
                                   .training = true,
                                   .store_gradients = true };
  DnnBatch batch = { .n = x.dims[0], .n_weights = 1, .y_true = { y } };
  const DnnShape target = sample_of (&y);

  objective = dnn_objective_new (dnn_test_registry (), "mean_squared_error",
                                 NULL, (DnnPlace){ 0 }, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_objective_check (objective, model, &target, NULL, &error));
  plan = dnn_plan_new (model, pool, &options, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_plan_allocate (plan, NULL, &error));
  batch.plan = plan;
  run (objective, &batch, &x,
       json_object_get_boolean_member (golden, "training"));

  assert_number (golden, "loss", dnn_objective_batch_loss (objective));
  assert_gradients (golden, plan, 1);
  assert_gradients (golden, plan, 2);
  assert_buffers (golden, model);
  g_free (x.data);
  g_free (y.data);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  dnn_test_add_golden ("masked-losses", DNN_KIND_LOSS, test_loss);
  dnn_test_add_golden ("masked-metrics", DNN_KIND_METRIC, test_metric);
  dnn_test_add_golden ("masked-norms", DNN_KIND_LAYER, test_norm);

  return g_test_run ();
}
