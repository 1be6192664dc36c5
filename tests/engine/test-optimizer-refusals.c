/* test-optimizer-refusals.c - keys of an optimizer that do not go together, or
 * with the model
 */
#include "dnn-assert.h"
#include "dnn-test-optimizer.h"

typedef struct {
  const char *name;
  const char *spec;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "exclude-unknown", "adamw exclude_from_weight_decay=baias", DNN_ERROR_NAME,
    "exclude_from_weight_decay: no weight is called 'baias'; did you mean "
    "'bias'" },
  { "exclude-alone", "sgd exclude_from_weight_decay=bias", DNN_ERROR_PARAM,
    "'exclude_from_weight_decay' needs 'weight_decay = 0.004' beside it" },
  { "around-as-type", "sam", DNN_ERROR_PARAM,
    "'sam' moves no weight itself; it goes around an optimizer that does" },
  { "around-that-steps", "sgd around=adam", DNN_ERROR_PARAM,
    "around must be an optimizer that leaves the step to another, not 'adam'" },
  { "around-unknown", "sgd around=samm", DNN_ERROR_NAME,
    "around: there is no optimizer plugin 'samm'; did you mean 'sam'" },
  { "around-its-parameter", "sgd around='sam(rho=-1)'", DNN_ERROR_PARAM,
    "around: sam: rho must be a number from 0" },
  { "around-all", "lbfgs around=sam", DNN_ERROR_PARAM,
    "nothing goes around 'lbfgs', which moves all weights at once" },
  { "around-accumulated", "sgd around=sam gradient_accumulation_steps=4",
    DNN_ERROR_PARAM,
    "gradient_accumulation_steps must be 1 with 'sam', which looks at one "
    "batch more than once, not '4'" },
  { "all-accumulated", "lbfgs gradient_accumulation_steps=2", DNN_ERROR_PARAM,
    "gradient_accumulation_steps must be 1 with 'lbfgs'" },
  { "two-averages", "schedule_free_adamw use_ema=true", DNN_ERROR_PARAM,
    "use_ema must be false with 'schedule_free_adamw', which shows an average "
    "of its own" },
  { "all-decayed", "lbfgs weight_decay=0.1", DNN_ERROR_PARAM,
    "weight_decay must be 0 with 'lbfgs', whose steps are measured by the "
    "loss, not '0.1'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (DnnTest) test = dnn_test_new ("dense units=2", DNN_SHAPE (1, 3));
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (row->spec, (DnnPlace){ 0 }, &error);
  g_autoptr (DnnOptimizer) optimizer = dnn_optimizer_new (
      dnn_test_registry (), g_ptr_array_index (specs, 0), &error);

  if (optimizer != NULL)
    g_assert_false (
        dnn_optimizer_prepare (optimizer, dnn_test_model (test), pool, &error));
  dnn_assert_error (error, row->code, row->piece);
}

/* --- what is taken ------------------------------------------------------- */

/* A step by a gradient of 0 shows what decays. */
static void
test_exclude (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("sgd learning_rate=1 weight_decay=0.5 "
                          "exclude_from_weight_decay='gamma, dense/bi*'",
                          2, 1, 1);

  g_test_summary ("Weights whose names a glob matches do not decay; some globs "
                  "may match none");

  dnn_test_set (o->test, "kernel", V (1, 1));
  dnn_test_set (o->test, "bias", V (1));

  dnn_test_optimizer_descend (o);

  dnn_test_assert (o->test, "kernel", V (0.5f, 0.5f));
  dnn_test_assert (o->test, "bias", V (1));
}

static void
test_exclude_nothing (void)
{
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (
      "adamw weight_decay=0 exclude_from_weight_decay=bias", 2, 1, 1);

  g_test_summary ("A phase without decay may keep the list of another");

  g_assert_cmpuint (dnn_optimizer_n_states (o->optimizer), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *path =
        g_strconcat ("/optimizer-refusals/", bad[i].name, NULL);

    g_test_add_data_func (path, &bad[i], test_bad);
  }
  g_test_add_func ("/optimizer-refusals/exclude", test_exclude);
  g_test_add_func ("/optimizer-refusals/exclude-nothing", test_exclude_nothing);

  return g_test_run ();
}
