/* test-faults.c - memory and files that fail, at every call there is
 *
 * SQLite's method: the first call fails, then the second, and so on until none
 * is left.  Every failure is reported in a sentence, nothing leaks (sanitizers
 * and valgrind look), and what was good before is good afterwards.
 */
#include "dnn-assert.h"
#include "dnn-data-file.h"
#include "dnn-faults.h"
#include "dnn-history.h"
#include "dnn-model-file.h"
#include "dnn-model-save.h"
#include "dnn-npy.h"
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>

#define TRAIN                                                                  \
  "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 2\nthreads = 1\n"     \
  "callbacks = early_stopping(patience=5, restore_best_weights=true)\n"
#define FROZEN                                                                 \
  "[model]\nlayers = dense units=8 trainable=false ! relu ! dense units=3 "    \
  "activation=softmax\n"
#define ADAM  "[optimizer]\ntype = adam\n"
#define WHOLE DNN_RUN_DATA FROZEN TRAIN ADAM

/* --- loading ------------------------------------------------------------- */

static bool
load_array (void *data, GError **error)
{
  g_autoptr (DnnArray) array = dnn_array_load (data, error);

  return array != NULL;
}

static bool
load_experiment (void *data, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (data, error);

  return experiment != NULL;
}

static bool
load_history (void *data, GError **error)
{
  g_autoptr (DnnHistory) history = dnn_history_load (data, error);

  return history != NULL;
}

static bool
load_model (void *data, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, data, error);

  return file != NULL;
}

static bool
predict (void *data, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, data, error);
  g_autoptr (DnnArray) inputs = NULL;
  g_autofree float *results = NULL;

  if (file == NULL)
    return false;
  inputs = dnn_array_load ("x.npy", error);
  if (inputs == NULL)
    return false;
  results = dnn_predict_array (file->model, NULL, inputs, 1, error);
  return results != NULL;
}

typedef struct {
  const char *name;
  DnnFaultsTry *try;
  const char *path;
  unsigned least; /* calls that fail, at least */
} Load;

static const Load loads[] = {
  { "npy", load_array, "x.npy", 3 },
  { "npy-of-other-order", load_array, "fortran.npy", 4 },
  { "idx-packed", load_array, "x.idx.gz", 5 },
  { "experiment", load_experiment, "whole/experiment.dnn", 3 },
  { "history", load_history, "whole/history.csv", 3 },
  { "model", load_model, "whole/model.safetensors", 7 },
  { "model-unaligned", load_model, "unaligned.safetensors", 8 },
  { "predict", predict, "whole/model.safetensors", 13 },
};

static void
test_load (gconstpointer data)
{
  const Load *row = data;

  g_test_summary ("Every call of a reader fails once, and it says so");

  g_assert_cmpuint (dnn_faults_each (row->try, NULL, (void *) row->path), >=,
                    row->least);
}

/* --- saving -------------------------------------------------------------- */

/* No temporary is left of a save that failed. */
static void
assert_no_temporaries (const char *folder, const char *const *but)
{
  g_autoptr (GDir) open = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (open);
  while ((name = g_dir_read_name (open)) != NULL)
    if (!g_strv_contains (but, name))
      g_error ("%s is left in %s", name, folder);
}

typedef struct {
  DnnModel *model;
  GBytes *old; /* the file before */
} Save;

static bool
save_model (void *data, GError **error)
{
  const Save *self = data;
  const DnnModelParts parts = { .model = self->model };

  return dnn_model_file_save (&parts, "save/model.safetensors", error);
}

/* The file is the old or the new one, and the old one where nothing else can
 * have happened; then the old one comes back. */
static void
look_at_saved (void *data, const GError *error)
{
  static const char *const files[] = { "model.safetensors", NULL };
  const Save *self = data;
  gsize n = 0;
  g_autofree char *now = dnn_test_read_file ("save", files[0], &n);
  g_autoptr (GBytes) bytes = g_bytes_new (now, n);

  g_assert_true (load_model ("save/model.safetensors", NULL));
  g_assert_true (error != NULL || !g_bytes_equal (bytes, self->old));
  if (error != NULL && strstr (error->message, "directory") == NULL)
    g_assert_true (g_bytes_equal (bytes, self->old));
  assert_no_temporaries ("save", files);
  g_assert_true (g_file_set_contents (
      "save/model.safetensors", g_bytes_get_data (self->old, NULL),
      (gssize) g_bytes_get_size (self->old), NULL));
}

