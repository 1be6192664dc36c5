/* test-run.c - an experiment carried out, and what it leaves in its folder
 *
 * The tests run in a folder with x.npy and y.npy.
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-model-file.h"
#include "dnn-run.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>
#include <math.h>

enum { ROWS = 40, COLUMNS = 4, CLASSES = 3 };

static const char example[] = "[data]\n"
                              "inputs = x.npy\n"
                              "targets = y.npy\n"
                              "validation_first = 10\n"
                              "standardize = true\n"
                              "[model]\n"
                              "layers = dense units=8 ! relu\n"
                              "       ! dense units=3 activation=softmax\n"
                              "[train]\n"
                              "metrics = accuracy\n"
                              "epochs = 4\n"
                              "[optimizer]\n"
                              "type = sgd\n"
                              "learning_rate = 0.1\n";

static void
write_data (void)
{
  g_autoptr (DnnData) data = dnn_test_data (ROWS, COLUMNS, CLASSES);

  dnn_test_write_npy ("x.npy", dnn_split_input (data->train)->array->data,
                      DNN_SHAPE (ROWS, COLUMNS));
  dnn_test_write_npy ("y.npy", dnn_split_target (data->train)->array->data,
                      DNN_SHAPE (ROWS));
}

/* The example with "section.key=value" set, or as it is. */
static DnnRun *
make (const char *set, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) e = dnn_experiment_parse ("run.dnn", example, NULL);
  g_auto (GStrv) sets = g_strsplit (set, ";", -1);

  for (size_t i = 0; sets[i] != NULL; i++)
    if (!dnn_experiment_override (e, sets[i], error))
      return NULL;
  return dnn_run_new (registry, e, error);
}

static DnnRun *
make_good (const char *set)
{
  g_autoptr (GError) error = NULL;
  DnnRun *run = make (set, &error);

  g_assert_no_error (error);
  return run;
}

static void
carry_out (DnnRun *run, const char *folder)
{
  g_autoptr (GError) error = NULL;

  dnn_run_open (run, folder, false, &error);
  g_assert_no_error (error);
  dnn_run_train (run, NULL, &error);
  g_assert_no_error (error);
}

static char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static DnnModelFile *
load (const char *path)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModelFile *file = dnn_model_file_load (registry, path, &error);

  g_assert_no_error (error);
  return file;
}

/* --- the folder ---------------------------------------------------------- */

static void
test_files (void)
{
  g_autoptr (DnnRun) run = make_good ("train.seed=3");
  g_autofree char *csv = NULL, *text = NULL;
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (DnnExperiment) again = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("A run leaves its model, its history and its experiment");

  carry_out (run, "files");

  g_assert_cmpstr (dnn_run_folder (run), ==, "files");
  csv = read_text ("files/history.csv");
  lines = g_strsplit (csv, "\n", -1);
  g_assert_cmpstr (lines[0], ==,
                   "epoch,phase,loss,accuracy,val_loss,val_accuracy,"
                   "learning_rate,seconds");
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 4 + 1);
  g_assert_true (g_str_has_prefix (lines[4], "4,"));
  file = load ("files/model.safetensors");
  g_assert_cmpint (file->epoch, ==, 4);
  g_assert_cmpuint (file->step, ==, 4);
  g_assert_cmpint (dnn_preprocess_size (file->preprocess), ==, COLUMNS);
  text = read_text ("files/experiment.dnn");
  again = dnn_experiment_parse ("files/experiment.dnn", text, NULL);
  g_assert_cmpstr (dnn_experiment_get (again, "train", "seed"), ==, "3");
  g_assert_cmpstr (dnn_experiment_get (again, "data", "inputs"), ==, "x.npy");
  g_assert_nonnull (dnn_experiment_get (again, "train", "loss"));
}

static void
test_resolved (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnRun) first = make_good ("train.seed=3");
  g_autoptr (DnnRun) second = NULL;
  g_autoptr (DnnExperiment) e = NULL;
  g_autoptr (DnnModelFile) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The experiment that is left makes the same run again");

  carry_out (first, "resolved-1");
  e = dnn_experiment_load ("resolved-1/experiment.dnn", &error);
  g_assert_no_error (error);
  second = dnn_run_new (registry, e, &error);
  g_assert_no_error (error);
  carry_out (second, "resolved-2");

  a = load ("resolved-1/model.safetensors");
  b = load ("resolved-2/model.safetensors");
  for (size_t i = 0; i < dnn_model_n_weights (a->model); i++) {
    const DnnWeight *v = dnn_model_weight (a->model, i);
    const DnnWeight *w = dnn_model_weight (b->model, i);

    g_assert_cmpmem (v->tensor.data, dnn_weight_bytes (v), w->tensor.data,
                     dnn_weight_bytes (w));
  }
}

