/* test-transfer.c - the experiment that a transfer is, and its comparison
 *
 * base/model.safetensors is dense, relu, dense_1, batch_normalization, dropout,
 * dense_2.
 */
#include "dnn-transfer.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"

#define BASE "base/model.safetensors"

static const char body[] =
    "[model]\nlayers = dense units=8 ! relu ! dense units=6 ! "
    "batch_normalization ! dropout rate=0.1 ! dense units=3 "
    "activation=softmax\n";

static const char recipe_text[] =
    "[optimizer]\ntype = adam\n"
    "[phase frozen]\nepochs = 2\noptimizer.learning_rate = 0.01\n"
    "callbacks = early_stopping(patience=9)\n"
    "[phase tuned]\nepochs = 3\noptimizer.learning_rate = 0.001\n"
    "callbacks = early_stopping(patience=8)\n"
    "[phase scratch]\nepochs = 4\noptimizer.learning_rate = 0.02\n"
    "callbacks = early_stopping(patience=7)\n";

/* The same with a phase after tuning. */
static const char settling_text[] =
    "[optimizer]\ntype = adam\n[phase frozen]\nepochs = 2\n"
    "[phase tuned]\nepochs = 3\n"
    "[phase settled]\nepochs = 4\noptimizer.learning_rate = 0.0001\n";

#define TRAIN "[train]\nmetrics = accuracy\nbatch_size = 8\nseed = 5\n"

static const DnnTransferOptions plain = {
  .base = BASE,
  .head = "dense units=3 activation=softmax name=top",
  .drop_last = 1,
  .frozen_epochs = DNN_TRANSFER_RECIPE,
  .epochs = DNN_TRANSFER_RECIPE,
  .unfreeze = DNN_TRANSFER_ALL,
};

static DnnExperiment *
compose (const DnnTransferOptions *options, const char *data_text, bool scratch,
         GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) data = dnn_test_experiment (data_text);
  g_autoptr (DnnExperiment) recipe = dnn_test_experiment (recipe_text);

  return scratch
             ? dnn_transfer_compose_scratch (registry, options, data, recipe,
                                             error)
             : dnn_transfer_compose (registry, options, data, recipe, error);
}

static DnnExperiment *
compose_good (const DnnTransferOptions *options, const char *data, bool scratch)
{
  g_autoptr (GError) error = NULL;
  DnnExperiment *experiment = compose (options, data, scratch, &error);

  g_assert_no_error (error);
  return experiment;
}

/* --- composing ----------------------------------------------------------- */

static void
test_plain (void)
{
  g_autoptr (DnnExperiment) e =
      compose_good (&plain, DNN_RUN_DATA TRAIN, false);
  g_autofree char *text = dnn_experiment_to_string (e);

  g_test_summary ("What the caller leaves open is the recipe's");

  g_assert_cmpstr (
      text, ==,
      "[data]\ninputs = x.npy\ntargets = y.npy\nvalidation_first = 10\n\n"
      "[train]\nmetrics = accuracy\nbatch_size = 8\nseed = 5\n\n"
      "[optimizer]\ntype = adam\n\n"
      "[model]\nbase = " BASE "\ndrop_last = 1\n"
      "layers = dense units=3 activation=softmax name=top\n\n"
      "[phase frozen]\nepochs = 2\noptimizer.learning_rate = 0.01\n"
      "callbacks = early_stopping(patience=9)\nfrozen = *\ntrainable = top\n\n"
      "[phase tuned]\nepochs = 3\noptimizer.learning_rate = 0.001\n"
      "callbacks = early_stopping(patience=8)\ntrainable = *\n");
}

typedef struct {
  const char *name;
  int64_t unfreeze;
  const char *trainable; /* in [phase tuned]; NULL: there is no such phase */
} Unfreeze;

/* Layers without weights do not count; those of the head always train. */
static const Unfreeze unfreezes[] = {
  { "0", 0, NULL },
  { "1", 1, "top, batch_normalization" },
  { "2", 2, "top, batch_normalization, dense_1" },
  { "3", 3, "top, batch_normalization, dense_1, dense" },
  { "more", 9, "top, batch_normalization, dense_1, dense" },
};

