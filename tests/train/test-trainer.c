/* test-trainer.c - the training loop: same bits, what is counted, what moves */
#include "dnn-assert.h"
#include "dnn-phase.h"
#include "dnn-test-training.h"
#include "dnn-trainer-steps.h"

/* --- same bits ----------------------------------------------------------- */

static void
assert_same_bits (const DnnTestTraining *a, const DnnTestTraining *b)
{
  const DnnHistory *x = dnn_trainer_history (a->trainer);
  const DnnHistory *y = dnn_trainer_history (b->trainer);

  for (size_t i = 0; i < dnn_model_n_weights (a->model); i++) {
    const DnnWeight *v = dnn_model_weight (a->model, i);
    const DnnWeight *w = dnn_model_weight (b->model, i);

    g_assert_cmpmem (v->tensor.data, dnn_weight_bytes (v), w->tensor.data,
                     dnn_weight_bytes (w));
  }
  g_assert_cmpuint (dnn_history_count (x), ==, dnn_history_count (y));
  for (size_t i = 0; i < dnn_history_count (x); i++) {
    const DnnHistoryEpoch *e = dnn_history_at (x, i),
                          *f = dnn_history_at (y, i);

    g_assert_cmpfloat (e->loss, ==, f->loss);
    g_assert_cmpfloat (e->val_loss, ==, f->val_loss);
    g_assert_cmpfloat (e->metrics[0], ==, f->metrics[0]);
    g_assert_cmpfloat (e->val_metrics[0], ==, f->val_metrics[0]);
  }
}

typedef struct {
  const char *name;
  const char *chain;
  const char *optimizer;
} Bits;

static const Bits bits[] = {
  { "dropout-adam",
    "dense units=33 ! relu ! dropout rate=0.3 ! dense units=3 "
    "activation=softmax",
    "adam" },
  { "batch-norm-sgd",
    "batch_normalization ! dense units=20 activation=elu ! gaussian_noise "
    "stddev=0.1 ! dense units=3 activation=softmax",
    "sgd learning_rate=0.1 momentum=0.9" },
  { "global-norm",
    "dense units=17 kernel_regularizer=l2(l2=0.01) ! prelu ! dense units=3 "
    "activation=softmax",
    "rmsprop global_clipnorm=0.5" },
  { "norm",
    "dense units=300 kernel_constraint=max_norm(max_value=1) ! tanh ! dense "
    "units=3 "
    "activation=softmax",
    "nadam clipnorm=0.1" },
  { "parametrized",
    "dense units=300 kernel_parametrization=spectral_normalization ! tanh ! "
    "dense units=70 kernel_parametrization=lora(rank=3) "
    "bias_parametrization=weight_normalization ! relu ! dense units=3 "
    "kernel_parametrization=pruning(frequency=2) activation=softmax",
    "adam" },
  { "orthogonal",
    "dense units=300 kernel_regularizer=orthogonal(factor=0.1) ! tanh ! dense "
    "units=3 kernel_regularizer=orthogonal(mode=columns) activation=softmax",
    "sgd" },
};

static void
test_bits (gconstpointer data)
{
  const Bits *row = data;
  const int64_t threads[] = { 1, 2, 4 };
  g_autoptr (DnnTestTraining) first = NULL;

  g_test_summary ("Training again, on any number of threads, is the same to "
                  "the last bit");

  first = dnn_test_training_good (row->chain, row->optimizer, &dnn_test_labels);
  dnn_test_training_fit (first);

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
    DnnTrainSettings settings = dnn_test_labels;
    g_autoptr (DnnTestTraining) again = NULL;

    settings.threads = threads[i];
    again = dnn_test_training_good (row->chain, row->optimizer, &settings);
    dnn_test_training_fit (again);
    assert_same_bits (first, again);
  }
}

static void
test_seed (void)
{
  DnnTrainSettings settings = dnn_test_labels;
  g_autoptr (DnnTestTraining) a = NULL;
  g_autoptr (DnnTestTraining) b = NULL;
  g_autoptr (GBytes) kernel = NULL;

  g_test_summary ("Another seed is another order, and so another result");

  settings.seed++;
  a = dnn_test_training_good (bits[0].chain, "sgd", &dnn_test_labels);
  b = dnn_test_training_good (bits[0].chain, "sgd", &settings);
  dnn_test_training_fit (a);
  dnn_test_training_fit (b);

  kernel = dnn_test_training_keep (a, "dense/kernel");
  g_assert_false (dnn_test_training_is_still (b, "dense/kernel", kernel));
}