static void
test_whole (void)
{
  g_autoptr (DnnRun) run = make_good ("train.epochs=2");
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_test_summary ("No file of a temporary name stays");

  carry_out (run, "whole");

  dir = g_dir_open ("whole", 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_suffix (name, ".safetensors") &&
        !g_str_has_suffix (name, ".csv") && !g_str_has_suffix (name, ".dnn") &&
        !g_str_has_suffix (name, ".svg") && strcmp (name, ".lock") != 0)
      g_test_fail_printf ("'%s' is left in the folder", name);
}

static void
test_best (void)
{
  g_autoptr (DnnRun) run =
      make_good ("train.epochs=12;optimizer.learning_rate=3");
  const DnnHistory *history;
  g_autoptr (DnnModelFile) file = NULL;
  int64_t best = 0;
  double least = INFINITY;

  g_test_summary ("best.safetensors is of the epoch of the least val_loss, the "
                  "first of them");

  carry_out (run, "best");
  history = dnn_trainer_history (dnn_run_trainer (run));
  for (size_t i = 0; i < dnn_history_count (history); i++)
    if (dnn_history_at (history, i)->val_loss < least) {
      least = dnn_history_at (history, i)->val_loss;
      best = (int64_t) i + 1;
    }

  file = load ("best/best.safetensors");
  g_assert_cmpint (file->epoch, ==, best);
}

static void
test_no_validation (void)
{
  g_autoptr (DnnRun) run = make_good ("data.validation_first=0");

  g_test_summary ("Without validation nothing is best");

  carry_out (run, "no-validation");

  g_assert_true (
      g_file_test ("no-validation/model.safetensors", G_FILE_TEST_EXISTS));
  g_assert_false (
      g_file_test ("no-validation/best.safetensors", G_FILE_TEST_EXISTS));
}

static void
test_refused (void)
{
  g_autoptr (DnnRun) first = make_good ("train.seed=3");
  g_autoptr (DnnRun) second = make_good ("data.validation_first=0");
  g_autofree char *before = NULL, *after = NULL, *experiment = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder with a run is left as it is, unless it may be "
                  "overwritten; then no best of the old one stays");

  carry_out (first, "refused");
  before = read_text ("refused/history.csv");

  g_assert_false (dnn_run_open (second, "refused", false, &error));
  dnn_assert_error (error, DNN_ERROR_USAGE, "'refused' holds a run already");
  after = read_text ("refused/history.csv");
  experiment = read_text ("refused/experiment.dnn");
  g_assert_cmpstr (before, ==, after);
  g_assert_nonnull (strstr (experiment, "validation_first = 10"));

  g_assert_true (dnn_run_open (second, "refused", true, NULL));
  g_assert_true (dnn_run_train (second, NULL, NULL));
  g_assert_false (g_file_test ("refused/best.safetensors", G_FILE_TEST_EXISTS));
}

static void
test_not_a_folder (void)
{
  g_autoptr (DnnRun) run = make_good ("train.epochs=1");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder that cannot be made is DNN_ERROR_IO");

  g_assert_false (dnn_run_open (run, "x.npy/below", false, &error));
  dnn_assert_error (error, DNN_ERROR_IO, "'x.npy/below'");
}

