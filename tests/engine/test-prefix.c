/* test-prefix.c - the frozen beginning of a model is found, and run once */
#include "dnn-prefix.h"

#include "dnn-assert.h"
#include "dnn-test-training.h"
#include "dnn-trainer-steps.h"

#include <math.h>

#define HEAD   " ! dense units=3 activation=softmax name=head"
#define FROZEN "dense units=5 trainable=false"

/* --- when it is allowed -------------------------------------------------- */

typedef struct {
  const char *name;
  const char *chain; /* under the head */
  size_t layers;
} Found;

static const Found found[] = {
  { "frozen", FROZEN, 1 },
  { "frozen-activation", FROZEN " activation=tanh ! relu", 2 },
  { "two", FROZEN " ! relu ! " FROZEN, 3 },
  { "trainable", "dense units=5", 0 },
  { "trainable-behind", FROZEN " ! dense units=4", 1 },
  { "trainable-in-front", "dense units=4 ! " FROZEN, 0 },
  { "multiplier-0", "dense units=5 learning_rate_multiplier=0", 0 },
  { "flatten", "flatten", 0 },
  { "flatten-relu", "flatten ! relu", 0 },
  { "flatten-frozen", "flatten ! " FROZEN, 2 },
  { "dropout-in-front", "dropout rate=0.1 ! " FROZEN, 0 },
  { "dropout-frozen", "dropout rate=0.1 trainable=false ! " FROZEN, 0 },
  { "dropout-rate-0", "dropout rate=0 ! " FROZEN, 0 },
  { "dropout-behind", FROZEN " ! dropout rate=0.1 ! " FROZEN, 1 },
  { "noise-in-front", "gaussian_noise stddev=0.1 ! " FROZEN, 0 },
  { "batch-normalization-frozen", "batch_normalization trainable=false", 1 },
  { "batch-normalization", "batch_normalization ! " FROZEN, 0 },
  { "batch-normalization-bare-frozen",
    FROZEN " ! batch_normalization trainable=false center=false scale=false",
    2 },
  { "batch-normalization-bare",
    FROZEN " ! batch_normalization center=false scale=false", 1 },
  { "layer-normalization-frozen", "layer_normalization trainable=false", 1 },
  { "prelu-frozen", FROZEN " ! prelu trainable=false", 2 },
  { "prelu", FROZEN " ! prelu", 1 },
  { "fork-within", FROZEN " name=a ! " FROZEN " name=b ! add input=a,b", 3 },
  { "fork-from-border", FROZEN " name=a ! dense units=5 name=b ! add input=a,b",
    1 },
  { "fork-across",
    FROZEN " name=a ! " FROZEN " name=b ! dense units=5 name=c ! add input=a,c",
    1 },
  { "fork-from-input",
    FROZEN " name=a ! dense units=5 name=b ! add input=input,b", 0 },
  { "shared-with-one-that-trains",
    "dense units=5 name=a trainable=false ! dense units=5 name=b weights=a",
    0 },
  { "shared-both-frozen",
    "dense units=5 name=a trainable=false ! dense units=5 name=b weights=a "
    "trainable=false",
    2 },
};

static void
test_found (gconstpointer data)
{
  const Found *row = data;
  g_autofree char *chain = g_strconcat (row->chain, HEAD, NULL);
  g_autoptr (DnnTestTraining) run =
      dnn_test_training_good (chain, "sgd", &dnn_test_labels);

  g_assert_cmpuint (dnn_prefix_find (run->model), ==, row->layers);
  g_assert_cmpuint (dnn_trainer_prefix (run->trainer), ==, row->layers);
}

static void
test_all_frozen (void)
{
  g_autoptr (DnnTestTraining) run = dnn_test_training_good (
      FROZEN " ! dense units=3 activation=softmax trainable=false", "sgd",
      &dnn_test_labels);
  const DnnHistory *history = dnn_trainer_history (run->trainer);

  g_test_summary ("Where all is frozen the last layer still runs, and every "
                  "epoch finds the same");

  dnn_test_training_fit (run);

  g_assert_cmpuint (dnn_trainer_prefix (run->trainer), ==, 1);
  g_assert_cmpfloat (dnn_history_at (history, 0)->val_loss, ==,
                     dnn_history_at (history, 2)->val_loss);
}

