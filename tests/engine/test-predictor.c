/* test-predictor.c - inference: the same numbers whoever asks for them */
#include "dnn-assert.h"
#include "dnn-predictor.h"
#include "dnn-sources.h"
#include "dnn-test-data.h"
#include "dnn-test-training.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

static const char chain[] =
    "batch_normalization ! dense units=20 activation=elu ! dropout rate=0.5 ! "
    "dense units=3 activation=softmax";

static DnnTestTraining *
train (void)
{
  DnnTestTraining *run =
      dnn_test_training_good (chain, "sgd learning_rate=0.1", &dnn_test_labels);

  dnn_test_training_fit (run);
  return run;
}

static float *
predict (const DnnTestTraining *run, unsigned threads)
{
  g_autoptr (GError) error = NULL;
  float *y = dnn_predict_array (run->model, NULL,
                                dnn_split_input (run->data->train)->array,
                                threads, &error);

  g_assert_no_error (error);
  return y;
}

static void
test_like_trainer (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autofree float *y = predict (run, 1);
  double loss, accuracy, sum = 0;
  int right = 0;

  g_test_summary ("Loss and accuracy of the predictions are those that the "
                  "trainer finds");

  g_assert_true (dnn_trainer_evaluate (run->trainer, run->data->train, &loss,
                                       &accuracy, NULL));
  for (int64_t i = 0; i < DNN_TEST_ROWS; i++) {
    const float *row = y + 3 * i;
    float label;

    dnn_data_targets (run->data, run->data->train, &i, 1, &label);
    sum -= log ((double) row[(int) label]);
    right += row[(int) label] > row[((int) label + 1) % 3] &&
             row[(int) label] > row[((int) label + 2) % 3];
  }
  g_assert_cmpfloat_with_epsilon (sum / DNN_TEST_ROWS, loss, 1e-5);
  g_assert_cmpfloat_with_epsilon ((double) right / DNN_TEST_ROWS, accuracy,
                                  1e-9);
  g_assert_cmpint (right, >, DNN_TEST_ROWS / 3);
}

static void
test_batch (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autofree float *all = predict (run, 1);
  g_autoptr (DnnPredictor) one = dnn_predictor_new (run->model, 1, 1, NULL);

  g_test_summary ("A row alone and a row among many are the same to 1e-5");

  g_assert_cmpint (dnn_predictor_input_size (one), ==, DNN_TEST_COLUMNS);
  g_assert_cmpint (dnn_predictor_output_size (one), ==, 3);
  for (int64_t i = 0; i < DNN_TEST_ROWS; i++) {
    g_autoptr (GError) error = NULL;
    const float *y;

    dnn_array_to_float (dnn_split_input (run->data->train)->array,
                        i * DNN_TEST_COLUMNS, DNN_TEST_COLUMNS,
                        dnn_predictor_input (one));
    y = dnn_predictor_run (one, &error);
    g_assert_no_error (error);
    for (int j = 0; j < 3; j++)
      g_assert_cmpfloat_with_epsilon (y[j], all[3 * i + j], 1e-5);
  }
}

static void
test_same_bits (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autofree float *first = predict (run, 1);
  const size_t size = sizeof (float) * 3 * DNN_TEST_ROWS;

  g_test_summary ("Asked again, on any number of threads: the same bits");

  for (unsigned threads = 1; threads <= 4; threads *= 2) {
    g_autofree float *again = predict (run, threads);

    g_assert_cmpmem (first, size, again, size);
  }
}

static void
test_preprocess (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnPreprocess) half = dnn_preprocess_new (0.5);
  float x[DNN_TEST_COLUMNS], doubled[DNN_TEST_COLUMNS];
  g_autoptr (DnnArray) one = NULL, two = NULL;
  g_autofree float *a = NULL, *b = NULL;

  g_test_summary ("Inputs go through the preprocessing");

  for (int i = 0; i < DNN_TEST_COLUMNS; i++) {
    x[i] = (float) (i - 2);
    doubled[i] = 2 * x[i];
  }
  one = dnn_test_array (x, DNN_SHAPE (1, DNN_TEST_COLUMNS));
  two = dnn_test_array (doubled, DNN_SHAPE (1, DNN_TEST_COLUMNS));

  a = dnn_predict_array (run->model, NULL, one, 1, NULL);
  b = dnn_predict_array (run->model, half, two, 1, NULL);

  g_assert_cmpmem (a, 3 * sizeof (float), b, 3 * sizeof (float));
}

