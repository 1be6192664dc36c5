/* test-sgd.c - steps small enough for paper */
#include "dnn-test-optimizer.h"

static void
start (DnnTestOptimizer *o)
{
  dnn_test_set (o->test, "kernel", V (1, -2));
}

static void
step (DnnTestOptimizer *o, float a, float b)
{
  const float g[] = { a, b };

  dnn_test_optimizer_step (o, g, 2);
}

static void
test_plain (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("sgd learning_rate=0.5", 2, 1, 1);

  g_test_summary ("w ← w - η g, and nothing is remembered");

  start (o);

  step (o, 2, -4);

  dnn_test_assert (o->test, "kernel", V (0, 0));
  g_assert_cmpint (dnn_optimizer_count (o->optimizer), ==, 0);
}

static void
test_momentum (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("sgd learning_rate=0.5 momentum=0.5", 2, 1, 1);

  g_test_summary ("v ← μ v - η g, w ← w + v");

  start (o);

  step (o, 2, 0);
  dnn_test_assert (o->test, "kernel", V (0, -2));
  step (o, 2, 4);

  dnn_test_assert (o->test, "kernel", V (-1.5f, -4));
}

static void
test_nesterov (void)
{
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (
      "sgd learning_rate=0.5 momentum=0.5 nesterov=true", 2, 1, 1);

  g_test_summary ("w ← w + μ v - η g, with the new v");

  start (o);

  step (o, 2, 0);
  dnn_test_assert (o->test, "kernel", V (-0.5f, -2));
  step (o, 2, 4);

  dnn_test_assert (o->test, "kernel", V (-2.25f, -5));
}

static void
test_clipping (void)
{
  g_autoptr (DnnTestOptimizer) value =
      dnn_test_optimizer ("sgd learning_rate=1 clipvalue=1", 2, 1, 1);
  g_autoptr (DnnTestOptimizer) norm =
      dnn_test_optimizer ("sgd learning_rate=1 clipnorm=1", 2, 1, 1);

  g_test_summary ("clipvalue cuts elements, clipnorm the whole");

  start (value);
  start (norm);

  step (value, 3, -0.5f);
  step (norm, 3, 4);

  dnn_test_assert (value->test, "kernel", V (0, -1.5f));
  dnn_test_assert (norm->test, "kernel", V (0.4f, -2.8f));
}

static void
test_decay (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("sgd learning_rate=0.5 weight_decay=0.2", 2, 1, 1);

  g_test_summary ("w decays by rate times decay before the step");

  start (o);

  step (o, 0, 2);

  dnn_test_assert (o->test, "kernel", V (0.9f, -2.8f));
}

static void
test_schedule (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("sgd lr=constant(value=0.25)", 2, 1, 1);

  g_test_summary ("The rate may be a schedule; `lr` is its other name");

  start (o);

  step (o, 4, 0);

  dnn_test_assert (o->test, "kernel", V (0, -2));
  g_assert_cmpfloat (dnn_optimizer_rate (o->optimizer, 0), ==, 0.25);
}

static void
test_rejects (void)
{
  static const struct {
    const char *spec;
    int code;
  } rows[] = {
    { "sgd learning_rate=-1", DNN_ERROR_PARAM },
    { "sgd momentum=2", DNN_ERROR_PARAM },
    { "sgd nesterov=perhaps", DNN_ERROR_PARAM },
    { "sgd decay=0.1", DNN_ERROR_NAME },
    { "sgd learning_rate=no_such_schedule", DNN_ERROR_NAME },
    { "sgd clipnorm=1 clipvalue=1", DNN_ERROR_PARAM },
  };

  g_test_summary ("Mistakes have a code");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) specs =
        dnn_spec_parse_chain (rows[i].spec, (DnnPlace){ 0 }, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_optimizer_new (dnn_test_registry (),
                                      g_ptr_array_index (specs, 0), &error));
    g_assert_error (error, DNN_ERROR, rows[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sgd/plain", test_plain);
  g_test_add_func ("/sgd/momentum", test_momentum);
  g_test_add_func ("/sgd/nesterov", test_nesterov);
  g_test_add_func ("/sgd/clipping", test_clipping);
  g_test_add_func ("/sgd/decay", test_decay);
  g_test_add_func ("/sgd/schedule", test_schedule);
  g_test_add_func ("/sgd/rejects", test_rejects);

  return g_test_run ();
}
