/* test-flips.c - predictions as means of pictures and their mirror images
 */
#include "dnn-assert.h"
#include "dnn-flips.h"
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test.h"

/* Pictures of 2 x 3 x 2: row 1 is row 0, mirrored, and so on. */
enum { N = 6, HEIGHT = 2, WIDTH = 3, CHANNELS = 2, OUTPUTS = 4 };
enum { SIZE = HEIGHT * WIDTH * CHANNELS };

static void
make_pictures (float *x)
{
  for (int i = 0; i < N; i++)
    for (int h = 0; h < HEIGHT; h++)
      for (int w = 0; w < WIDTH; w++)
        for (int c = 0; c < CHANNELS; c++) {
          const int from = i % 2 == 0 ? w : WIDTH - 1 - w;

          x[((i * HEIGHT + h) * WIDTH + w) * CHANNELS + c] =
              (float) ((i / 2 + 1) * (7 * h + 3 * from * from - 5 * c));
        }
}

static DnnData *
make_data (const float *x, DnnShape shape)
{
  const float y[N] = { 0 };
  g_autoptr (DnnArray) inputs = dnn_test_array (x, shape);
  g_autoptr (DnnArray) targets = dnn_test_array (y, DNN_SHAPE (N));

  return dnn_data_new (inputs, targets, NULL);
}

static DnnModel *
make_model (const char *chain, DnnShape input)
{
  g_autoptr (GError) error = NULL;
  DnnModel *model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error);

  g_assert_no_error (error);
  return model;
}

static void
check_means (const char *chain, DnnShape row, DnnShape rows)
{
  const DnnPlanOptions options = { .batch = 4 }; /* and a last one of 2 */
  const DnnPassInfo info = { .training = false };
  float x[N * SIZE];
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnData) data = (make_pictures (x), make_data (x, rows));
  g_autoptr (DnnModel) model = make_model (chain, row);
  g_autoptr (GError) error = NULL;
  g_autofree float *alone = dnn_predict_array (
      model, NULL, dnn_split_input (data->train)->array, 1, &error);
  g_autoptr (DnnFeeder) feeder =
      dnn_feeder_new (model, pool, data, data->train, &options, NULL, &error);
  g_autoptr (DnnFlips) flips = dnn_flips_new (feeder, &error);

  g_assert_no_error (error);
  for (int64_t i = 0; i < N; i++) {
    const DnnBatch *batch = dnn_flips_forward (flips, i / 4, &info, &error);
    const float *y = dnn_f32 (&batch->plan->heads[0].prediction->tensor);
    const float *a = alone + i * OUTPUTS, *b = alone + (i ^ 1) * OUTPUTS;

    for (int j = 0; j < OUTPUTS; j++)
      g_assert_cmpfloat_with_epsilon (y[i % 4 * OUTPUTS + j], (a[j] + b[j]) / 2,
                                      1e-5);
  }
}

static void
test_means (void)
{
  g_test_summary ("Predictions are the mean over a picture and its mirror "
                  "image, in the last short batch, too");

  check_means ("flatten ! dense units=4 activation=tanh",
               DNN_SHAPE (HEIGHT, WIDTH, CHANNELS),
               DNN_SHAPE (N, HEIGHT, WIDTH, CHANNELS));
}

static void
test_in_place (void)
{
  g_test_summary ("The mirror image is of what was fed, not of what a layer "
                  "that works in place left of it");

  check_means ("activation activation=tanh ! flatten ! dense units=4",
               DNN_SHAPE (HEIGHT, WIDTH, CHANNELS),
               DNN_SHAPE (N, HEIGHT, WIDTH, CHANNELS));
}

static void
test_rows (void)
{
  const DnnPlanOptions options = { .batch = N };
  const float x[N * 2] = { 0 };
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnData) data = make_data (x, DNN_SHAPE (N, 2));
  g_autoptr (DnnModel) model = make_model ("dense units=1", DNN_SHAPE (2));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnFeeder) feeder =
      dnn_feeder_new (model, pool, data, data->train, &options, NULL, &error);

  g_test_summary ("Rows of numbers have no mirror image");

  g_assert_no_error (error);
  g_assert_null (dnn_flips_new (feeder, &error));

  dnn_assert_error (error, DNN_ERROR_SHAPE, "flips are for pictures");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flips/means", test_means);
  g_test_add_func ("/flips/in-place", test_in_place);
  g_test_add_func ("/flips/rows", test_rows);

  return g_test_run ();
}
