/* test-optimizer-average.c - gradients that wait for an update, and averages
 * of weights over steps, in training
 *
 * The numbers themselves are in the golden files.
 */
#include "dnn-assert.h"
#include "dnn-model-file.h"
#include "dnn-test-run.h"
#include "dnn-test-training.h"
#include "dnn-trainer-steps.h"

#include <math.h>

#define CHAIN "dense units=6 ! relu ! dense units=3 activation=softmax"
/* With momentum: without, a product may go to the weight itself, and rounds
 * otherwise. */
#define SGD "sgd momentum=0.5"
#define EMA "use_ema=true ema_momentum=0.9"

static DnnTestTraining *
training (const char *optimizer, const DnnTrainSettings *settings)
{
  return dnn_test_training_good (CHAIN, optimizer, settings);
}

/* The numbers of a slot of dense/kernel, borrowed; NULL: it has none. */
static const float *
slot_of (const DnnTestTraining *run, const char *slot)
{
  const DnnOptimizer *optimizer = dnn_trainer_optimizer (run->trainer);

  for (size_t i = 0; i < dnn_optimizer_n_states (optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);

    for (uint32_t j = 0; j < state->slots.n; j++)
      if (strcmp (state->weight->name, "dense/kernel") == 0 &&
          g_strcmp0 (state->slots.at[j].name, slot) == 0)
        return state->data[j];
  }
  return NULL;
}

static void
train_epoch (DnnTestTraining *run)
{
  g_autoptr (GError) error = NULL;

  dnn_trainer_epoch (run->trainer, NULL, NULL, &error);
  g_assert_no_error (error);
}

static char *
change (DnnTestTraining *run, const char *optimizer)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse (optimizer, (DnnPlace){ 0 }, NULL);
  g_autoptr (GError) error = NULL;
  char *report = NULL;

  dnn_trainer_set_optimizer (run->trainer, spec, &report, &error);
  g_assert_no_error (error);
  return report;
}

enum { KERNEL = DNN_TEST_COLUMNS * 6 * sizeof (float) };

/* --- averages ------------------------------------------------------------ */

static void
test_end (void)
{
  g_autoptr (DnnTestTraining) plain = training (SGD, &dnn_test_labels);
  g_autoptr (DnnTestTraining) run = training (SGD " " EMA, &dnn_test_labels);
  g_autofree float *average = NULL;
  const float *w = dnn_test_training_weight (run, "dense/kernel");

  g_test_summary ("Training goes on with the weights, and ends with their "
                  "averages");

  for (int i = 0; i < 3; i++) {
    train_epoch (plain);
    train_epoch (run);
    dnn_test_assert_same_model (plain->model, run->model);
  }
  average = g_memdup2 (slot_of (run, "weight_average"), KERNEL);
  g_assert_cmpint (memcmp (w, average, KERNEL), !=, 0);
  dnn_test_training_fit (run);

  g_assert_cmpmem (w, KERNEL, average, KERNEL);
  g_assert_cmpstr (dnn_trainer_restored (run->trainer), ==,
                   "the weights are now their averages over the steps "
                   "(use_ema)");
}

static void
test_before_best (void)
{
  DnnTrainSettings settings = dnn_test_labels;
  g_autoptr (DnnTestTraining) run = NULL, plain = NULL;

  g_test_summary ("Early stopping's best epoch comes back over the averages");

  settings.callbacks = "early_stopping(patience=9, restore_best=true)";
  run = training (SGD " " EMA, &settings);
  plain = training (SGD, &settings);
  dnn_test_training_fit (run);
  dnn_test_training_fit (plain);

  dnn_test_assert_same_model (run->model, plain->model);
}

static void
test_frozen (void)
{
  g_autoptr (DnnTestTraining) run = training (SGD " " EMA, &dnn_test_labels);
  g_autoptr (GBytes) before = NULL;

  g_test_summary ("A weight that froze stays as it is, whatever its average");

  train_epoch (run);
  dnn_model_find_layer (run->model, "dense")->trainable = false;
  before = dnn_test_training_keep (run, "dense/kernel");
  dnn_test_training_fit (run);

  g_assert_true (dnn_test_training_is_still (run, "dense/kernel", before));
}

static void
test_carried (void)
{
  g_autoptr (DnnTestTraining) run =
      training ("adam " EMA " gradient_accumulation_steps=3", &dnn_test_labels);
  g_autofree float *average = NULL, *sum = NULL;
  g_autofree char *report = NULL;

  g_test_summary ("Average and waiting gradients go on in another optimizer, "
                  "also where its own slots begin anew");

  train_epoch (run);
  average = g_memdup2 (slot_of (run, "weight_average"), KERNEL);
  sum = g_memdup2 (slot_of (run, "gradient_sum"), KERNEL);
  g_assert_cmpfloat (*slot_of (run, "gradient_count"), ==, 2);
  report = change (run, "nadam(use_ema=true, gradient_accumulation_steps=4)");

  g_assert_cmpmem (slot_of (run, "weight_average"), KERNEL, average, KERNEL);
  g_assert_cmpmem (slot_of (run, "gradient_sum"), KERNEL, sum, KERNEL);
  g_assert_cmpfloat (*slot_of (run, "gradient_count"), ==, 2);
  g_assert_cmpstr (report, ==,
                   "slots kept: gradient_count weight_average gradient_sum; "
                   "slots that begin anew: gradient_mean_square "
                   "momentum_product gradient_mean");
}