/* --- it changes nothing -------------------------------------------------- */

static void
assert_close (const char *what, double a, double b)
{
  if (!(fabs (a - b) <= 1e-6 * MAX (fabs (b), 0.05)))
    g_test_fail_printf ("%s: %.9g with the prefix, %.9g without", what, a, b);
}

/* A dropout of nothing in front: no layer is run once only. */
#define WITHOUT "dropout rate=0 name=nothing ! "

static const char *const agreeing[][2] = {
  { "dense", FROZEN " activation=relu" },
  { "deep", "dense units=40 trainable=false activation=selu ! " FROZEN
            " ! tanh ! dense units=7 activation=relu" },
  { "batch-normalization",
    "batch_normalization trainable=false ! " FROZEN
    " ! batch_normalization trainable=false ! dense units=6 ! relu" },
  { "dropout-behind", FROZEN " ! relu ! dropout rate=0.3 ! dense units=8" },
  { "batch-normalization-behind", FROZEN " ! batch_normalization" },
  { "fork", FROZEN " name=a ! " FROZEN " name=b ! add input=a,b ! relu" },
};

static void
test_agrees (gconstpointer data)
{
  const char *const *row = data;
  g_autofree char *chain = g_strconcat (row[1], HEAD, NULL);
  g_autofree char *other = g_strconcat (WITHOUT, chain, NULL);
  g_autoptr (DnnTestTraining) with = dnn_test_training_good (
      chain, "adam learning_rate=0.01", &dnn_test_labels);
  g_autoptr (DnnTestTraining) without = dnn_test_training_good (
      other, "adam learning_rate=0.01", &dnn_test_labels);

  g_assert_cmpuint (dnn_trainer_prefix (with->trainer), >, 0);
  g_assert_cmpuint (dnn_trainer_prefix (without->trainer), ==, 0);
  dnn_test_training_fit (with);
  dnn_test_training_fit (without);

  for (size_t i = 0; i < 3; i++) {
    const DnnHistoryEpoch *a =
        dnn_history_at (dnn_trainer_history (with->trainer), i);
    const DnnHistoryEpoch *b =
        dnn_history_at (dnn_trainer_history (without->trainer), i);

    assert_close ("loss", a->loss, b->loss);
    assert_close ("val_loss", a->val_loss, b->val_loss);
    assert_close ("accuracy", a->metrics[0], b->metrics[0]);
  }
}

static void
test_multiplier (void)
{
  g_autoptr (DnnTestTraining) with = dnn_test_training_good (
      FROZEN HEAD, "sgd learning_rate=0.1", &dnn_test_labels);
  g_autoptr (DnnTestTraining) without =
      dnn_test_training_good ("dense units=5 learning_rate_multiplier=0" HEAD,
                              "sgd learning_rate=0.1", &dnn_test_labels);
  const float *a, *b;

  g_test_summary ("Frozen is the same as trained at a rate of 0, weights "
                  "included");

  dnn_test_training_fit (with);
  dnn_test_training_fit (without);
  a = dnn_test_training_weight (with, "head/kernel");
  b = dnn_test_training_weight (without, "head/kernel");

  for (size_t i = 0; i < 15; i++)
    assert_close ("head/kernel", a[i], b[i]);
}

/* --- unfreezing ---------------------------------------------------------- */

static void
set_trainable (DnnTestTraining *run, bool trainable)
{
  dnn_model_find_layer (run->model, "dense")->trainable = trainable;
}

static void
train_epoch (DnnTestTraining *run, const DnnTrainEvents *events)
{
  g_autoptr (GError) error = NULL;

  dnn_trainer_epoch (run->trainer, events, NULL, &error);
  g_assert_no_error (error);
}

/* Updates of a weight so far. */
static uint64_t
updates (const DnnTestTraining *run, const char *weight)
{
  const DnnOptimizer *optimizer = dnn_trainer_optimizer (run->trainer);

  for (size_t i = 0; i < dnn_optimizer_n_states (optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);

    if (strcmp (state->weight->name, weight) == 0)
      return state->t;
  }
  return 0;
}