/* --- what is counted ----------------------------------------------------- */

static void
test_history (void)
{
  g_autoptr (DnnTestTraining) run = NULL;
  const DnnHistory *history;
  double loss, accuracy;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An epoch is a row; the last val_loss is that of the model "
                  "as it is now");

  run = dnn_test_training_good ("dense units=3 activation=softmax", "sgd",
                                &dnn_test_labels);
  dnn_test_training_fit (run);

  history = dnn_trainer_history (run->trainer);
  g_assert_cmpuint (dnn_history_count (history), ==, 3);
  g_assert_cmpint (dnn_trainer_n_batches (run->trainer), ==, 5);
  g_assert_cmpuint (dnn_trainer_step (run->trainer), ==, 15);
  g_assert_cmpstr (history->metrics[0], ==, "accuracy");
  dnn_trainer_evaluate (run->trainer, run->data->validation, &loss, &accuracy,
                        &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (loss, ==, dnn_history_at (history, 2)->val_loss);
  g_assert_cmpfloat (accuracy, ==, dnn_history_at (history, 2)->val_metrics[0]);
  g_assert_cmpfloat (dnn_history_at (history, 0)->learning_rate, ==, 0.01);
}

static void
test_epoch_mean (void)
{
  DnnTrainSettings settings = dnn_test_labels;
  g_autoptr (DnnTestTraining) run = NULL;
  double losses[5], mean = 0;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An epoch's loss is the mean over samples: the short last "
                  "batch counts by its size");

  settings.shuffle = false;
  run = dnn_test_training_good ("dense units=3 activation=softmax", "sgd",
                                &settings);
  dnn_trainer_epoch (run->trainer, NULL, losses, &error);

  g_assert_no_error (error);
  for (int i = 0; i < 5; i++)
    mean += losses[i] * (i < 4 ? 16 : 6) / DNN_TEST_ROWS;
  g_assert_cmpfloat_with_epsilon (
      dnn_history_at (dnn_trainer_history (run->trainer), 0)->loss, mean, 1e-7);
}

/* --- what does not move -------------------------------------------------- */

static void
test_multiplier (void)
{
  g_autoptr (DnnTestTraining) run = NULL;
  g_autoptr (DnnTestTraining) slow = NULL;
  g_autoptr (DnnTestTraining) full = NULL;
  g_autoptr (GBytes) first = NULL, last = NULL;
  float before;

  g_test_summary ("A multiplier of 0 leaves a layer where it is; one of a half "
                  "halves its step");

  run = dnn_test_training_good (
      "dense units=4 learning_rate_multiplier=0 ! relu ! dense units=3 "
      "activation=softmax",
      "sgd learning_rate=0.5", &dnn_test_labels);
  first = dnn_test_training_keep (run, "dense/kernel");
  last = dnn_test_training_keep (run, "dense_1/kernel");
  dnn_test_training_fit (run);
  g_assert_true (dnn_test_training_is_still (run, "dense/kernel", first));
  g_assert_false (dnn_test_training_is_still (run, "dense_1/kernel", last));

  slow = dnn_test_training_good ("dense units=1 learning_rate_multiplier=0.5",
                                 "sgd learning_rate=0.1", &dnn_test_squares);
  full = dnn_test_training_good ("dense units=1", "sgd learning_rate=0.1",
                                 &dnn_test_squares);
  before = dnn_test_training_weight (full, "dense/kernel")[0];
  dnn_test_training_fit (slow);
  dnn_test_training_fit (full);
  g_assert_cmpfloat_with_epsilon (
      2 * (dnn_test_training_weight (slow, "dense/kernel")[0] - before),
      dnn_test_training_weight (full, "dense/kernel")[0] - before, 1e-6);
}

