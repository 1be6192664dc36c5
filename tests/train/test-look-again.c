/* test-look-again.c - optimizers that have a batch run again
 *
 * That the steps are the right ones is in the golden runs.
 */
#include "dnn-assert.h"
#include "dnn-optimizer.h"
#include "dnn-test-run.h"
#include "dnn-trainer-steps.h"

#define DEEP                                                                   \
  "[model]\nlayers = dense units=8 kernel_regularizer=l2(l2=0.01) ! "          \
  "batch_normalization ! relu ! dropout rate=0.3 ! dense units=3 "             \
  "activation=softmax\n"
#define TRAIN(threads)                                                         \
  "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 2\n"                  \
  "threads = " threads "\n"

static DnnRun *
train (const char *text)
{
  DnnRun *run = dnn_test_run_good (text);
  G_GNUC_UNUSED g_autofree char *told = dnn_test_run_train (run);

  return run;
}

static void
assert_same (const char *a, const char *b)
{
  g_autoptr (DnnRun) one = train (a);
  g_autoptr (DnnRun) other = train (b);

  dnn_test_assert_same_model (dnn_run_model (one), dnn_run_model (other));
}

/* --- the same batch ------------------------------------------------------ */

/* Without a distance the second look must find what the first has found: the
 * same rows, dropout and penalty, while moving means see the batch once. */
static void
test_same_batch (void)
{
  static const char *const optimizers[] = {
    "[optimizer]\ntype = sgd\nlearning_rate = 0.1\n",
    "[optimizer]\ntype = adam\nglobal_clipnorm = 0.1\n",
    "[optimizer]\ntype = sgd\nlearning_rate = 0.1\nclipnorm = 0.1\n",
    "[optimizer]\ntype = sgd\nlearning_rate = 0.1\nclipvalue = 0.01\n"
    "weight_decay = 0.1\n",
  };

  g_test_summary ("A second look at the same weights changes nothing");

  for (size_t i = 0; i < G_N_ELEMENTS (optimizers); i++) {
    g_autofree char *plain =
        g_strconcat (DNN_RUN_DATA DEEP TRAIN ("1"), optimizers[i], NULL);
    g_autofree char *around =
        g_strconcat (plain, "around = sam(rho=0)\n", NULL);

    assert_same (plain, around);
  }
}

static void
test_threads (void)
{
  static const char *const optimizers[] = {
    "[optimizer]\ntype = adam\naround = sam(rho=0.1)\n",
    "[optimizer]\ntype = lbfgs\nmax_iter = 3\n",
  };

  g_test_summary ("1, 2 and 4 threads come to the same bits");

  for (size_t i = 0; i < G_N_ELEMENTS (optimizers); i++) {
    g_autofree char *one =
        g_strconcat (DNN_RUN_DATA DEEP TRAIN ("1"), optimizers[i], NULL);
    g_autofree char *two =
        g_strconcat (DNN_RUN_DATA DEEP TRAIN ("2"), optimizers[i], NULL);
    g_autofree char *four =
        g_strconcat (DNN_RUN_DATA DEEP TRAIN ("4"), optimizers[i], NULL);

    assert_same (one, two);
    assert_same (one, four);
  }
}

/* --- swapped ------------------------------------------------------------- */

#define PHASES(b)                                                              \
  "[phase a]\nepochs = 1\n[phase b]\nepochs = 1\n" b "[phase c]\nepochs = 1\n"

static void
test_phases (void)
{
  g_test_summary ("A phase may look again, and the next goes on with what it "
                  "remembers");

  assert_same (
      DNN_RUN_DATA DEEP TRAIN ("2") "[optimizer]\ntype = adam\n" PHASES (
          "optimizer.around = sam(rho=0)\n"),
      DNN_RUN_DATA DEEP TRAIN ("2") "[optimizer]\ntype = adam\n" PHASES (""));
}

static void
test_other_type (void)
{
  g_autoptr (DnnRun) run =
      train (DNN_RUN_DATA DEEP TRAIN ("2") DNN_RUN_SGD PHASES (
          "optimizer.type = lbfgs\noptimizer.max_iter = 2\n"));
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));

  g_test_summary ("Phases go from one kind of step to another, and back");

  g_assert_cmpuint (dnn_history_count (history), ==, 3);
  for (size_t i = 0; i < 3; i++)
    g_assert_cmpfloat (dnn_history_at (history, i)->loss, <, 3);
}

/* A step of sgd, then some of that optimizer. */
static DnnRun *
change (const char *optimizer)
{
  DnnRun *run = dnn_test_run_good (DNN_RUN_DATA DEEP TRAIN ("1") DNN_RUN_SGD);
  DnnTrainer *trainer = dnn_run_trainer (run);
  GError *error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (optimizer, (DnnPlace){ 0 }, &error);
  g_autofree char *report = NULL;

  g_assert_no_error (error);
  for (int i = 0; i < 7; i++) {
    if (i == 1)
      dnn_trainer_set_optimizer (trainer, g_ptr_array_index (specs, 0), &report,
                                 &error);
    g_assert_no_error (error);
    dnn_trainer_train_batch (trainer, dnn_trainer_next_batch (trainer), &error);
    g_assert_no_error (error);
  }
  return run;
}

/* A plan of plain sgd keeps no gradients; the next step needs them. */
static void
test_set_optimizer (void)
{
  g_autoptr (DnnRun) plain = change ("adam");
  g_autoptr (DnnRun) around = change ("adam around='sam(rho=0)'");

  g_test_summary ("Between two steps the optimizer becomes one that looks "
                  "again");

  dnn_test_assert_same_model (dnn_run_model (plain), dnn_run_model (around));
}

/* --- frozen -------------------------------------------------------------- */

static void
test_frozen (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (DNN_RUN_DATA DEEP TRAIN (
      "1") "frozen = dense\n" DNN_RUN_SGD "around = sam(rho=0.1)\n");
  DnnModel *model = dnn_run_model (run);
  g_autoptr (GBytes) frozen = dnn_test_keep_weight (model, "dense/kernel");
  g_autoptr (GBytes) moved = dnn_test_keep_weight (model, "dense_1/kernel");
  G_GNUC_UNUSED g_autofree char *told = dnn_test_run_train (run);

  g_test_summary ("What is frozen is not looked at from elsewhere, either");

  g_assert_true (dnn_test_is_still (model, "dense/kernel", frozen));
  g_assert_false (dnn_test_is_still (model, "dense_1/kernel", moved));
}

/* A rate of one's own cannot be had where one rate moves all. */
static void
test_multiplier (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_run_new (
      DNN_RUN_DATA "[model]\nlayers = dense units=8 "
                   "learning_rate_multiplier=0.5 ! dense units=3 "
                   "activation=softmax\n" TRAIN ("1") "[optimizer]\n"
                                                      "type = lbfgs\n",
      &error));
  dnn_assert_error (error, DNN_ERROR_PARAM,
                    "dense/kernel: learning_rate_multiplier must be 1 with "
                    "'lbfgs', which moves all weights at once, not '0.5'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/look-again/same-batch", test_same_batch);
  g_test_add_func ("/look-again/threads", test_threads);
  g_test_add_func ("/look-again/phases", test_phases);
  g_test_add_func ("/look-again/other-type", test_other_type);
  g_test_add_func ("/look-again/set-optimizer", test_set_optimizer);
  g_test_add_func ("/look-again/frozen", test_frozen);
  g_test_add_func ("/look-again/multiplier", test_multiplier);

  return dnn_test_run_main (NULL);
}