static void
test_unfreeze (gconstpointer data)
{
  const Unfreeze *row = data;
  DnnTransferOptions options = plain;
  g_autoptr (DnnExperiment) e = NULL;

  options.unfreeze = row->unfreeze;
  e = compose_good (&options, DNN_RUN_DATA TRAIN, false);

  g_assert_cmpstr (dnn_experiment_get (e, "phase tuned", "trainable"), ==,
                   row->trainable);
  g_assert_cmpstr (dnn_experiment_get (e, "phase tuned", "frozen"), ==,
                   row->trainable != NULL ? "*" : NULL);
  g_assert_cmpint (dnn_experiment_find (e, "phase tuned") != NULL, ==,
                   row->trainable != NULL);
  g_assert_cmpstr (dnn_experiment_get (e, "phase frozen", "trainable"), ==,
                   "top");
}

static void
test_numbers (void)
{
  DnnTransferOptions options = plain;
  g_autoptr (DnnExperiment) e = NULL;

  g_test_summary ("Numbers of the caller's stand instead of the recipe's; "
                  "epochs that are given are done, all of them");

  options.frozen_epochs = 11;
  options.epochs = 12;
  options.learning_rate = "0.5";
  options.tune_learning_rate = "0.25";
  options.optimizer = "sgd(momentum=0.9)";
  options.seed = "42";
  e = compose_good (&options, DNN_RUN_DATA TRAIN, false);

#define GET(section, key) dnn_experiment_get (e, section, key)
  g_assert_cmpstr (GET ("phase frozen", "epochs"), ==, "11");
  g_assert_cmpstr (GET ("phase tuned", "epochs"), ==, "12");
  g_assert_cmpstr (GET ("phase frozen", "optimizer.learning_rate"), ==, "0.5");
  g_assert_cmpstr (GET ("phase tuned", "optimizer.learning_rate"), ==, "0.25");
  g_assert_cmpstr (GET ("phase frozen", "optimizer.type"), ==,
                   "sgd(momentum=0.9)");
  g_assert_cmpstr (GET ("phase tuned", "optimizer.type"), ==,
                   "sgd(momentum=0.9)");
  g_assert_null (GET ("phase frozen", "callbacks"));
  g_assert_null (GET ("phase tuned", "callbacks"));
  g_assert_cmpstr (GET ("train", "seed"), ==, "42");
}

static void
test_no_validation (void)
{
  g_autoptr (DnnExperiment) e =
      compose_good (&plain, "[data]\ninputs = x.npy\ntargets = y.npy\n", false);

  g_test_summary ("Without validation rows nothing can stop early");

  g_assert_cmpstr (GET ("phase frozen", "epochs"), ==, "2");
  g_assert_null (GET ("phase frozen", "callbacks"));
  g_assert_null (GET ("phase tuned", "callbacks"));
}

static void
test_settled (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) data = dnn_test_experiment (DNN_RUN_DATA TRAIN);
  g_autoptr (DnnExperiment) recipe = dnn_test_experiment (settling_text);
  DnnTransferOptions options = plain;
  g_autoptr (DnnExperiment) e = NULL, own = NULL;

  g_test_summary ("A phase settled follows the recipe's tuning, for the same "
                  "layers, and not the caller's");

  options.unfreeze = 1;
  e = dnn_transfer_compose (registry, &options, data, recipe, NULL);
  options.tune_learning_rate = "0.5";
  own = dnn_transfer_compose (registry, &options, data, recipe, NULL);

  g_assert_cmpstr (dnn_experiment_get (e, "phase settled", "epochs"), ==, "4");
  g_assert_cmpstr (dnn_experiment_get (e, "phase settled", "trainable"), ==,
                   dnn_experiment_get (e, "phase tuned", "trainable"));
  g_assert_cmpstr (dnn_experiment_get (e, "phase settled", "frozen"), ==, "*");
  g_assert_null (dnn_experiment_find (own, "phase settled"));
}