static void
test_save (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      registry, "dense units=3", &DNN_SHAPE (4), NULL);
  Save save = { model, NULL };
  gsize n = 0;
  g_autofree char *old = NULL;

  g_test_summary ("A save that fails leaves the old file, and no other");

  g_assert_cmpint (g_mkdir ("save", 0777), ==, 0);
  g_assert_true (save_model (&save, NULL));
  old = dnn_test_read_file ("save", "model.safetensors", &n);
  save.old = g_bytes_new (old, n);
  g_assert_true (dnn_model_initialize (model, 1, NULL));

  g_assert_cmpuint (dnn_faults_each (save_model, look_at_saved, &save), >=, 8);
  g_bytes_unref (save.old);
}

static void
test_short_writes (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      registry, "dense units=3", &DNN_SHAPE (4), NULL);
  Save save = { model, NULL };
  gsize n = 0, m = 0;
  g_autofree char *whole = NULL, *pieces = NULL;

  g_test_summary ("Writes that are short or interrupted go on");

  g_mkdir ("save", 0777);
  g_assert_true (save_model (&save, NULL));
  whole = dnn_test_read_file ("save", "model.safetensors", &n);

  dnn_faults_short_writes (save_model, &save);

  pieces = dnn_test_read_file ("save", "model.safetensors", &m);
  g_assert_cmpmem (whole, n, pieces, m);
}

static bool
save_npy (void *data, GError **error)
{
  const float values[] = { 1, 2, 3 };

  return dnn_npy_write (data, DNN_FLOAT32, values, DNN_SHAPE (3), error);
}

static void
test_save_npy (void)
{
  g_test_summary ("Predictions that cannot be written are told so");

  g_assert_cmpuint (dnn_faults_each (save_npy, NULL, "out.npy"), >=, 8);
}

/* --- training ------------------------------------------------------------ */

static void
take_warning (void *data, const char *text)
{
  g_assert_nonnull (strstr (text, "training goes on"));
  ++*(unsigned *) data;
}

static bool
train (void *data, GError **error)
{
  DnnTrainEvents events = { .warning = take_warning, .data = data };
  g_autoptr (DnnRun) run = dnn_test_run_new (WHOLE, error);

  return run != NULL &&
         dnn_trainer_enable_health (dnn_run_trainer (run), error) &&
         dnn_run_open (run, "run", true, error) &&
         dnn_run_train (run, &events, error);
}

/* A warning reports a lost file of the best epoch.  The last model remembers
 * that, so its bytes may differ, but its weights may not. */
static void
assert_same_weights (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModelFile) whole =
      dnn_model_file_load (registry, "whole/model.safetensors", NULL);
  g_autoptr (DnnModelFile) run =
      dnn_model_file_load (registry, "run/model.safetensors", NULL);

  dnn_test_assert_same_model (whole->model, run->model);
}

/* A run that has left a model resumes to the same weights; a run that has come
 * to its end is as if nothing had failed. */
static void
look_at_run (void *data, const GError *error)
{
  const bool there = g_file_test ("run/model.safetensors", G_FILE_TEST_EXISTS);

  (void) data;
  if (error != NULL && there) {
    g_autoptr (DnnRun) run = dnn_test_run_resume_good ("run", NULL);
    G_GNUC_UNUSED g_autofree char *messages = dnn_test_run_train (run);
  }
  if (error == NULL)
    dnn_test_assert_same_run ("whole", "run");
  else if (there)
    assert_same_weights ();
  for (const char *const *name =
           (const char *const[]){ "model.safetensors", "best.safetensors",
                                  "history.csv", NULL };
       *name != NULL; name++) {
    g_autofree char *path = g_build_filename ("run", *name, NULL);

    g_remove (path);
  }
}