static void
test_frozen (void)
{
  static const char *const frozen[] = { "dense/kernel", "dense/bias",
                                        "batch_normalization/gamma",
                                        "batch_normalization/moving_mean",
                                        "batch_normalization/moving_variance" };
  g_autoptr (DnnTestTraining) run = NULL;
  GBytes *before[G_N_ELEMENTS (frozen)];
  const DnnOptimizer *optimizer;

  g_test_summary ("A layer that is not trainable does not move, its buffers "
                  "neither, and the optimizer remembers nothing of it");

  run = dnn_test_training_good (
      "dense units=4 trainable=false ! batch_normalization "
      "trainable=false ! dense units=3 activation=softmax",
      "adam learning_rate=0.1", &dnn_test_labels);
  for (size_t i = 0; i < G_N_ELEMENTS (frozen); i++)
    before[i] = dnn_test_training_keep (run, frozen[i]);
  dnn_test_training_fit (run);

  for (size_t i = 0; i < G_N_ELEMENTS (frozen); i++) {
    g_assert_true (dnn_test_training_is_still (run, frozen[i], before[i]));
    g_bytes_unref (before[i]);
  }
  optimizer = dnn_trainer_optimizer (run->trainer);
  g_assert_cmpuint (dnn_optimizer_n_states (optimizer), ==, 2);
  for (size_t i = 0; i < 2; i++)
    g_assert_true (g_str_has_prefix (
        dnn_optimizer_state (optimizer, i)->weight->name, "dense_1/"));
  g_assert_cmpint (dnn_optimizer_count (optimizer), ==, 2 * (4 * 3 + 3));
}

/* --- phases that cannot begin -------------------------------------------- */

#define SPARSE "sparse_categorical_crossentropy"

typedef struct {
  const char *name;
  const char *loss, *frozen, *callbacks, *class_weight;
  const char *optimizer;
  int code;
  const char *piece;
} Refused;

static const Refused refused[] = {
  { "loss", "sparse", "dense*", "", "", "adam", DNN_ERROR_NAME, "'sparse'" },
  { "layers", SPARSE, "dense, densse", "", "", "adam", DNN_ERROR_NAME,
    "'densse'" },
  { "callbacks", SPARSE, "dense", "early_stoping", "", "adam", DNN_ERROR_NAME,
    "'early_stoping'" },
  { "class-weight", SPARSE, "dense", "", "7:2", "adam", DNN_ERROR_PARAM,
    "'7'" },
  { "optimizer", SPARSE, "dense", "", "", "adm", DNN_ERROR_NAME, "'adm'" },
  { "optimizer-key", SPARSE, "dense", "", "", "adam(clipnrm=1)", DNN_ERROR_NAME,
    "'clipnrm'" },
};

static DnnPhase
phase_of (const Refused *row, DnnSpec *optimizer)
{
  DnnPhase phase = { "other", { 0 }, dnn_test_labels, optimizer };

  phase.settings.loss = row->loss;
  phase.settings.frozen = row->frozen;
  phase.settings.callbacks = row->callbacks;
  phase.settings.class_weight = row->class_weight;
  phase.settings.batch_size = 3;
  return phase;
}

#define TWO_LAYERS "dense units=4 ! dense units=3 activation=softmax"

