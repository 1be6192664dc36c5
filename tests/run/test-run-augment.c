/* test-run-augment.c - runs whose training rows are others in each epoch
 *
 * The tests run in a folder with p.npy, pictures, and y.npy.
 */
#include "dnn-test-data.h"
#include "dnn-test-run.h"

#include <string.h>

enum { SIDE = 4 };

#define DATA                                                                   \
  "[data]\ninputs = p.npy\ntargets = y.npy\nvalidation_first = 10\n"           \
  "scale = 0.5\nstandardize = true\n"
#define AUGMENT                                                                \
  DATA "augment = random_flip mode=horizontal\n"                               \
       "        ! random_translation height_factor=0.2 width_factor=0.2\n"
#define MODEL                                                                  \
  "[model]\nlayers = flatten ! dense name=first units=8 activation=tanh ! "    \
  "dropout rate=0.2 ! dense units=3 activation=softmax\n"
#define REST MODEL DNN_RUN_TRAIN DNN_RUN_SGD

static void
train (const char *text, const char *folder)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (text);

  dnn_test_run_train_in (run, folder);
}

static void
test_matters (void)
{
  g_autoptr (DnnRun) plain = dnn_test_run_good (DATA REST);
  g_autoptr (DnnRun) changed = dnn_test_run_good (AUGMENT REST);

  g_test_summary ("Changed rows make another model of the same layers");

  g_free (dnn_test_run_train (plain));
  g_free (dnn_test_run_train (changed));

  g_assert_cmpuint (dnn_model_n_layers (dnn_run_model (plain)), ==,
                    dnn_model_n_layers (dnn_run_model (changed)));
  g_assert_cmpstr (
      memcmp (dnn_model_weight (dnn_run_model (plain), 0)->tensor.data,
              dnn_model_weight (dnn_run_model (changed), 0)->tensor.data,
              8 * SIDE * SIDE * sizeof (float)) == 0
          ? "the same"
          : "another",
      ==, "another");
}

static void
test_threads (void)
{
  g_test_summary ("Any number of threads trains to the same bits");

  train (AUGMENT REST, "one");
  train (AUGMENT MODEL "[train]\nmetrics = accuracy\nbatch_size = 8\n"
                       "epochs = 2\nthreads = 3\n" DNN_RUN_SGD,
         "three");

  dnn_test_assert_same_run ("one", "three");
}

static void
test_resume (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (AUGMENT REST), again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run that was stopped within an epoch goes on to the same "
                  "bits");

  train (AUGMENT REST, "whole");
  dnn_run_open (run, "parts", false, &error);
  g_assert_no_error (error);
  dnn_test_run_train_until (run, 6);
  g_clear_pointer (&run, dnn_run_free);
  again = dnn_test_run_resume_good ("parts", NULL);
  g_free (dnn_test_run_train (again));

  dnn_test_assert_same_run ("whole", "parts");
}

static void
test_frozen (void)
{
  g_autoptr (DnnRun) kept = dnn_test_run_good (DATA MODEL DNN_RUN_TRAIN
                                               "frozen = first\n" DNN_RUN_SGD);
  g_autoptr (DnnRun) run = dnn_test_run_good (AUGMENT MODEL DNN_RUN_TRAIN
                                              "frozen = first\n" DNN_RUN_SGD);
  g_autofree char *told = dnn_test_run_train (kept);
  g_autofree char *messages = dnn_test_run_train (run);

  g_test_summary ("A frozen beginning runs in every step, and that is said");

  g_assert_null (strstr (told, "not kept"));
  g_assert_nonnull (strstr (
      messages, "phase train: what the frozen beginning makes of "
                "the rows is not kept but computed in every step, since [data] "
                "augment changes them: "));
  g_assert_nonnull (strstr (messages, " ms of a step, "));
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("What cannot be is refused, with the line");

  g_assert_null (dnn_test_run_new (
      DATA "augment = random_crop height=2 width=2\n" REST, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_SHAPE);
  g_assert_true (g_str_has_prefix (
      error->message, "run.dnn:7: [data] augment: layer 'random_crop': it "
                      "changes the shape"));
}

static void
prepare (void)
{
  float pictures[DNN_RUN_ROWS * SIDE * SIDE];

  for (int i = 0; i < DNN_RUN_ROWS * SIDE * SIDE; i++)
    pictures[i] = (float) (i * 37 % 101) / 50;
  dnn_test_write_npy ("p.npy", pictures, DNN_SHAPE (DNN_RUN_ROWS, SIDE, SIDE));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-augment/matters", test_matters);
  g_test_add_func ("/run-augment/threads", test_threads);
  g_test_add_func ("/run-augment/resume", test_resume);
  g_test_add_func ("/run-augment/frozen", test_frozen);
  g_test_add_func ("/run-augment/refused", test_refused);

  return dnn_test_run_main (prepare);
}
