/* test-training-limits.c - regularizers, constraints, and rates too high */
#include "dnn-assert.h"
#include "dnn-test-data.h"
#include "dnn-test-training.h"

#include <math.h>

/* --- penalties ----------------------------------------------------------- */

/* Mean of (y - x w - b)² over the first n rows, in double. */
static double
mean_square (const DnnTestTraining *run, int64_t n)
{
  const float *w = dnn_test_training_weight (run, "dense/kernel"),
              *b = dnn_test_training_weight (run, "dense/bias");
  double sum = 0;

  for (int64_t i = 0; i < n; i++) {
    float x[DNN_TEST_COLUMNS], y;
    double off;

    dnn_array_to_float (dnn_split_input (run->data->train)->array,
                        i * DNN_TEST_COLUMNS, DNN_TEST_COLUMNS, x);
    dnn_array_to_float (dnn_split_target (run->data->train)->array, i, 1, &y);
    off = (double) b[0] - (double) y;
    for (int j = 0; j < DNN_TEST_COLUMNS; j++)
      off += (double) x[j] * (double) w[j];
    sum += off * off;
  }
  return sum / (double) n;
}

typedef struct {
  const char *name;
  const char *regularizer;
  double l1, l2;
} Penalty;

static const Penalty penalties[] = {
  { "none", "l2(l2=0)", 0, 0 },
  { "l2", "l2(l2=0.5)", 0, 0.5 },
  { "l1", "l1(l1=0.25)", 0.25, 0 },
  { "both", "l1_l2(l1=0.25, l2=0.5)", 0.25, 0.5 },
};

static void
test_penalty (gconstpointer data)
{
  const Penalty *row = data;
  g_autofree char *chain = g_strdup_printf (
      "dense units=1 kernel_regularizer='%s'", row->regularizer);
  g_autoptr (DnnTestTraining) run = NULL;
  const DnnHistoryEpoch *epoch;
  double penalty = 0;

  g_test_summary ("loss and val_loss hold λ Σ|w| or λ Σw², not divided by the "
                  "batch");

  run =
      dnn_test_training_good (chain, "sgd learning_rate=0", &dnn_test_squares);
  for (int j = 0; j < DNN_TEST_COLUMNS; j++) {
    const double w = (double) dnn_test_training_weight (run, "dense/kernel")[j];

    penalty += row->l1 * fabs (w) + row->l2 * w * w;
  }
  dnn_test_training_fit (run);

  epoch = dnn_history_at (dnn_trainer_history (run->trainer), 0);
  g_assert_cmpfloat_with_epsilon (
      epoch->loss, mean_square (run, DNN_TEST_ROWS) + penalty, 1e-5);
  g_assert_cmpfloat_with_epsilon (epoch->val_loss,
                                  mean_square (run, 7) + penalty, 1e-5);
}

static void
test_penalty_frozen (void)
{
  g_autoptr (DnnTestTraining) run = NULL;

  g_test_summary ("As in Keras, what does not train is not penalized");

  run = dnn_test_training_good (
      "dense units=1 kernel_regularizer=l2 trainable=false ! "
      "dense units=1",
      "sgd", &dnn_test_squares);

  g_assert_cmpfloat (dnn_model_penalty (run->model, NULL), ==, 0);
}

static void
test_penalty_gradient (void)
{
  g_autoptr (DnnTestTraining) plain = NULL;
  g_autoptr (DnnTestTraining) decayed = NULL;
  float before[DNN_TEST_COLUMNS];

  g_test_summary ("The gradient of λ Σw² is 2 λ w");

  plain = dnn_test_training_good ("dense units=1", "sgd learning_rate=0.1",
                                  &dnn_test_squares);
  decayed =
      dnn_test_training_good ("dense units=1 kernel_regularizer=l2(l2=0.5)",
                              "sgd learning_rate=0.1", &dnn_test_squares);
  memcpy (before, dnn_test_training_weight (plain, "dense/kernel"),
          sizeof before);
  dnn_test_training_fit (plain);
  dnn_test_training_fit (decayed);

  for (int j = 0; j < DNN_TEST_COLUMNS; j++)
    g_assert_cmpfloat_with_epsilon (
        dnn_test_training_weight (decayed, "dense/kernel")[j],
        dnn_test_training_weight (plain, "dense/kernel")[j] - 0.1f * before[j],
        1e-6);
}

