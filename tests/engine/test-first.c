/* test-first.c - first values that depend on the data; elements that are not
 * float32; outputs that need not be there */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-model-add.h"
#include "dnn-model-file.h"
#include "dnn-test-training.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

#define SGD "sgd learning_rate=0.1"

/* x W of all rows, and what is asserted of their covariance. */
static double
covariance (const DnnTestTraining *self, const float *w, int columns, int a,
            int b)
{
  double mean[2] = { 0, 0 }, sum = 0;
  const int of[2] = { a, b };

  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < DNN_TEST_ROWS; i++) {
      const int64_t row = i;
      float x[DNN_TEST_COLUMNS];
      double y[2] = { 0, 0 };

      dnn_source_gather (dnn_split_input (self->data->train), &row, 1, x);
      for (int k = 0; k < 2; k++)
        for (int j = 0; j < DNN_TEST_COLUMNS; j++)
          y[k] += (double) x[j] * w[j * columns + of[k]];
      if (pass == 0) {
        mean[0] += y[0] / DNN_TEST_ROWS;
        mean[1] += y[1] / DNN_TEST_ROWS;
      } else {
        sum += (y[0] - mean[0]) * (y[1] - mean[1]) / DNN_TEST_ROWS;
      }
    }
  return sum;
}

static void
test_whitening (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "dense units=5 kernel_initializer=whitening(epsilon=0) ! dense units=1",
      SGD, &dnn_test_squares);
  const float *w = dnn_test_training_weight (self, "dense/kernel");

  g_test_summary ("Outputs for the first batch have the identity for their "
                  "covariance, before the first step");

  for (int a = 0; a < 5; a++)
    for (int b = 0; b < 5; b++)
      g_assert_cmpfloat_with_epsilon (covariance (self, w, 5, a, b),
                                      a == b ? 1 : 0, 1e-4);
}

static void
test_whitening_later (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "rescaling scale=3 ! dense units=2 kernel_initializer=whitening "
      "! dense units=1",
      SGD, &dnn_test_squares);
  const float *w = dnn_test_training_weight (self, "dense/kernel");

  g_test_summary ("A layer sees what the layers before it make of the batch");

  g_assert_cmpfloat_with_epsilon (covariance (self, w, 2, 0, 0), 1.0 / 9, 1e-3);
  g_assert_cmpfloat_with_epsilon (covariance (self, w, 2, 0, 1), 0, 1e-3);
}

static void
test_first (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "scaled_start units=4 ! dense units=1", SGD, &dnn_test_squares);
  const float *w = dnn_test_training_weight (self, "scaled_start/kernel");
  const float *seen = dnn_test_training_weight (self, "scaled_start/seen");

  g_test_summary (
      "`first` runs once, with the first batch, and its weights and "
      "buffers stay");

  for (int u = 0; u < 4; u++)
    g_assert_cmpfloat_with_epsilon (covariance (self, w, 4, u, u), 1, 1e-4);
  g_assert_cmpfloat (seen[0], ==, 1);

  dnn_test_training_fit (self);

  g_assert_cmpfloat (seen[0], ==, 1);
}

static void
test_buffers_put_back (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "batch_normalization ! scaled_start units=2 ! dense units=1", SGD,
      &dnn_test_squares);
  const float *mean =
      dnn_test_training_weight (self, "batch_normalization/moving_mean");

  g_test_summary ("Statistics of the layers before move with the first step, "
                  "not before it");

  g_assert_cmpfloat (mean[0], ==, 0);
}

static void
test_frozen_first (void)
{
  DnnTrainSettings settings = dnn_test_squares;
  g_autoptr (DnnTestTraining) self = NULL;

  g_test_summary ("A frozen layer has its first values before it is proved "
                  "that it does not move");

  settings.frozen = "scaled_start";
  self = dnn_test_training_good ("scaled_start units=4 ! dense units=1", SGD,
                                 &settings);
  dnn_test_training_fit (self);
  g_assert_cmpfloat (*dnn_test_training_weight (self, "scaled_start/seen"), ==,
                     1);
}