/* --- accumulation -------------------------------------------------------- */

static void
test_large_batch (void)
{
  DnnTrainSettings small = dnn_test_labels, large = dnn_test_labels;
  g_autoptr (DnnTestTraining) a = NULL, b = NULL;
  const float *v, *w;

  g_test_summary ("Five batches of 14 step like one of 70");

  small.batch_size = 14;
  large.batch_size = 70;
  a = training ("sgd learning_rate=0.5 momentum=0.9 clipnorm=0.1 "
                "gradient_accumulation_steps=5",
                &small);
  b = training ("sgd learning_rate=0.5 momentum=0.9 clipnorm=0.1", &large);
  dnn_test_training_fit (a);
  dnn_test_training_fit (b);

  v = dnn_test_training_weight (a, "dense/kernel");
  w = dnn_test_training_weight (b, "dense/kernel");
  for (size_t i = 0; i < KERNEL / sizeof *v; i++)
    g_assert_cmpfloat_with_epsilon (v[i], w[i], 1e-5);
}

/* 784 rows of a weight are stepped by tiles, on several threads. */
static const char *const optimizers[] = {
  "sgd " EMA,
  "sgd momentum=0.9 gradient_accumulation_steps=2 " EMA,
  "adam gradient_accumulation_steps=3 clipnorm=0.1 "
  "ema_overwrite_frequency=2 " EMA,
  "lamb gradient_accumulation_steps=2 global_clipnorm=0.1 " EMA,
};

static void
test_threads (gconstpointer data)
{
  static const char wide[] =
      "dense units=700 ! relu ! dense units=400 kernel_regularizer=l2 ! "
      "dense units=3 activation=softmax";
  const int64_t threads[] = { 1, 2, 4 };
  g_autoptr (DnnTestTraining) first = NULL;

  g_test_summary ("1, 2 and 4 threads give the same bits");

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
    DnnTrainSettings settings = dnn_test_labels;
    g_autoptr (DnnTestTraining) run = NULL;

    settings.threads = threads[i];
    settings.epochs = 1;
    run = dnn_test_training_good (wide, data, &settings);
    dnn_test_training_fit (run);
    if (i == 0)
      first = g_steal_pointer (&run);
    else
      dnn_test_assert_same_model (first->model, run->model);
  }
}

/* --- files --------------------------------------------------------------- */

static void
test_saved (void)
{
  static const char *const names[] = {
    "optimizer/dense/kernel/weight_average",
    "optimizer/dense/kernel/gradient_sum",
    "optimizer/dense/kernel/gradient_count",
  };
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
                         "use_ema = true\ngradient_accumulation_steps = 3\n");
  g_autoptr (DnnSafetensors) best = NULL, last = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model's file has the averages and the waiting gradients; "
                  "at the end its weights are the averages");

  dnn_test_run_train_in (run, "saved");
  best = dnn_safetensors_read ("saved/best.safetensors", &error);
  g_assert_no_error (error);
  last = dnn_safetensors_read ("saved/model.safetensors", &error);
  g_assert_no_error (error);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_nonnull (dnn_safetensors_find (best, names[i]));
    g_assert_nonnull (dnn_safetensors_find (last, names[i]));
  }
  for (int i = 0; i < 2; i++) {
    DnnSafetensors *file = i == 0 ? best : last;
    const void *w = dnn_safetensors_find (file, "dense/kernel")->data;
    const void *average = dnn_safetensors_find (file, names[0])->data;

    g_assert_cmpint (memcmp (w, average, 4 * 8 * sizeof (float)) == 0, ==, i);
  }
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *optimizer;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "momentum", "sgd use_ema=true ema_momentum=2", DNN_ERROR_PARAM,
    "ema_momentum must be a number from 0 to 1, not '2'" },
  { "frequency", "sgd use_ema=true ema_overwrite_frequency=-1", DNN_ERROR_PARAM,
    "ema_overwrite_frequency must be a whole number" },
  { "alone", "sgd ema_momentum=0.9", DNN_ERROR_PARAM,
    "'ema_momentum' needs 'use_ema = true' beside it" },
  { "no-steps", "sgd gradient_accumulation_steps=0", DNN_ERROR_PARAM,
    "gradient_accumulation_steps must be a whole number from 1" },
  { "name", "sgd use_emma=true", DNN_ERROR_NAME, "did you mean 'use_ema'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (
      dnn_test_training_new (CHAIN, row->optimizer, &dnn_test_labels, &error));
  dnn_assert_error (error, row->code, row->piece);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/optimizer-average/end", test_end);
  g_test_add_func ("/optimizer-average/before-best", test_before_best);
  g_test_add_func ("/optimizer-average/frozen", test_frozen);
  g_test_add_func ("/optimizer-average/carried", test_carried);
  g_test_add_func ("/optimizer-average/large-batch", test_large_batch);
  for (size_t i = 0; i < G_N_ELEMENTS (optimizers); i++)
    dnn_add_row ("/optimizer-average/threads", optimizers[i], optimizers[i],
                 test_threads);
  g_test_add_func ("/optimizer-average/saved", test_saved);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/optimizer-average/bad", bad[i].name, &bad[i], test_bad);

  return dnn_test_run_main (NULL);
}