static void
test_max_norm (void)
{
  g_autoptr (DnnTestTraining) run = NULL;
  const float *w;
  int at_limit = 0;

  g_test_summary ("No column is longer than the limit, and some are as long");

  run = dnn_test_training_good (
      "dense units=8 kernel_constraint=max_norm(max_value=0.5) "
      "activation=relu ! "
      "dense units=3 activation=softmax",
      "sgd learning_rate=0.5", &dnn_test_labels);
  dnn_test_training_fit (run);

  w = dnn_test_training_weight (run, "dense/kernel");
  for (int u = 0; u < 8; u++) {
    double squares_sum = 0;

    for (int j = 0; j < DNN_TEST_COLUMNS; j++)
      squares_sum += (double) w[j * 8 + u] * (double) w[j * 8 + u];
    g_assert_cmpfloat (sqrt (squares_sum), <=, 0.5 + 1e-6);
    at_limit += sqrt (squares_sum) > 0.499;
  }
  g_assert_cmpint (at_limit, >, 0);
}

/* --- divergence ---------------------------------------------------------- */

/* Trains until the loss is not finite.  Returns: (transfer full): "at step 3
 * (epoch 1)", as the error must say. */
static char *
diverge (DnnTestTraining *run, GError **error)
{
  int step;

  g_assert_false (dnn_trainer_fit (run->trainer, NULL, error));
  step = (int) dnn_trainer_step (run->trainer);
  return g_strdup_printf ("at step %d (epoch %d): ", step + 1, step / 5 + 1);
}

static void
test_diverged (void)
{
  DnnTrainSettings settings = dnn_test_squares;
  g_autoptr (DnnTestTraining) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *where = NULL;

  g_test_summary ("A rate that is too high ends in an error that names the "
                  "step and the layer");

  settings.epochs = 200;
  settings.batch_size = 16;
  run = dnn_test_training_good ("dense units=9 name=low ! dense units=9 "
                                "name=mid activation=exponential ! "
                                "dense units=1",
                                "sgd learning_rate=10", &settings);

  where = diverge (run, &error);

  dnn_assert_error (error, DNN_ERROR_DIVERGED, "the loss is '");
  dnn_assert_error (error, DNN_ERROR_DIVERGED, where);
  dnn_assert_error (error, DNN_ERROR_DIVERGED, "'mid");
}

static void
test_diverged_loss (void)
{
  DnnTrainSettings settings = dnn_test_squares;
  g_autoptr (DnnTestTraining) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *where = NULL;

  g_test_summary ("Where only the loss is too large, that is said");

  settings.epochs = 200;
  settings.batch_size = 16;
  run = dnn_test_training_good ("dense units=9 ! dense units=1",
                                "sgd learning_rate=1000", &settings);

  where = diverge (run, &error);

  dnn_assert_error (error, DNN_ERROR_DIVERGED, where);
  dnn_assert_error (error, DNN_ERROR_DIVERGED,
                    "every layer's output is finite");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (penalties); i++)
    dnn_add_row ("/training-limits/penalty", penalties[i].name, &penalties[i],
                 test_penalty);
  g_test_add_func ("/training-limits/penalty/frozen", test_penalty_frozen);
  g_test_add_func ("/training-limits/penalty/gradient", test_penalty_gradient);
  g_test_add_func ("/training-limits/max-norm", test_max_norm);
  g_test_add_func ("/training-limits/diverged", test_diverged);
  g_test_add_func ("/training-limits/diverged-loss", test_diverged_loss);

  return g_test_run ();
}