static void
test_train (void)
{
  unsigned n_warnings = 0;

  g_test_summary ("Every call of a run fails once: it ends with a sentence, or "
                  "goes on with a warning, and no checkpoint is lost");

  g_assert_cmpuint (dnn_faults_each (train, look_at_run, &n_warnings), >, 60);
  g_assert_cmpuint (n_warnings, >, 10);
}

/* The files of a run that was broken off, put where it is gone on with. */
static void
copy_run (const char *from, const char *to)
{
  g_autoptr (GDir) open = g_dir_open (from, 0, NULL);
  const char *name;

  g_mkdir (to, 0777);
  while ((name = g_dir_read_name (open)) != NULL) {
    gsize n = 0;
    g_autofree char *bytes = dnn_test_read_file (from, name, &n);
    g_autofree char *path = g_build_filename (to, name, NULL);

    g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  }
}

static bool
resume (void *data, GError **error)
{
  DnnTrainEvents events = { .warning = take_warning, .data = data };
  g_autoptr (DnnRun) run = NULL;

  copy_run ("half", "run");
  run = dnn_test_run_resume ("run", NULL, error);
  return run != NULL && dnn_run_train (run, &events, error);
}

static void
test_resume (void)
{
  g_autoptr (DnnRun) half = dnn_test_run_good (WHOLE);
  unsigned n_warnings = 0;

  g_test_summary ("The same of a run that is gone on with");

  g_assert_true (dnn_run_open (half, "half", false, NULL));
  dnn_test_run_train_until (half, 5);
  g_clear_pointer (&half, dnn_run_free);

  g_assert_cmpuint (dnn_faults_each (resume, look_at_run, &n_warnings), >, 60);
}

/* --- files to read ------------------------------------------------------- */

/* Numbers that begin at an odd byte, behind a tensor of a single one. */
static void
write_unaligned (void)
{
  static const char head[] =
      "{\"__metadata__\":{\"format\":\"dnn/1\",\"model\":\"dense units=1\","
      "\"input_shape\":\"1\"},\"input/odd\":{\"dtype\":\"U8\",\"shape\":[1],"
      "\"data_offsets\":[0,1]},\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":"
      "[1,1],\"data_offsets\":[1,5]},\"dense/bias\":{\"dtype\":\"F32\","
      "\"shape\":[1],\"data_offsets\":[5,9]}}";
  const guint64 length = GUINT64_TO_LE (sizeof head - 1);
  g_autoptr (GString) bytes = g_string_new (NULL);

  g_string_append_len (bytes, (const char *) &length, sizeof length);
  g_string_append (bytes, head);
  g_string_append_len (bytes, "\0\0\0\0\0\0\0\0\0", 9);
  g_assert_true (g_file_set_contents ("unaligned.safetensors", bytes->str,
                                      (gssize) bytes->len, NULL));
}

static void
write_fortran (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  g_string_append_len (bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  g_string_append_printf (
      bytes, "%-117s\n",
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }");
  g_string_append_len (bytes, "0123456789012345", 16);
  g_assert_true (g_file_set_contents ("fortran.npy", bytes->str,
                                      (gssize) bytes->len, NULL));
}

static void
prepare (void)
{
  static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6 };
  g_autoptr (DnnRun) whole = dnn_test_run_good (WHOLE);

  dnn_test_run_train_in (whole, "whole");
  dnn_test_write_idx ("x.idx.gz", bytes, DNN_SHAPE (2, 3));
  write_fortran ();
  write_unaligned ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (loads); i++)
    dnn_add_row ("/faults/load", loads[i].name, &loads[i], test_load);
  g_test_add_func ("/faults/save", test_save);
  g_test_add_func ("/faults/save-npy", test_save_npy);
  g_test_add_func ("/faults/short-writes", test_short_writes);
  g_test_add_func ("/faults/train", test_train);
  g_test_add_func ("/faults/resume", test_resume);

  return dnn_test_run_main (prepare);
}
