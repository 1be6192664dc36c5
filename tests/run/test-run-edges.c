/* test-run-edges.c - what runs must not do, however they are put together */
#include "dnn-assert.h"
#include "dnn-model-file.h"
#include "dnn-safetensors.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <math.h>

/* --- weights ------------------------------------------------------------- */

static void
test_shared_with_frozen (void)
{
  static const char *const chain =
      DNN_RUN_DATA "[model]\nlayers = dense units=4 name=d0 ! "
                   "dense units=4 name=a trainable=false ! "
                   "dense units=4 name=b weights=a ! "
                   "dense units=3 activation=softmax\n"
                   "[train]\nsteps = 1\nbatch_size = 8\n" DNN_RUN_SGD;
  g_autofree char *late = g_strconcat (chain, "global_clipnorm = 1e9\n", NULL);
  g_autoptr (DnnRun) at_once = dnn_test_run_good (chain);
  g_autoptr (DnnRun) at_end = dnn_test_run_good (late);
  g_autofree G_GNUC_UNUSED char *a = dnn_test_run_train (at_once);
  g_autofree G_GNUC_UNUSED char *b = dnn_test_run_train (at_end);
  const DnnWeight *x =
      dnn_model_find_weight (dnn_run_model (at_once), "d0/kernel");
  const DnnWeight *y =
      dnn_model_find_weight (dnn_run_model (at_end), "d0/kernel");

  g_test_summary ("A frozen layer takes its dx from the shared weight as it "
                  "was, not as the step has left it");

  for (int64_t i = 0; i < dnn_count (&x->tensor); i++)
    g_assert_cmpfloat_with_epsilon (dnn_f32 (&x->tensor)[i],
                                    dnn_f32 (&y->tensor)[i], 1e-6);
}

#define TWO_PARTS                                                              \
  DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN                                     \
      "frozen = dense\n[optimizer]\ntype = sgd\nlearning_rate = 0\n"

static void
test_loaded_and_frozen (void)
{
  g_autoptr (DnnRun) source =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnRun) run = dnn_test_run_good (TWO_PARTS);
  g_autoptr (DnnSafetensors) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  double loss, accuracy;

  g_test_summary ("Weights that are loaded count for the frozen beginning, "
                  "which is run once, and for the proof that it rests");

  dnn_test_run_train_in (source, "source");
  file = dnn_safetensors_read ("source/model.safetensors", &error);
  g_assert_true (dnn_run_load_weights (run, file, false, NULL, &error));
  dnn_trainer_evaluate (dnn_run_trainer (run), dnn_run_data (run)->validation,
                        &loss, &accuracy, &error);
  g_assert_no_error (error);
  text = dnn_test_run_train (run);

  g_assert_cmpuint (dnn_trainer_prefix (dnn_run_trainer (run)), >, 0);
  g_assert_cmpfloat_with_epsilon (
      dnn_history_at (dnn_trainer_history (dnn_run_trainer (run)), 0)->val_loss,
      loss, 1e-6);
}

/* --- folders ------------------------------------------------------------- */

#define ON_BASE(folder)                                                        \
  "[model]\nbase = " folder "/model.safetensors\ndrop_last = 1\n"              \
  "layers = dense units=3 activation=softmax\n" DNN_RUN_TRAIN DNN_RUN_SGD

static void
test_base_is_safe (void)
{
  g_autoptr (DnnRun) base =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run never writes over the model that it begins with");

  dnn_test_run_train_in (base, "safe");
  run = dnn_test_run_good (DNN_RUN_DATA ON_BASE ("safe"));

  g_assert_false (dnn_run_open (run, "./safe", true, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "the folder of the base"));
}

static void
test_overwritten_folder (void)
{
  g_autoptr (DnnRun) old =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Nothing of the old run stays beside the new one");

  dnn_test_run_train_in (old, "old");
  g_assert_true (dnn_run_open (run, "old", true, &error));

  g_assert_no_error (error);
  g_assert_false (g_file_test ("old/model.safetensors", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("old/history.csv", G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test ("old/experiment.dnn", G_FILE_TEST_EXISTS));
}

/* --- keys that would have no effect --------------------------------------- */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Bad;

#define LAYERS(chain)                                                          \
  DNN_RUN_DATA                                                                 \
  "[model]\nlayers = " chain                                                   \
  " ! dense units=3 activation=softmax\n" DNN_RUN_TRAIN DNN_RUN_SGD

static const Bad bad[] = {
  { "sharer-regularizer",
    LAYERS ("dense units=4 name=a ! dense units=4 weights=a "
            "kernel_regularizer=l2"),
    DNN_ERROR_NAME, "no weight of its own for 'kernel_regularizer'" },
  { "sharer-multiplier",
    LAYERS ("dense units=4 name=a ! dense units=4 weights=a "
            "learning_rate_multiplier=2"),
    DNN_ERROR_NAME, "no weight of its own for 'learning_rate_multiplier'" },
  { "multiplier-of-nothing",
    LAYERS ("dropout rate=0.1 learning_rate_multiplier=2"), DNN_ERROR_NAME,
    "no weight for 'learning_rate_multiplier'" },
  { "buffer-regularizer",
    LAYERS ("batch_normalization moving_mean_regularizer=l2"), DNN_ERROR_NAME,
    "no weight for 'moving_mean_regularizer'" },
  { "callback-twice",
    DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN
    "callbacks = early_stopping, early_stopping(patience=3)\n" DNN_RUN_SGD,
    DNN_ERROR_PARAM, "'early_stopping' stands twice" },
  { "epochs-and-steps",
    DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN "steps = 3\n" DNN_RUN_SGD,
    DNN_ERROR_PARAM, "sets both epochs and steps" },
  { "phase-name",
    DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
    "[phase o,ne]\nepochs = 1\n",
    DNN_ERROR_NAME, "a phase's name must be" },
  { "huge-input",
    "[data]\ninputs = x.npy\ntargets = y.npy\n[model]\n"
    "input_shape = 1073741824,1073741824,1073741824\n"
    "layers = flatten ! dense units=3 activation=softmax\n" DNN_RUN_TRAIN
        DNN_RUN_SGD,
    DNN_ERROR_SHAPE, "the input's shape is too large" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnRun) run = dnn_test_run_new (row->text, &error);

  g_assert_null (run);
  dnn_assert_error (error, row->code, row->piece);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-edges/shared-with-frozen", test_shared_with_frozen);
  g_test_add_func ("/run-edges/loaded-and-frozen", test_loaded_and_frozen);
  g_test_add_func ("/run-edges/base-is-safe", test_base_is_safe);
  g_test_add_func ("/run-edges/overwritten-folder", test_overwritten_folder);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *path =
        g_strconcat ("/run-edges/refuses/", bad[i].name, NULL);

    g_test_add_data_func (path, &bad[i], test_bad);
  }

  return dnn_test_run_main (NULL);
}
