/* test-golden-optimizers.c - weights after each step, as Keras (or
 * float64, for what it has not: build-aux/golden) computed them
 *
 * The model has two weights of the cases' shapes: a dense kernel, and the four
 * alphas of a prelu behind a layer that does not train.  Gradients go
 * straight into the optimizer's sink.
 */
#include "dnn-test.h"

#include <string.h>

static const char *const names[] = { "dense/kernel", "prelu/alpha" };

enum { N_WEIGHTS = 2 };

static DnnTest *
make_model (JsonArray *initial)
{
  JsonArray *shape = json_object_get_array_member (
      json_array_get_object_element (initial, 0), "shape");
  g_autofree char *chain = g_strdup_printf (
      "dense units=%d use_bias=false ! dense units=4 trainable=false ! prelu",
      (int) json_array_get_int_element (shape, 1));

  return dnn_test_new (chain,
                       DNN_SHAPE (1, json_array_get_int_element (shape, 0)));
}

static DnnOptimizer *
make_optimizer (JsonObject *golden)
{
  g_autoptr (DnnSpec) spec = dnn_golden_spec (golden);
  GError *error = NULL;
  DnnOptimizer *optimizer =
      dnn_optimizer_new (dnn_test_registry (), spec, &error);

  g_assert_no_error (error);
  return optimizer;
}

static void
apply (DnnOptimizer *optimizer, DnnTest *test, uint64_t step, JsonArray *grads)
{
  const DnnSink sink = dnn_optimizer_sink (optimizer);
  DnnTensor dw[N_WEIGHTS];

  dnn_optimizer_begin_step (optimizer, step, step);
  for (guint i = 0; i < N_WEIGHTS; i++) {
    DnnWeight *weight = dnn_model_find_weight (dnn_test_model (test), names[i]);
    size_t n;

    dw[i] = weight->tensor;
    dw[i].data =
        dnn_golden_numbers (json_array_get_object_element (grads, i), &n);
    g_assert_cmpint (dnn_count (&dw[i]), ==, n);
    sink.gradient (sink.data, weight, &dw[i]);
  }
  dnn_optimizer_end_step (optimizer);
  for (guint i = 0; i < N_WEIGHTS; i++)
    g_free (dw[i].data);
}

/* The averages over steps, in the last of the host's slots.  Until the first
 * update Keras has the weights there, and we nothing. */
static void
assert_averages (const DnnOptimizer *optimizer, JsonArray *averages)
{
  for (guint i = 0; i < N_WEIGHTS; i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);
    const char *slot = state->slots.at[state->slots.n - 1].name;
    size_t n;
    g_autofree float *expect =
        dnn_golden_numbers (json_array_get_object_element (averages, i), &n);

    g_assert_cmpstr (slot, ==, "weight_average");
    if (state->t > 0)
      dnn_test_assert_close (slot, state->data[state->slots.n - 1], expect, n);
  }
}

static void
test_case (JsonObject *golden)
{
  JsonArray *initial = json_object_get_array_member (golden, "initial");
  g_autoptr (DnnTest) test = make_model (initial);
  g_autoptr (DnnOptimizer) optimizer = make_optimizer (golden);
  g_autoptr (DnnPool) pool = dnn_pool_new (2);
  JsonArray *steps = json_object_get_array_member (golden, "steps");
  GError *error = NULL;

  for (guint i = 0; i < N_WEIGHTS; i++) {
    size_t n;
    g_autofree float *w =
        dnn_golden_numbers (json_array_get_object_element (initial, i), &n);

    dnn_test_set (test, names[i], w, n);
  }
  dnn_optimizer_prepare (optimizer, dnn_test_model (test), pool, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dnn_optimizer_n_states (optimizer), ==, N_WEIGHTS);

  for (guint s = 0; s < json_array_get_length (steps); s++) {
    JsonObject *step = json_array_get_object_element (steps, s);
    JsonArray *weights = json_object_get_array_member (step, "weights");

    apply (optimizer, test, s, json_object_get_array_member (step, "grads"));

    for (guint i = 0; i < N_WEIGHTS; i++) {
      size_t n;
      g_autofree float *w =
          dnn_golden_numbers (json_array_get_object_element (weights, i), &n);

      dnn_test_assert (test, names[i], w, n);
    }
    if (json_object_has_member (step, "averages"))
      assert_averages (optimizer,
                       json_object_get_array_member (step, "averages"));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("optimizers", DNN_KIND_OPTIMIZER, test_case);
  dnn_test_add_golden ("more-optimizers", DNN_KIND_OPTIMIZER, test_case);
  dnn_test_add_golden ("shelf-optimizers", DNN_KIND_OPTIMIZER, test_case);
  dnn_test_add_golden ("named-optimizers", DNN_KIND_OPTIMIZER, test_case);

  return g_test_run ();
}