static void
test_ignored (void)
{
  g_autoptr (DnnExperiment) data = dnn_test_experiment (
      DNN_RUN_DATA "[model]\nlayers = relu\n[train]\nepochs = 99\nsteps = 3\n"
                   "callbacks = early_stopping\nfrozen = relu\nbatch_size = 4\n"
                   "[optimizer]\ntype = sgd\n[phase x]\nepochs = 1\n");
  g_autofree char *text = dnn_experiment_to_string (data);
  g_autoptr (DnnExperiment) e = compose_good (&plain, text, false);
  g_autofree char *ignored = dnn_transfer_ignored (data);
  g_autoptr (DnnExperiment) bare = dnn_test_experiment (DNN_RUN_DATA TRAIN);
  g_autofree char *none = dnn_transfer_ignored (bare);

  g_test_summary ("Of the data's file [data] and [train] count, and of [train] "
                  "what a phase does not say");

  g_assert_cmpstr (ignored, ==,
                   "[model], [optimizer], [phase x], [train] epochs, [train] "
                   "steps, [train] callbacks, [train] frozen");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (GET ("optimizer", "type"), ==, "adam");
  g_assert_null (GET ("phase x", "epochs"));
  g_assert_null (GET ("train", "epochs"));
  g_assert_null (GET ("train", "steps"));
  g_assert_null (GET ("train", "frozen"));
  g_assert_null (GET ("train", "callbacks"));
  g_assert_cmpstr (GET ("train", "batch_size"), ==, "4");
}

/* --- from scratch -------------------------------------------------------- */

static void
test_scratch (void)
{
  g_autoptr (DnnExperiment) e = compose_good (&plain, DNN_RUN_DATA TRAIN, true);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnRun) run = dnn_run_new (registry, e, NULL);
  g_autoptr (DnnExperiment) whole =
      compose_good (&plain, DNN_RUN_DATA TRAIN, false);
  g_autoptr (DnnRun) other = dnn_run_new (registry, whole, NULL);

  g_test_summary ("The same layers by the same names, and no base");

  g_assert_null (GET ("model", "base"));
  g_assert_null (GET ("phase frozen", "epochs"));
  g_assert_cmpstr (GET ("phase scratch", "epochs"), ==, "4");
  g_assert_cmpstr (GET ("phase scratch", "optimizer.learning_rate"), ==,
                   "0.02");
  g_assert_cmpuint (dnn_model_n_weights (dnn_run_model (run)), ==,
                    dnn_model_n_weights (dnn_run_model (other)));
  for (size_t i = 0; i < dnn_model_n_weights (dnn_run_model (run)); i++)
    g_assert_cmpstr (dnn_model_weight (dnn_run_model (run), i)->name, ==,
                     dnn_model_weight (dnn_run_model (other), i)->name);
}

static void
test_scratch_epochs (void)
{
  DnnTransferOptions options = plain;
  g_autoptr (DnnExperiment) e = NULL;

  g_test_summary ("Where both numbers of epochs are given, it has as many");

  options.frozen_epochs = 4;
  options.epochs = 16;
  e = compose_good (&options, DNN_RUN_DATA TRAIN, true);

  g_assert_cmpstr (GET ("phase scratch", "epochs"), ==, "20");
  g_assert_null (GET ("phase scratch", "callbacks"));
}

static void
test_scratch_scale (void)
{
  DnnTransferOptions options = plain;
  g_autoptr (DnnExperiment) e = NULL, standard = NULL, own = NULL;

  g_test_summary ("It sees the inputs scaled as the base saw them, as those do "
                  "that it is compared with");

  options.base = "scaled/model.safetensors";
  e = compose_good (&options, DNN_RUN_DATA TRAIN, true);
  options.base = "standard/model.safetensors";
  standard = compose_good (&options, DNN_RUN_DATA TRAIN, true);
  own = compose_good (&options, DNN_RUN_DATA "scale = 1/3\n" TRAIN, true);

  g_assert_cmpstr (GET ("data", "scale"), ==, "0.25");
  g_assert_null (GET ("data", "standardize"));
  g_assert_cmpstr (dnn_experiment_get (standard, "data", "standardize"), ==,
                   "true");
  g_assert_cmpstr (dnn_experiment_get (own, "data", "scale"), ==, "1/3");
  g_assert_null (dnn_experiment_get (own, "data", "standardize"));
}