static void
test_refused (gconstpointer data)
{
  const Refused *row = data;
  g_autoptr (DnnTestTraining) asked = dnn_test_training_good (
      TWO_LAYERS, "sgd learning_rate=0.1 momentum=0.9", &dnn_test_labels);
  g_autoptr (DnnTestTraining) quiet = dnn_test_training_good (
      TWO_LAYERS, "sgd learning_rate=0.1 momentum=0.9", &dnn_test_labels);
  g_autoptr (DnnSpec) optimizer =
      dnn_spec_parse (row->optimizer, (DnnPlace){ 0 }, NULL);
  const DnnPhase phase = phase_of (row, optimizer);
  g_autoptr (GError) checked = NULL, begun = NULL, error = NULL;
  g_autoptr (GBytes) kept = NULL;

  g_test_summary ("A phase that cannot begin leaves the trainer in the one "
                  "that it is in, which trains on to the same bits");

  dnn_trainer_epoch (asked->trainer, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (dnn_trainer_check_phase (asked->trainer, &phase, &checked));
  g_assert_false (
      dnn_trainer_begin_phase (asked->trainer, &phase, NULL, &begun));
  dnn_test_training_fit (asked);
  dnn_test_training_fit (quiet);

  dnn_assert_error (checked, row->code, row->piece);
  dnn_assert_error (begun, row->code, row->piece);
  g_assert_cmpuint (dnn_trainer_step (asked->trainer), ==,
                    dnn_trainer_step (quiet->trainer));
  kept = dnn_test_training_keep (quiet, "dense/kernel");
  g_assert_true (dnn_test_training_is_still (asked, "dense/kernel", kept));
}

static void
test_check_keeps_layers (void)
{
  g_autoptr (DnnTestTraining) run =
      dnn_test_training_good (TWO_LAYERS, "sgd", &dnn_test_labels);
  g_autoptr (DnnSpec) optimizer =
      dnn_spec_parse ("adam", (DnnPlace){ 0 }, NULL);
  const Refused row = { .loss = SPARSE, .frozen = "dense_1" };
  const DnnPhase phase = phase_of (&row, optimizer);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Checking a phase changes no layer, nor takes back that one "
                  "was frozen since the last step");

  dnn_model_layer (run->model, 0)->trainable = false;
  dnn_trainer_check_phase (run->trainer, &phase, &error);
  g_assert_no_error (error);

  g_assert_false (dnn_model_layer (run->model, 0)->trainable);
  g_assert_true (dnn_model_layer (run->model, 1)->trainable);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *loss, *metrics, *optimizer;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "two-clips", SPARSE, "", "sgd clipvalue=1 clipnorm=1", DNN_ERROR_PARAM,
    "only one of clipvalue, clipnorm and global_clipnorm can be set, not "
    "'clipvalue' and 'clipnorm'" },
  { "other-two-clips", SPARSE, "", "adam clipnorm=1 global_clipnorm=2",
    DNN_ERROR_PARAM, "'clipnorm' and 'global_clipnorm'" },
  { "clip-to-nothing", SPARSE, "", "sgd clipnorm=0", DNN_ERROR_PARAM,
    "clipnorm '0' would clip every gradient to 0; leave it out, or say inf" },
  { "clip-values-to-nothing", SPARSE, "", "adam clipvalue=0", DNN_ERROR_PARAM,
    "clipvalue '0' would clip" },
  { "global-clip-to-nothing", SPARSE, "", "sgd global_clipnorm=0",
    DNN_ERROR_PARAM, "global_clipnorm '0' would clip" },
  { "three-clips", SPARSE, "", "sgd clipvalue=1 clipnorm=1 global_clipnorm=1",
    DNN_ERROR_PARAM, "'clipvalue' and 'clipnorm' and 'global_clipnorm'" },
  { "no-such-loss", "sparse_crossentropy", "", "sgd", DNN_ERROR_NAME,
    "did you mean" },
  { "no-such-metric", SPARSE, "acuracy", "sgd", DNN_ERROR_NAME,
    "did you mean 'accuracy'" },
  { "no-such-optimizer", SPARSE, "", "sgdd", DNN_ERROR_NAME,
    "did you mean 'sgd'" },
  { "no-such-parameter", SPARSE, "", "sgd momentm=0.9", DNN_ERROR_NAME,
    "did you mean 'momentum'" },
  { "rate-negative", SPARSE, "", "sgd learning_rate=-1", DNN_ERROR_PARAM,
    "'-1'" },
  { "clip-negative", SPARSE, "", "sgd clipnorm=-1", DNN_ERROR_PARAM, "'-1'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  DnnTrainSettings settings = dnn_test_labels;
  g_autoptr (DnnTestTraining) run = NULL;
  g_autoptr (GError) error = NULL;

  settings.loss = row->loss;
  settings.metrics = row->metrics;

  run = dnn_test_training_new ("dense units=3 activation=softmax",
                               row->optimizer, &settings, &error);

  g_assert_null (run);

  dnn_assert_error (error, row->code, row->piece);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (bits); i++)
    dnn_add_row ("/trainer/bits", bits[i].name, &bits[i], test_bits);
  g_test_add_func ("/trainer/seed", test_seed);
  g_test_add_func ("/trainer/history", test_history);
  g_test_add_func ("/trainer/epoch-mean", test_epoch_mean);
  g_test_add_func ("/trainer/multiplier", test_multiplier);
  g_test_add_func ("/trainer/frozen", test_frozen);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/trainer/refused-phase", refused[i].name, &refused[i],
                 test_refused);
  g_test_add_func ("/trainer/check-keeps-layers", test_check_keeps_layers);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/trainer/bad", bad[i].name, &bad[i], test_bad);

  return g_test_run ();
}
