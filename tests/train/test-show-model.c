/* test-show-model.c - optimizers that train other weights than they show
 *
 * That both are the right ones is in the golden files and in `dnnrun check`.
 */
#include "dnn-assert.h"
#include "dnn-test-run.h"
#include "dnn-trainer-steps.h"

#define FREE "[optimizer]\ntype = schedule_free_adamw\nlearning_rate = 0.05\n"

static double
evaluate (DnnRun *run)
{
  g_autofree double *metrics = g_new0 (double, 2);
  g_autoptr (GError) error = NULL;
  double loss = 0;

  dnn_trainer_evaluate (dnn_run_trainer (run), dnn_run_data (run)->validation,
                        &loss, metrics, &error);
  g_assert_no_error (error);
  return loss;
}

static double
last_loss (const DnnRun *run)
{
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));

  return dnn_history_at (history, dnn_history_count (history) - 1)->val_loss;
}

static void
test_end (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN FREE);
  g_autofree char *told = dnn_test_run_train (run);

  g_test_summary ("What was validated is what training ends with");

  g_assert_cmpfloat (evaluate (run), ==, last_loss (run));
}

/* y is between z and x: a weight that is shown is another than one that trains.
 */
static void
test_between (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN FREE);
  DnnTrainer *trainer = dnn_run_trainer (run);
  DnnModel *model = dnn_run_model (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) trained = NULL;

  g_test_summary ("Whoever looks between two epochs sees what is validated; "
                  "training goes on with its own");

  dnn_trainer_epoch (trainer, NULL, NULL, &error);
  g_assert_no_error (error);
  trained = dnn_test_keep_weight (model, "dense/kernel");
  g_assert_cmpfloat (evaluate (run), ==, last_loss (run));
  g_assert_true (dnn_test_is_still (model, "dense/kernel", trained));
  dnn_trainer_show_model (trainer, &error);
  g_assert_no_error (error);
  g_assert_false (dnn_test_is_still (model, "dense/kernel", trained));
  dnn_trainer_hide_model (trainer);
  g_assert_true (dnn_test_is_still (model, "dense/kernel", trained));
}

/* Of beta_1 = 1 the weight is the model. */
static void
test_same (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN FREE "beta_1 = 1\n");
  DnnTrainer *trainer = dnn_run_trainer (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) trained = NULL;

  dnn_trainer_epoch (trainer, NULL, NULL, &error);
  g_assert_no_error (error);
  trained = dnn_test_keep_weight (dnn_run_model (run), "dense/kernel");
  dnn_trainer_show_model (trainer, &error);
  g_assert_no_error (error);
  g_assert_true (
      dnn_test_is_still (dnn_run_model (run), "dense/kernel", trained));
  dnn_trainer_hide_model (trainer);
}

/* The next phase begins with what was validated last. */
static void
test_phases (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
      "[phase a]\nepochs = 1\n"
      "[phase b]\nepochs = 1\noptimizer.around = sam(rho=0.05)\n"
      "[phase c]\nepochs = 2\noptimizer.type = schedule_free_adamw\n"
      "[phase d]\nepochs = 1\noptimizer.type = sgd\n"
      "optimizer.learning_rate = 0\n");
  g_autofree char *told = dnn_test_run_train (run);
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));

  g_test_summary ("A run goes from sgd around sam to schedule_free_adamw, and "
                  "the model is the next phase's start");

  g_assert_cmpuint (dnn_history_count (history), ==, 5);
  g_assert_cmpfloat (dnn_history_at (history, 4)->val_loss, ==,
                     dnn_history_at (history, 3)->val_loss);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/show-model/end", test_end);
  g_test_add_func ("/show-model/between", test_between);
  g_test_add_func ("/show-model/same", test_same);
  g_test_add_func ("/show-model/phases", test_phases);

  return dnn_test_run_main (NULL);
}