/* --- training ------------------------------------------------------------ */

static void
test_trained (void)
{
  DnnTransferOptions options = plain;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) e = NULL;
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autofree char *messages = NULL;

  g_test_summary ("Only what was unfrozen moves");

  options.unfreeze = 2;
  e = compose_good (&options, DNN_RUN_DATA TRAIN, false);
  run = dnn_run_new (registry, e, NULL);
  first = dnn_test_keep_weight (dnn_run_model (run), "dense/kernel");
  second = dnn_test_keep_weight (dnn_run_model (run), "dense_1/kernel");
  messages = dnn_test_run_train (run);

  g_assert_true (
      dnn_test_is_still (dnn_run_model (run), "dense/kernel", first));
  g_assert_false (
      dnn_test_is_still (dnn_run_model (run), "dense_1/kernel", second));
  g_assert_nonnull (strstr (messages, "slots kept: "));
}

/* --- the comparison ------------------------------------------------------ */

static void
count (void *data, const char *name, size_t seed)
{
  g_string_append_printf (data, "%s/%" G_GSIZE_FORMAT " ", name, seed);
}

static void
test_compare (void)
{
  static const char *const names[] = { "0 unfrozen", "1 unfrozen", "2 unfrozen",
                                       "all unfrozen", "from scratch" };
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) data = dnn_test_experiment (DNN_RUN_DATA TRAIN);
  g_autoptr (DnnExperiment) recipe = dnn_test_experiment (recipe_text);
  g_autoptr (GString) seen = g_string_new (NULL);
  DnnTransferSeeds seeds = { 2, count, seen };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnTransferTable) table =
      dnn_transfer_compare (registry, &plain, data, recipe, &seeds, &error);

  g_test_summary ("A row for 0, 1, 2, all and from scratch, a result for each "
                  "seed: that of a run with that seed");

  g_assert_no_error (error);
  g_assert_cmpstr (table->metric, ==, "accuracy");
  g_assert_cmpstr (table->split, ==, "validation");
  g_assert_cmpuint (table->rows->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < table->rows->len; i++) {
    const DnnTransferRow *row = g_ptr_array_index (table->rows, i);

    g_assert_cmpstr (row->name, ==, names[i]);
    g_assert_cmpuint (row->n, ==, 2);
    for (size_t j = 0; j < row->n; j++) {
      DnnTransferOptions options = plain;
      const int64_t unfreeze[] = { 0, 1, 2, DNN_TRANSFER_ALL, 0 };
      g_autoptr (DnnExperiment) e = NULL;
      g_autoptr (DnnRun) run = NULL;
      g_autofree char *messages = NULL;
      double loss, accuracy;

      options.seed = j == 0 ? "1" : "2";
      options.unfreeze = unfreeze[i];
      e = compose_good (&options, DNN_RUN_DATA TRAIN, i == 4);
      run = dnn_run_new (registry, e, NULL);
      messages = dnn_test_run_train (run);
      dnn_trainer_evaluate (dnn_run_trainer (run),
                            dnn_run_data (run)->validation, &loss, &accuracy,
                            NULL);
      g_assert_cmpfloat (accuracy, ==, row->results[j]);
    }
  }
  g_assert_true (
      g_str_has_prefix (seen->str, "0 unfrozen/1 0 unfrozen/2 1 unfrozen/1 "));
  g_assert_true (
      g_str_has_suffix (seen->str, "from scratch/1 from scratch/2 "));
}

