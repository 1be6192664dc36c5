/* test-golden-images.c - trainings of LeNet and ResNet-8, as Keras did them
 *
 * Images, labels and first weights come from a formula of place and salt, as in
 * build-aux/golden/image_runs.py.  The loss of every step, the weights at the
 * end and some predictions agree with Keras to 1e-4.
 */
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test.h"
#include "dnn-trainer.h"

#include <math.h>

#define LEAST 0.05

enum { SALT_IMAGES = 1, SALT_LABELS = 2 };

/* In [0, 1), by place and salt. */
static double
draw (uint64_t i, uint64_t salt)
{
  uint64_t h = ((i + salt * 1000003) * 2654435761u) & 0xffffffffu;

  h ^= h >> 16;
  h = (h * 0x45d9f3bu) & 0xffffffffu;
  h ^= h >> 16;
  return (double) h / 4294967296.0;
}

static DnnShape
input_of (JsonObject *golden)
{
  JsonArray *sizes = json_object_get_array_member (golden, "input");
  DnnShape shape = { .n_dims = json_array_get_length (sizes) };

  for (guint i = 0; i < shape.n_dims; i++)
    shape.dims[i] = json_array_get_int_element (sizes, i);
  return shape;
}

static DnnArray *
images_of (JsonObject *golden)
{
  const int64_t rows = json_object_get_int_member (golden, "rows");
  const DnnShape sample = input_of (golden);
  DnnShape shape = { .n_dims = sample.n_dims + 1, .dims = { rows } };
  int64_t n = rows;
  g_autofree float *numbers = NULL;

  for (guint i = 0; i < sample.n_dims; i++)
    n *= shape.dims[i + 1] = sample.dims[i];
  numbers = g_new (float, (gsize) n);
  for (int64_t i = 0; i < n; i++)
    numbers[i] = (float) draw ((uint64_t) i, SALT_IMAGES);
  return dnn_test_array (numbers, shape);
}

static DnnArray *
labels_of (JsonObject *golden)
{
  const int64_t rows = json_object_get_int_member (golden, "rows");
  g_autofree float *labels = g_new (float, (gsize) rows);

  for (int64_t i = 0; i < rows; i++)
    labels[i] = (float) (int) (draw ((uint64_t) i, SALT_LABELS) * 10);
  return dnn_test_array (labels, DNN_SHAPE (rows));
}

/* |a - b| <= 1e-4 max (|b|, least) */
static void
compare (const char *what, double a, double b, double least)
{
  if (!(fabs (a - b) <= 1e-4 * fmax (fabs (b), least)))
    g_test_fail_printf ("%s: %.9g, and Keras has %.9g", what, a, b);
}

static void
start_weight (DnnModel *model, JsonObject *row)
{
  DnnWeight *weight = dnn_model_find_weight (
      model, json_object_get_string_member (row, "name"));
  const double scale = json_object_get_double_member (row, "scale");
  const double offset = json_object_get_double_member (row, "offset");
  const uint64_t salt = (uint64_t) json_object_get_int_member (row, "salt");
  const int64_t n = json_object_get_int_member (row, "n");

  g_assert_nonnull (weight);
  g_assert_cmpint (dnn_count (&weight->tensor), ==, n);
  for (int64_t i = 0; i < n; i++)
    dnn_f32 (&weight->tensor)[i] =
        (float) ((draw ((uint64_t) i, salt) - 0.5) * scale + offset);
}

static void
compare_weight (DnnModel *model, JsonObject *row)
{
  const char *name = json_object_get_string_member (row, "name");
  const DnnWeight *weight = dnn_model_find_weight (model, name);
  const float *w = dnn_f32 (&weight->tensor);
  JsonArray *at = json_object_get_array_member (row, "at");
  JsonArray *values = json_object_get_array_member (row, "values");
  double squares = 0, largest = LEAST;

  for (int64_t i = 0; i < dnn_count (&weight->tensor); i++)
    squares += (double) w[i] * w[i];
  compare (name, sqrt (squares), json_object_get_double_member (row, "norm"),
           LEAST);
  for (guint i = 0; i < json_array_get_length (at); i++)
    largest = fmax (largest, fabs (json_array_get_double_element (values, i)));
  for (guint i = 0; i < json_array_get_length (at); i++)
    compare (name, w[json_array_get_int_element (at, i)],
             json_array_get_double_element (values, i), largest);
}

static void
compare_predictions (JsonObject *golden, DnnModel *model, const DnnArray *x)
{
  JsonArray *expected = json_object_get_array_member (golden, "predictions");
  g_autoptr (GError) error = NULL;
  g_autofree float *y = NULL;

  y = dnn_predict_array (model, NULL, x, 1, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (expected); i++)
    compare ("prediction", y[i], json_array_get_double_element (expected, i),
             LEAST);
}

static void
train (JsonObject *golden, DnnTrainer *trainer)
{
  JsonArray *expected = json_object_get_array_member (golden, "losses");
  const guint n = json_array_get_length (expected);
  g_autofree double *losses = g_new0 (double, n);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (dnn_trainer_n_batches (trainer), ==, n);
  dnn_trainer_epoch (trainer, NULL, losses, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    compare ("loss", losses[i], json_array_get_double_element (expected, i),
             LEAST);
}

static void
test_run (JsonObject *golden)
{
  const DnnTrainSettings settings = {
    .loss = "sparse_categorical_crossentropy",
    .metrics = "",
    .batch_size = json_object_get_int_member (golden, "batch_size"),
    .epochs = 1,
    .seed = 1,
    .threads = 2,
  };
  const DnnShape input = input_of (golden);
  JsonArray *weights = json_object_get_array_member (golden, "weights");
  g_autoptr (DnnArray) x = images_of (golden), y = labels_of (golden);
  g_autoptr (DnnData) data = dnn_data_new (x, y, NULL);
  g_autoptr (GPtrArray) optimizer = NULL;
  g_autoptr (DnnTrainer) trainer = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autoptr (GError) error = NULL;

  model = dnn_model_new_from_chain (
      dnn_test_registry (), json_object_get_string_member (golden, "chain"),
      &input, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (weights); i++)
    start_weight (model, json_array_get_object_element (weights, i));
  optimizer =
      dnn_spec_parse_chain (json_object_get_string_member (golden, "optimizer"),
                            (DnnPlace){ 0 }, &error);
  g_assert_no_error (error);
  trainer = dnn_trainer_new (model, data, &settings,
                             g_ptr_array_index (optimizer, 0), &error);
  g_assert_no_error (error);

  train (golden, trainer);

  for (guint i = 0; i < json_array_get_length (weights); i++)
    compare_weight (model, json_array_get_object_element (weights, i));
  compare_predictions (golden, model, x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dnn_test_add_golden ("image-runs", 0, test_run);
  return g_test_run ();
}
