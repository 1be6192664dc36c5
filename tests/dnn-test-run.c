/* dnn-test-run.c - experiments carried out in a folder of the tests' own */
#include "dnn-test-run.h"

#include "dnn-folder.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>
#include <string.h>

DnnExperiment *
dnn_test_experiment (const char *text)
{
  g_autoptr (GError) error = NULL;
  DnnExperiment *experiment = dnn_experiment_parse ("run.dnn", text, &error);

  g_assert_no_error (error);
  return experiment;
}

DnnRun *
dnn_test_run_new (const char *text, GError **error)
{
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_BAD_PLUGINS"));
  g_autoptr (DnnExperiment) experiment = dnn_test_experiment (text);

  return dnn_run_new (registry, experiment, error);
}

DnnRun *
dnn_test_run_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  DnnRun *run = dnn_test_run_new (text, &error);

  g_assert_no_error (error);
  return run;
}

static void
add_message (void *data, const char *text)
{
  g_string_append_printf (data, "%s\n", text);
}

char *
dnn_test_run_train (DnnRun *run)
{
  GString *messages = g_string_new (NULL);
  DnnTrainEvents events = { .message = add_message, .data = messages };
  g_autoptr (GError) error = NULL;

  dnn_run_train (run, &events, &error);
  g_assert_no_error (error);
  return g_string_free (messages, FALSE);
}

void
dnn_test_run_train_in (DnnRun *run, const char *folder)
{
  g_autofree char *messages = NULL;
  g_autoptr (GError) error = NULL;

  dnn_run_open (run, folder, false, &error);
  g_assert_no_error (error);
  messages = dnn_test_run_train (run);
}

void
dnn_test_assert_same_model (DnnModel *a, DnnModel *b)
{
  g_assert_cmpuint (dnn_model_n_weights (a), ==, dnn_model_n_weights (b));
  for (size_t i = 0; i < dnn_model_n_weights (a); i++) {
    const DnnWeight *v = dnn_model_weight (a, i), *w = dnn_model_weight (b, i);

    g_assert_cmpstr (v->name, ==, w->name);
    g_assert_cmpmem (v->tensor.data, dnn_weight_bytes (v), w->tensor.data,
                     dnn_weight_bytes (w));
  }
}

DnnRun *
dnn_test_run_resume (const char *folder, const char *text, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) experiment =
      text != NULL ? dnn_test_experiment (text) : NULL;

  return dnn_run_resume (registry, folder, experiment, error);
}

DnnRun *
dnn_test_run_resume_good (const char *folder, const char *text)
{
  g_autoptr (GError) error = NULL;
  DnnRun *run = dnn_test_run_resume (folder, text, &error);

  g_assert_no_error (error);
  return run;
}

static DnnRequest
stop_at_step (void *data, DnnTrainer *trainer)
{
  const uint64_t *step = data;

  return dnn_trainer_step (trainer) == *step ? DNN_REQUEST_STOP
                                             : DNN_REQUEST_NONE;
}

void
dnn_test_run_train_until (DnnRun *run, uint64_t step)
{
  DnnTrainEvents events = { .between = stop_at_step, .data = &step };
  g_autoptr (GError) error = NULL;

  dnn_run_train (run, &events, &error);
  g_assert_no_error (error);
}

char *
dnn_test_read_file (const char *folder, const char *name, gsize *ret_n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  *ret_n = 0;
  g_file_get_contents (path, &text, ret_n, NULL);
  return text;
}

static void
assert_same_file (const char *a, const char *b, const char *name)
{
  gsize n = 0, m = 0;
  g_autofree char *x = dnn_test_read_file (a, name, &n);
  g_autofree char *y = dnn_test_read_file (b, name, &m);

  g_assert_cmpmem (x, n, y, m);
}

/* The last column is of seconds. */
static void
assert_same_history (const char *a, const char *b)
{
  gsize n = 0;
  g_autofree char *x = dnn_test_read_file (a, "history.csv", &n);
  g_autofree char *y = dnn_test_read_file (b, "history.csv", &n);
  g_auto (GStrv) lines = NULL, others = NULL;

  if (x == NULL && y == NULL) /* not one epoch has ended */
    return;
  lines = g_strsplit (x, "\n", -1);
  others = g_strsplit (y, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (others));
  for (size_t i = 0; *lines[i] != '\0'; i++) {
    *strrchr (lines[i], ',') = '\0';
    *strrchr (others[i], ',') = '\0';
    g_assert_cmpstr (lines[i], ==, others[i]);
  }
}

void
dnn_test_assert_same_run (const char *a, const char *b)
{
  assert_same_file (a, b, "model.safetensors");
  assert_same_file (a, b, "best.safetensors");
  assert_same_file (a, b, "experiment.dnn");
  assert_same_history (a, b);
}

GBytes *
dnn_test_keep_weight (DnnModel *model, const char *name)
{
  const DnnWeight *weight = dnn_model_find_weight (model, name);

  g_assert_nonnull (weight);
  return g_bytes_new (weight->tensor.data, dnn_weight_bytes (weight));
}

bool
dnn_test_is_still (DnnModel *model, const char *name, GBytes *before)
{
  g_autoptr (GBytes) now = dnn_test_keep_weight (model, name);

  return g_bytes_equal (before, now);
}

static void
write_data (void)
{
  g_autoptr (DnnData) data = dnn_test_data (DNN_RUN_ROWS, DNN_RUN_COLUMNS, 3);

  dnn_test_write_npy ("x.npy", dnn_split_input (data->train)->array->data,
                      DNN_SHAPE (DNN_RUN_ROWS, DNN_RUN_COLUMNS));
  dnn_test_write_npy ("y.npy", dnn_split_target (data->train)->array->data,
                      DNN_SHAPE (DNN_RUN_ROWS));
}

int
dnn_test_run_main (void (*prepare) (void))
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_data ();
  if (prepare != NULL)
    prepare ();
  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