static void
test_between_epochs (void)
{
  g_autoptr (DnnTestTraining) run =
      dnn_test_training_good (FROZEN HEAD, "adam", &dnn_test_labels);
  g_autoptr (GBytes) before = dnn_test_training_keep (run, "dense/kernel");
  g_autoptr (GBytes) after = NULL;

  g_test_summary ("Unfrozen between epochs, a layer moves in the next; frozen "
                  "again, it stands still again");

  train_epoch (run, NULL);
  g_assert_true (dnn_test_training_is_still (run, "dense/kernel", before));
  set_trainable (run, true);
  train_epoch (run, NULL);
  g_assert_false (dnn_test_training_is_still (run, "dense/kernel", before));
  g_assert_cmpuint (dnn_trainer_prefix (run->trainer), ==, 0);
  g_assert_cmpuint (updates (run, "dense/kernel"), ==, 5);
  set_trainable (run, false);
  after = dnn_test_training_keep (run, "dense/kernel");
  train_epoch (run, NULL);

  g_assert_true (dnn_test_training_is_still (run, "dense/kernel", after));
  g_assert_cmpuint (dnn_trainer_prefix (run->trainer), ==, 1);
  g_assert_cmpuint (updates (run, "dense/kernel"), ==, 5);
  g_assert_cmpuint (updates (run, "head/kernel"), ==, 15);
}

/* A batch is reported if 50 ms have gone by: after this, the first is. */
static void
wait (void *data, const DnnProgress *progress)
{
  (void) data;
  (void) progress;
  g_usleep (60000);
}

static void
thaw (void *data, const DnnProgress *progress)
{
  (void) progress;
  set_trainable (data, true);
}

static void
freeze (void *data, const DnnProgress *progress)
{
  (void) progress;
  set_trainable (data, false);
}

static void
test_within_epoch (void)
{
  g_autoptr (DnnTestTraining) run =
      dnn_test_training_good (FROZEN HEAD, "adam", &dnn_test_labels);
  DnnTrainEvents events = { .begin_epoch = wait, .batch = thaw, .data = run };
  g_autoptr (GBytes) before = dnn_test_training_keep (run, "dense/kernel");

  g_test_summary ("Unfrozen after the first of five batches, a layer moves in "
                  "the other four; frozen after the first, in none of them");

  train_epoch (run, &events);
  g_assert_false (dnn_test_training_is_still (run, "dense/kernel", before));
  g_assert_cmpuint (updates (run, "dense/kernel"), ==, 4);
  events.batch = freeze;
  train_epoch (run, &events);

  g_assert_cmpuint (updates (run, "dense/kernel"), ==, 5);
  g_assert_cmpuint (updates (run, "head/kernel"), ==, 10);
}

static void
test_same_rows (void)
{
  g_autoptr (DnnTestTraining) run =
      dnn_test_training_good (FROZEN HEAD, "sgd", &dnn_test_labels);
  g_autoptr (DnnTestTraining) plain =
      dnn_test_training_good (WITHOUT FROZEN HEAD, "sgd", &dnn_test_labels);
  DnnTrainEvents events = { .begin_epoch = wait, .batch = thaw };

  g_test_summary ("The epoch in which a layer thaws goes on with the rows that "
                  "were next: with the prefix as without");

  events.data = run;
  train_epoch (run, &events);
  events.data = plain;
  train_epoch (plain, &events);

  assert_close ("loss",
                dnn_history_at (dnn_trainer_history (run->trainer), 0)->loss,
                dnn_history_at (dnn_trainer_history (plain->trainer), 0)->loss);
  for (size_t i = 0; i < 25; i++)
    assert_close ("dense/kernel",
                  dnn_test_training_weight (run, "dense/kernel")[i],
                  dnn_test_training_weight (plain, "dense/kernel")[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (found); i++)
    dnn_add_row ("/prefix/found", found[i].name, &found[i], test_found);
  g_test_add_func ("/prefix/all-frozen", test_all_frozen);
  for (size_t i = 0; i < G_N_ELEMENTS (agreeing); i++)
    dnn_add_row ("/prefix/agrees", agreeing[i][0], agreeing[i], test_agrees);
  g_test_add_func ("/prefix/multiplier", test_multiplier);
  g_test_add_func ("/prefix/between-epochs", test_between_epochs);
  g_test_add_func ("/prefix/within-epoch", test_within_epoch);
  g_test_add_func ("/prefix/same-rows", test_same_rows);

  return g_test_run ();
}