static void
test_many_rows (void)
{
  const int64_t n = 600;
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnData) data = dnn_test_data (n, DNN_TEST_COLUMNS, 3);
  g_autofree float *y = NULL;

  g_test_summary ("More rows than a batch, and not a multiple of it");

  y = dnn_predict_array (run->model, NULL, dnn_split_input (data->train)->array,
                         2, NULL);

  for (int64_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (y[3 * i] + y[3 * i + 1] + y[3 * i + 2], 1,
                                    1e-5);
}

static float *
sample (const DnnTestTraining *run, int64_t samples, uint64_t seed,
        unsigned threads)
{
  const DnnSampling sampling = { samples, seed, threads };
  g_autoptr (GError) error = NULL;
  float *y = dnn_predict_samples (
      run->model, NULL, dnn_split_input (run->data->train), &sampling, &error);

  g_assert_no_error (error);
  return y;
}

static void
test_samples (void)
{
  const size_t n = 3 * DNN_TEST_ROWS;
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (GBytes) still =
      dnn_test_training_keep (run, "batch_normalization/moving_mean");
  g_autofree float *once = sample (run, 1, 1, 1),
                   *many = sample (run, 400, 1, 1);
  g_autofree float *plain = predict (run, 1);
  double change = 0, spread = 0;

  g_test_summary ("Dropout at work: a mean near the prediction and a spread, "
                  "by samples that differ; statistics stay as they are");

  for (size_t i = 0; i < n; i++) {
    g_assert_cmpfloat (once[n + i], ==, 0);
    change += fabs ((double) once[i] - many[i]);
    spread += (double) many[n + i];
    g_assert_cmpfloat_with_epsilon (many[i], plain[i], 0.15);
  }
  g_assert_cmpfloat (spread / (double) n, >, 0.02);
  g_assert_cmpfloat (change / (double) n, >, 0.01);
  g_assert_true (dnn_test_training_is_still (
      run, "batch_normalization/moving_mean", still));
  for (size_t i = 0; i < dnn_model_n_layers (run->model); i++)
    g_assert_true (dnn_model_layer (run->model, i)->trainable);
}

static void
test_samples_spread (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autofree float *two = sample (run, 2, 1, 1), *one = sample (run, 1, 1, 1);

  g_test_summary ("The spread of two samples is half their distance");

  for (int64_t i = 0; i < 3 * DNN_TEST_ROWS; i++)
    g_assert_cmpfloat_with_epsilon (two[3 * DNN_TEST_ROWS + i],
                                    fabsf (two[i] - one[i]), 1e-6);
}

static void
test_samples_same_bits (void)
{
  const size_t size = sizeof (float) * 2 * 3 * DNN_TEST_ROWS;
  g_autoptr (DnnTestTraining) run = train ();
  g_autofree float *first = sample (run, 5, 1, 1);
  g_autofree float *again = sample (run, 5, 1, 4);
  g_autofree float *other = sample (run, 5, 2, 1);

  g_test_summary ("Same seed, same bits, on any number of threads");

  g_assert_cmpmem (first, size, again, size);
  g_assert_true (memcmp (first, other, size) != 0);
}

static void
test_samples_of_nothing (void)
{
  const DnnSampling sampling = { 3, 1, 1 };
  g_autoptr (DnnTestTraining) run = dnn_test_training_good (
      "dense units=3 activation=softmax", "sgd", &dnn_test_labels);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model without chance is told so");

  g_assert_null (dnn_predict_samples (
      run->model, NULL, dnn_split_input (run->data->train), &sampling, &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, "draws random numbers");
}

static void
test_rejects (void)
{
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnArray) wide =
      dnn_test_array ((const float[]){ 1, 2, 3, 4, 5, 6 }, DNN_SHAPE (1, 6));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Inputs of another shape are refused, with both shapes");

  g_assert_null (dnn_predict_array (run->model, NULL, wide, 1, &error));
  dnn_assert_error (error, DNN_ERROR_SHAPE,
                    "the inputs have shape '(None, 6)', and the model takes "
                    "(None, 5)");
}