static void
test_compare_loss (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) data = dnn_test_experiment (
      DNN_RUN_DATA "test_inputs = x.npy\ntest_targets = y.npy\n"
                   "[train]\nbatch_size = 30\n");
  g_autoptr (DnnExperiment) recipe = dnn_test_experiment (recipe_text);
  DnnTransferSeeds seeds = { 1, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnTransferTable) table =
      dnn_transfer_compare (registry, &plain, data, recipe, &seeds, &error);

  g_test_summary ("Without metrics it is the loss; test rows come first");

  g_assert_no_error (error);
  g_assert_cmpstr (table->metric, ==, "loss");
  g_assert_cmpstr (table->split, ==, "test");
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  DnnTransferOptions options;
  const char *data;
  int code;
  const char *piece;
} Bad;

#define OPTIONS(base_path, chain, n)                                           \
  {                                                                            \
    .base = base_path, .head = chain, .drop_last = n, .frozen_epochs = -1,     \
    .epochs = -1, .unfreeze = -1                                               \
  }

static const Bad bad[] = {
  { "no-data", OPTIONS (BASE, "dense units=3", 1), "[train]\nseed = 1\n",
    DNN_ERROR_PARAM, "the data file has no section [data]" },
  { "no-base", OPTIONS ("none.safetensors", "dense units=3", 1), DNN_RUN_DATA,
    DNN_ERROR_NAME, "none.safetensors" },
  { "drop-all", OPTIONS (BASE, "dense units=3", 6), DNN_RUN_DATA,
    DNN_ERROR_PARAM, "drop_last leaves nothing of the base's 6 layers" },
  { "head", OPTIONS (BASE, "dens units=3", 1), DNN_RUN_DATA, DNN_ERROR_NAME,
    "did you mean 'dense'" },
  { "head-value", OPTIONS (BASE, "dense units=0", 1), DNN_RUN_DATA,
    DNN_ERROR_PARAM, "units must be" },
  { "head-empty", OPTIONS (BASE, "", 1), DNN_RUN_DATA, DNN_ERROR_PARAM,
    "a model is written" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL, second = NULL;

  g_assert_null (compose (&row->options, row->data, false, &error));
  g_assert_null (compose (&row->options, row->data, true, &second));

  dnn_assert_error (error, row->code, row->piece);
  dnn_assert_error (second, row->code, row->piece);
}

static void
test_compare_bad (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) data =
      dnn_test_experiment ("[data]\ninputs = x.npy\ntargets = y.npy\n");
  g_autoptr (DnnExperiment) recipe = dnn_test_experiment (recipe_text);
  DnnTransferSeeds seeds = { 1, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A comparison needs rows that did not train");

  g_assert_null (
      dnn_transfer_compare (registry, &plain, data, recipe, &seeds, &error));

  dnn_assert_error (error, DNN_ERROR_DATA, "needs test or validation rows");
}

static void
train_base (const char *folder, const char *data)
{
  g_autofree char *text =
      g_strconcat (DNN_RUN_DATA, data, body, DNN_RUN_TRAIN DNN_RUN_SGD, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);

  dnn_test_run_train_in (run, folder);
}

static void
prepare (void)
{
  train_base ("base", "");
  train_base ("scaled", "scale = 1/4\n");
  train_base ("standard", "standardize = true\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transfer/plain", test_plain);
  for (size_t i = 0; i < G_N_ELEMENTS (unfreezes); i++)
    dnn_add_row ("/transfer/unfreeze", unfreezes[i].name, &unfreezes[i],
                 test_unfreeze);
  g_test_add_func ("/transfer/numbers", test_numbers);
  g_test_add_func ("/transfer/no-validation", test_no_validation);
  g_test_add_func ("/transfer/settled", test_settled);
  g_test_add_func ("/transfer/ignored", test_ignored);
  g_test_add_func ("/transfer/scratch", test_scratch);
  g_test_add_func ("/transfer/scratch-epochs", test_scratch_epochs);
  g_test_add_func ("/transfer/scratch-scale", test_scratch_scale);
  g_test_add_func ("/transfer/trained", test_trained);
  g_test_add_func ("/transfer/compare", test_compare);
  g_test_add_func ("/transfer/compare-loss", test_compare_loss);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/transfer/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/transfer/compare-bad", test_compare_bad);

  return dnn_test_run_main (prepare);
}
