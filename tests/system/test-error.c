/* test-error.c - every kind of error is raised, and messages are fit to show */
#include "dnn-assert.h"
#include "dnn-experiment.h"
#include "dnn-file.h"
#include "dnn-idx.h"
#include "dnn-proof.h"
#include "dnn-test-data.h"
#include "dnn-test-training.h"

#include <string.h>

/* --- kinds --------------------------------------------------------------- */

static DnnModel *
make_model (const char *chain, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_model_new_from_chain (registry, chain, &DNN_SHAPE (4), error);
}

static void
raise_plugin (GError **error)
{
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_BAD_PLUGINS"));

  dnn_registry_find (registry, DNN_KIND_LAYER, "no_descriptor", error);
}

static void
raise_name (GError **error)
{
  make_model ("dens units=2", error);
}

static void
raise_param (GError **error)
{
  make_model ("dense units=none", error);
}

static void
raise_shape (GError **error)
{
  make_model ("reshape target_shape=3", error);
}

static void
raise_format (GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("\0\0\7\1", 4);

  dnn_idx_parse ("x.idx", bytes, error);
}

static void
raise_data (GError **error)
{
  static const float labels[] = { 0, 1, 7, 0 };
  static const float inputs[16] = { 0 };
  g_autoptr (DnnArray) x = dnn_test_array (inputs, DNN_SHAPE (4, 4));
  g_autoptr (DnnArray) y = dnn_test_array (labels, DNN_SHAPE (4));
  g_autoptr (DnnData) data = dnn_data_new (x, y, error);
  g_autoptr (DnnModel) model = make_model ("dense units=3", error);
  g_autoptr (DnnSpec) sgd = dnn_spec_new ("sgd", (DnnPlace){ 0 });
  g_autoptr (DnnTrainer) trainer =
      dnn_trainer_new (model, data, &dnn_test_labels, sgd, error);

  if (trainer != NULL)
    dnn_trainer_fit (trainer, NULL, error);
}

static void
raise_diverged (GError **error)
{
  g_autoptr (DnnTestTraining) self =
      dnn_test_training_good ("dense units=4 ! dense units=4 ! dense units=1",
                              "sgd learning_rate=1e6", &dnn_test_squares);

  for (unsigned i = 0; i < 100; i++)
    if (!dnn_trainer_epoch (self->trainer, NULL, NULL, error))
      return;
}

static void
raise_frozen (GError **error)
{
  g_autoptr (DnnModel) model =
      make_model ("dense units=2 trainable=false", NULL);
  g_autoptr (DnnProof) proof = dnn_proof_new (model);

  ((float *) dnn_model_weight (model, 0)->tensor.data)[0] = 1;
  dnn_proof_check (proof, error);
}

static void
raise_io (GError **error)
{
  dnn_file_read ("/", error);
}

static void
raise_usage (GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_new ();

  dnn_experiment_override (experiment, "epochs", error);
}

/* By code: a hole is a kind that nothing raises. */
static void (*const raisers[]) (GError **) = {
  [DNN_ERROR_PLUGIN] = raise_plugin,
  [DNN_ERROR_NAME] = raise_name,
  [DNN_ERROR_PARAM] = raise_param,
  [DNN_ERROR_SHAPE] = raise_shape,
  [DNN_ERROR_FORMAT] = raise_format,
  [DNN_ERROR_DATA] = raise_data,
  [DNN_ERROR_DIVERGED] = raise_diverged,
  [DNN_ERROR_FROZEN] = raise_frozen,
  [DNN_ERROR_IO] = raise_io,
  [DNN_ERROR_USAGE] = raise_usage,
};

/* The codes in the text of the header, which no table can leave out. */
static unsigned
count_codes (void)
{
  g_autofree char *path = g_build_filename (
      g_getenv ("DNN_TEST_DATA"), "..", "core", "system", "dnn-error.h", NULL);
  g_autofree char *text = NULL;
  const char *p;
  unsigned n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (p = text; (p = strstr (p, "\n  DNN_ERROR_")) != NULL; p++)
    n++;
  return n;
}

static void
test_codes (void)
{
  g_test_summary ("Every code of dnn-error.h is raised by something wrong");

  g_assert_cmpuint (G_N_ELEMENTS (raisers), ==, count_codes ());
  for (size_t i = 0; i < G_N_ELEMENTS (raisers); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_nonnull (raisers[i]);
    raisers[i](&error);
    g_assert_error (error, DNN_ERROR, (int) i);
  }
}

/* --- messages ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *message;
  const char *line;
} Line;

static const Line lines[] = {
  { "plain", "x.npy: 'a' is no b", "x.npy: 'a' is no b" },
  { "not-ascii", "'é' is no '日本'", "'é' is no '日本'" },
  { "newline", "'a\nb'\tc", "'a b' c" },
  { "escape", "\x1b[2J\x7f\r", "\\x1b[2J\\x7f\\x0d" },
  { "control-beyond-ascii",
    "a\xc2\x9b"
    "b",
    "a\\x9bb" },
  { "not-utf8", "a\xff", "a\xef\xbf\xbd" },
  { "empty", "", "" },
};

static void
test_line (gconstpointer data)
{
  const Line *row = data;
  g_autoptr (GError) error =
      g_error_new_literal (DNN_ERROR, DNN_ERROR_FORMAT, row->message);
  g_autofree char *line = dnn_error_to_line (error);

  g_assert_cmpstr (line, ==, row->line);
}

static void
test_long (void)
{
  g_autofree char *many = g_strnfill (1 << 20, 'x');
  g_autoptr (GError) error = g_error_new (DNN_ERROR, DNN_ERROR_FORMAT,
                                          "run.dnn:7: '%s' is no key", many);
  g_autofree char *line = dnn_error_to_line (error);

  g_test_summary ("Of a very long message both ends are shown");

  g_assert_cmpuint (strlen (line), <, 1300);
  g_assert_true (g_str_has_prefix (line, "run.dnn:7: 'xxx"));
  g_assert_nonnull (strstr (line, "x ... x"));
  g_assert_true (g_str_has_suffix (line, "x' is no key"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/codes", test_codes);
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    dnn_add_row ("/error/line", lines[i].name, &lines[i], test_line);
  g_test_add_func ("/error/long", test_long);

  return g_test_run ();
}