/* Rows 0 .. 299; one number of one of them is `bad`. */
static DnnArray *
make_inputs (int64_t at, float bad)
{
  g_autofree float *x = g_new0 (float, 300 * DNN_TEST_COLUMNS);

  x[at] = bad;
  return dnn_test_array (x, DNN_SHAPE (300, DNN_TEST_COLUMNS));
}

static void
test_bad_input (void)
{
  const DnnSampling sampling = { .samples = 2, .seed = 1, .threads = 1 };
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnArray) x = make_inputs (270 * DNN_TEST_COLUMNS + 3, NAN);
  g_autoptr (DnnSource) rows = dnn_source_new_array (x, "x");
  const char *sentence = "row 271, column 4: 'nan' is not finite";

  g_test_summary ("An input that is no number is no prediction");

  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (i == 0 ? dnn_predict_array (run->model, NULL, x, 1, &error)
                          : dnn_predict_samples (run->model, NULL, rows,
                                                 &sampling, &error));
    dnn_assert_error (error, DNN_ERROR_DATA, sentence);
  }
}

static void
test_bad_output (void)
{
  const DnnSampling sampling = { .samples = 2, .seed = 1, .threads = 1 };
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnArray) x = make_inputs (270 * DNN_TEST_COLUMNS, 1e30f);
  g_autoptr (DnnSource) rows = dnn_source_new_array (x, "x");
  DnnWeight *kernel = dnn_model_find_weight (run->model, "dense_1/kernel");
  float *w = kernel->tensor.data;

  g_test_summary ("Nor is one that becomes none on the way");

  for (int64_t i = 0; i < dnn_count (&kernel->tensor); i++)
    w[i] *= 1e20f;
  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (i == 0 ? dnn_predict_array (run->model, NULL, x, 1, &error)
                          : dnn_predict_samples (run->model, NULL, rows,
                                                 &sampling, &error));
    dnn_assert_error (error, DNN_ERROR_DIVERGED,
                      "row 271: the first output that is not finite is that "
                      "of layer 'dense_1'");
  }
}

/* The model, and a sequence of four steps in bits of `steps`. */
static void
predict_bits (int64_t steps, float *ret_y)
{
  static const float x[] = { 1, 2, 4, 8 };
  const DnnShape input = DNN_SHAPE (steps, 1);
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_NEW_PLUGINS"));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model =
      dnn_model_new_from_chain (registry, "running_sum", &input, &error);
  g_autoptr (DnnPredictor) self = NULL;

  g_assert_no_error (error);
  self = dnn_predictor_new_stream (model, 1, 1, &error);
  g_assert_no_error (error);
  for (int again = 0; again < 2; again++) {
    dnn_predictor_begin (self);
    for (int64_t t = 0; t < 4; t += steps) {
      const float *y;

      memcpy (dnn_predictor_input (self), x + t,
              (size_t) steps * sizeof (float));
      y = dnn_predictor_run (self, &error);
      g_assert_no_error (error);
      memcpy (ret_y + t, y, (size_t) steps * sizeof (float));
    }
  }
}

static void
test_stream (void)
{
  static const float sums[] = { 1, 3, 7, 15 };

  g_test_summary ("A sequence that comes bit by bit goes on where it was, and "
                  "the next begins at zero");

  for (int64_t steps = 1; steps <= 4; steps *= 2) {
    float y[4];

    predict_bits (steps, y);
    dnn_test_assert_close ("y", y, sums, 4);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/predictor/like-trainer", test_like_trainer);
  g_test_add_func ("/predictor/batch", test_batch);
  g_test_add_func ("/predictor/same-bits", test_same_bits);
  g_test_add_func ("/predictor/preprocess", test_preprocess);
  g_test_add_func ("/predictor/many-rows", test_many_rows);
  g_test_add_func ("/predictor/samples", test_samples);
  g_test_add_func ("/predictor/samples-spread", test_samples_spread);
  g_test_add_func ("/predictor/samples-same-bits", test_samples_same_bits);
  g_test_add_func ("/predictor/samples-of-nothing", test_samples_of_nothing);
  g_test_add_func ("/predictor/rejects", test_rejects);
  g_test_add_func ("/predictor/bad-input", test_bad_input);
  g_test_add_func ("/predictor/bad-output", test_bad_output);

  g_test_add_func ("/predictor/stream", test_stream);

  return g_test_run ();
}