/* --- elements ------------------------------------------------------------ */

static int64_t
count_wins (const DnnModel *model)
{
  const DnnWeight *wins = dnn_model_find_weight (model, "extremes/wins");
  int64_t sum = 0;

  g_assert_cmpuint (wins->tensor.dtype, ==, DNN_INT64);
  for (int i = 0; i < DNN_TEST_COLUMNS; i++)
    sum += ((const int64_t *) wins->tensor.data)[i];
  return sum;
}

static void
test_elements (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "extremes ! dense units=3", SGD, &dnn_test_labels);
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = dnn_folder_write (folder, "model", "", 0);
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (DnnModelFile) back = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Whole numbers in a buffer are counted, saved and read back");

  g_assert_cmpint (count_wins (self->model), ==, 2 * DNN_TEST_COLUMNS);
  dnn_test_training_fit (self);
  g_assert_cmpint (count_wins (self->model), ==,
                   2 * DNN_TEST_COLUMNS + 3 * DNN_TEST_ROWS);

  dnn_model_add (self->model, file);
  dnn_safetensors_write (file, path, &error);
  g_assert_no_error (error);
  back = dnn_model_file_load (dnn_test_registry (), path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count_wins (back->model), ==, count_wins (self->model));
}

static void
test_other_elements (void)
{
  g_autoptr (DnnTestTraining) self = dnn_test_training_good (
      "extremes ! dense units=1", SGD, &dnn_test_squares);
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  const float wins[DNN_TEST_COLUMNS] = { 0 };
  const DnnShape shape = DNN_SHAPE (DNN_TEST_COLUMNS);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file with other elements is refused");

  dnn_safetensors_add_floats (file, "extremes/wins", &shape, wins);
  g_assert_false (
      dnn_model_load_weights (self->model, file, true, NULL, &error));
  dnn_assert_error (error, DNN_ERROR_SHAPE,
                    "tensor 'extremes/wins' is float32 (5,), and the "
                    "model wants int64 (5,)");
}

/* --- outputs ------------------------------------------------------------- */

static void
test_outputs (void)
{
  g_autoptr (DnnTest) one = dnn_test_layer ("extremes", "", 2, 3);
  g_autoptr (DnnTest) two = dnn_test_new (
      "extremes both=true name=e ! subtract input=e:0,e:1", DNN_SHAPE (2, 3));

  g_test_summary ("An output that a parameter asks for is there, or not");

  dnn_test_set (one, "x", V (1, 5, 2, 7, -3, 0));
  dnn_test_forward (one);
  dnn_test_assert (one, "y", V (5, 7));
  dnn_test_set (two, "x", V (1, 5, 2, 7, -3, 0));
  dnn_test_forward (two);
  dnn_test_assert (two, "y", V (4, 10));
}

static void
test_no_such_output (void)
{
  const DnnShape input = DNN_SHAPE (3);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A layer that takes an output that is not there is refused");

  g_assert_null (dnn_model_new_from_chain (dnn_test_registry (),
                                           "extremes name=e ! subtract "
                                           "input=e:0,e:1",
                                           &input, &error));
  dnn_assert_error (error, DNN_ERROR_NAME,
                    "layer 'e' has 1 outputs, so there is no 'e:1'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dnn_registry_add_folders (dnn_test_registry (),
                            g_getenv ("DNN_TEST_NEW_PLUGINS"));

  g_test_add_func ("/first/whitening", test_whitening);
  g_test_add_func ("/first/whitening-later", test_whitening_later);
  g_test_add_func ("/first/once", test_first);
  g_test_add_func ("/first/buffers-put-back", test_buffers_put_back);
  g_test_add_func ("/first/frozen", test_frozen_first);
  g_test_add_func ("/elements/buffer-there-and-back", test_elements);
  g_test_add_func ("/elements/other-type-refused", test_other_elements);
  g_test_add_func ("/outputs/as-asked", test_outputs);
  g_test_add_func ("/outputs/not-there", test_no_such_output);

  return g_test_run ();
}
