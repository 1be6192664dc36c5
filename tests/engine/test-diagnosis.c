/* test-diagnosis.c - where a number stopped being finite is what is said */
#include "dnn-diagnosis.h"

#include "dnn-assert.h"
#include "dnn-model-file.h"
#include "dnn-test-data.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <math.h>

/* Three layers in a row, without shuffling: step 1 has rows 11 to 18. */
#define CHAIN                                                                  \
  "[model]\nlayers = dense units=2 name=low use_bias=false ! "                 \
  "dense units=2 name=mid use_bias=false ! dense units=1 name=top "            \
  "use_bias=false\n"
#define TRAIN                                                                  \
  "[train]\nloss = mean_squared_error\nbatch_size = 8\nepochs = 3\n"           \
  "shuffle = false\nthreads = 1\n"
#define SMALL DNN_RUN_DATA CHAIN TRAIN "[optimizer]\ntype = sgd\n"

typedef struct {
  const char *name;
  const char *text;
  float low, mid, top; /* every number of these weights; 0: as they are */
  const char *pieces[4];
} Case;

static const Case cases[] = {
  { "weight",
    SMALL "learning_rate = 0.1\n",
    0,
    NAN,
    0,
    { "the weight 'mid/kernel' is not finite before step 1" } },
  { "output",
    SMALL "learning_rate = 0.1\n",
    1e25f,
    1e25f,
    0,
    { "at step 1 (epoch 1): ",
      "the first output that is not finite is that of layer 'mid'",
      "for row 1 of the batch, row 11 of x.npy",
      "the last good checkpoint is of step 0" } },
  { "loss",
    SMALL "learning_rate = 0.1\n",
    1,
    1,
    1e30f,
    { "the loss is 'inf' at step 1 (epoch 1): ",
      "every layer's output is finite, but not the loss, for row 1 of the "
      "batch, row 11 of x.npy" } },
  /* y = 10, and dL/dh = 1e39 two layers below. */
  { "gradient",
    SMALL "learning_rate = 0.1\n",
    1e-38f,
    1e21f,
    1e18f,
    { "after step 1 (epoch 1): ",
      "the first gradient that is not finite is that of the output of layer "
      "'low', for row 1 of the batch, row 11 of x.npy" } },
  /* All gradients are finite, and the weight less 1e6 times its own is not. */
  { "step",
    SMALL "learning_rate = 1e6\n",
    1,
    1,
    1e17f,
    { "the weight 'low/kernel' is not finite after step 1 (epoch 1): ",
      "every output and every gradient is finite" } },
  /* The square of 1e25. */
  { "slot",
    DNN_RUN_DATA CHAIN TRAIN "[optimizer]\ntype = adam\n",
    1,
    1,
    1e12f,
    { "the optimizer's slot 'gradient_mean_square' of 'low/kernel' is not "
      "finite after step 1 (epoch 1): ",
      "every output and every gradient is finite" } },
};

static void
fill (DnnRun *run, const char *name, float value)
{
  DnnWeight *weight = dnn_model_find_weight (dnn_run_model (run), name);
  float *w = weight->tensor.data;

  for (int64_t i = 0; value != 0 && i < dnn_count (&weight->tensor); i++)
    w[i] = value;
}

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (DnnRun) run = dnn_test_run_good (row->text);
  g_autoptr (GError) error = NULL;

  fill (run, "low/kernel", row->low);
  fill (run, "mid/kernel", row->mid);
  fill (run, "top/kernel", row->top);
  g_assert_true (dnn_run_open (run, row->name, false, NULL));
  g_assert_false (dnn_run_train (run, NULL, &error));

  for (size_t i = 0; i < G_N_ELEMENTS (row->pieces); i++)
    if (row->pieces[i] != NULL)
      dnn_assert_error (error, DNN_ERROR_DIVERGED, row->pieces[i]);
}

/* --- a step in the middle ------------------------------------------------ */

static DnnRequest
spoil_after_6 (void *data, DnnTrainer *trainer)
{
  DnnRun *run = data;

  if (dnn_trainer_step (trainer) == 6)
    fill (run, "mid/kernel", NAN);
  return DNN_REQUEST_NONE;
}

static void
test_later (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (SMALL "learning_rate = 0.1\n");
  DnnTrainEvents events = { .between = spoil_after_6, .data = run };
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Steps are taken again from the last checkpoint, here after "
                  "epoch 1, which stays; what else wrote to a weight between "
                  "steps is found in the step before");

  g_assert_true (dnn_run_open (run, "later", false, NULL));
  g_assert_false (dnn_run_train (run, &events, &error));

  dnn_assert_error (error, DNN_ERROR_DIVERGED,
                    "the weight 'mid/kernel' is not finite after step 6");
  dnn_assert_error (error, DNN_ERROR_DIVERGED,
                    "the last good checkpoint is of step 4");
  file = dnn_model_file_load (registry, "later/model.safetensors", NULL);
  g_assert_cmpuint (file->step, ==, 4);
}

static void
test_without_folder (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (SMALL "learning_rate = 0.1\n");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without a folder there is nothing to look back to, and what "
                  "is seen is said");

  fill (run, "mid/kernel", NAN);
  g_assert_false (dnn_run_train (run, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_DIVERGED,
                    "the weight 'mid/kernel' is not finite before step 1");
}

/* --- one row of the data ------------------------------------------------- */

static void
test_row (void)
{
  float x[DNN_RUN_ROWS * DNN_RUN_COLUMNS] = { 0 };
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A number too large in one row of shuffled data is found in "
                  "the row of the file");

  x[27 * DNN_RUN_COLUMNS + 2] = 3e38f;
  dnn_test_write_npy ("large.npy", x,
                      DNN_SHAPE (DNN_RUN_ROWS, DNN_RUN_COLUMNS));
  run = dnn_test_run_good (
      "[data]\ninputs = large.npy\ntargets = y.npy\nvalidation_first = 10\n"
      "scale = 1000\n" DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_assert_true (dnn_run_open (run, "row", false, NULL));
  g_assert_false (dnn_run_train (run, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_DIVERGED,
                    "the model's input is not finite, for row ");
  dnn_assert_error (error, DNN_ERROR_DIVERGED, "row 28 of large.npy");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    dnn_add_row ("/diagnosis", cases[i].name, &cases[i], test_case);
  g_test_add_func ("/diagnosis/later", test_later);
  g_test_add_func ("/diagnosis/without-folder", test_without_folder);
  g_test_add_func ("/diagnosis/row", test_row);

  return dnn_test_run_main (NULL);
}