static void
test_no_folder (void)
{
  g_autoptr (DnnRun) run = make_good ("train.epochs=2");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run without a folder leaves nothing");

  dnn_run_train (run, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (dnn_run_folder (run));
}

/* --- the loss ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *set;
  const char *loss;
} Loss;

static const Loss losses[] = {
  { "softmax", "train.epochs=1", "sparse_categorical_crossentropy" },
  { "sigmoid",
    "data.positive_class=1;model.layers=dense units=1 activation=sigmoid",
    "binary_crossentropy" },
  { "softmax-as-layer", "model.layers=dense units=3 ! softmax",
    "sparse_categorical_crossentropy" },
};

static void
test_loss (gconstpointer data)
{
  const Loss *row = data;
  g_autoptr (DnnRun) run = make_good (row->set);

  g_assert_cmpstr (
      dnn_experiment_get (dnn_run_experiment (run), "train", "loss"), ==,
      row->loss);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *set;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "no-loss", "model.layers=dense units=1", DNN_ERROR_PARAM,
    "loss must be given" },
  { "unknown-train-key", "train.epoch=3", DNN_ERROR_NAME,
    "did you mean 'epochs'" },
  { "unknown-model-key", "model.layer=dense", DNN_ERROR_NAME,
    "did you mean 'layers'" },
  { "unknown-layer", "model.layers=dens units=2", DNN_ERROR_NAME,
    "did you mean 'dense'" },
  { "no-units", "model.layers=dense", DNN_ERROR_PARAM, "units" },
  { "unknown-optimizer", "optimizer.type=sgdd", DNN_ERROR_NAME,
    "did you mean 'sgd'" },
  { "unknown-optimizer-key", "optimizer.momentun=0.9", DNN_ERROR_NAME,
    "did you mean 'momentum'" },
  { "batch", "train.batch_size=0", DNN_ERROR_PARAM, "'0'" },
  { "epochs", "train.epochs=0", DNN_ERROR_PARAM, "'0'" },
  { "labels", "model.layers=dense units=2 activation=softmax", DNN_ERROR_DATA,
    "y.npy: row " },
  { "input-shape", "model.input_shape=2,2", DNN_ERROR_SHAPE,
    "input_shape is '2,2', and a row of the data has 4" },
  { "both-models", "layer a.type=relu", DNN_ERROR_PARAM,
    "either as [model] layers = ..., or as [layer NAME]" },
  { "no-data-file", "data.inputs=no.npy", DNN_ERROR_NAME, "no.npy" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (make (row->set, &error));

  dnn_assert_error (error, row->code, row->piece);
}

/* Whole files: what a section that is missing is called. */
static const Bad bad_files[] = {
  { "empty", "", DNN_ERROR_PARAM, "there is no section [data]" },
  { "no-model", "[data]\ninputs=x.npy\ntargets=y.npy\n", DNN_ERROR_PARAM,
    "a model is written either" },
  { "no-optimizer",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[model]\n"
    "layers=dense units=3 activation=softmax\n",
    DNN_ERROR_PARAM, "[optimizer] type must be given" },
  { "line-in-chain",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[model]\nlayers = relu\n"
    "  ! dense units=0\n",
    DNN_ERROR_PARAM, "run.dnn:6: " },
  { "line-in-layer",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[layer a]\ntype=dense\n"
    "units = none\n",
    DNN_ERROR_PARAM, "run.dnn:6: dense: units must be" },
  { "line-in-optimizer",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[model]\n"
    "layers=dense units=3 activation=softmax\n[optimizer]\ntype=sgd\n"
    "momentum=2\n",
    DNN_ERROR_PARAM, "run.dnn:8: sgd: momentum must be" },
  { "line-of-schedule",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[model]\n"
    "layers=dense units=3 activation=softmax\n[optimizer]\ntype=sgd\n"
    "lr=constnt(value=1)\n",
    DNN_ERROR_NAME,
    "run.dnn:8: sgd: learning_rate must be a number or a schedule: "
    "there is no schedule" },
  { "line-of-activation",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[layer a]\ntype=dense\n"
    "units = 3\nactivation=elu(alpha=x)\n",
    DNN_ERROR_PARAM, "run.dnn:7: dense: activation: elu: alpha must be" },
  { "line-of-initializer",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[layer a]\ntype=dense\n"
    "units = 3\nkernel_initializer=hee\n",
    DNN_ERROR_NAME, "run.dnn:7: a: kernel_initializer: " },
  { "line-of-clip",
    "[data]\ninputs=x.npy\ntargets=y.npy\n[model]\n"
    "layers=dense units=3 activation=softmax\n[optimizer]\ntype=sgd\n"
    "clipnorm=no\n",
    DNN_ERROR_PARAM, "run.dnn:8: " },
  { "no-type", "[data]\ninputs=x.npy\ntargets=y.npy\n[layer a]\nunits=3\n",
    DNN_ERROR_PARAM, "run.dnn:4: [layer a] type must be given" },
};

static void
test_bad_file (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) e =
      dnn_experiment_parse ("run.dnn", row->set, &error);

  g_assert_no_error (error);
  g_assert_null (dnn_run_new (registry, e, &error));

  dnn_assert_error (error, row->code, row->piece);
}

static void
test_diverged (void)
{
  g_autoptr (DnnRun) run = make_good (
      "train.loss=mean_squared_error;model.layers=dense units=3 ! dense "
      "units=1;optimizer.learning_rate=1e5;train.epochs=50");
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run that diverges leaves the last good model");

  g_assert_true (dnn_run_open (run, "diverged", false, NULL));
  g_assert_false (dnn_run_train (run, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_DIVERGED, "the loss is");
  file = load ("diverged/model.safetensors");
  g_assert_cmpint (
      file->epoch, ==,
      dnn_history_count (dnn_trainer_history (dnn_run_trainer (run))));
}

static void
add_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (losses); i++)
    dnn_add_row ("/run/loss", losses[i].name, &losses[i], test_loss);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/run/bad", bad[i].name, &bad[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_files); i++)
    dnn_add_row ("/run/bad-file", bad_files[i].name, &bad_files[i],
                 test_bad_file);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_data ();

  g_test_add_func ("/run/files", test_files);
  g_test_add_func ("/run/resolved", test_resolved);
  g_test_add_func ("/run/whole", test_whole);
  g_test_add_func ("/run/best", test_best);
  g_test_add_func ("/run/no-validation", test_no_validation);
  g_test_add_func ("/run/refused", test_refused);
  g_test_add_func ("/run/not-a-folder", test_not_a_folder);
  g_test_add_func ("/run/no-folder", test_no_folder);
  add_rows ();
  g_test_add_func ("/run/diverged", test_diverged);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
