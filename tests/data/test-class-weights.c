/* test-class-weights.c - weights of rows and classes, as in Keras */
#include "dnn-assert.h"
#include "dnn-class-weights.h"
#include "dnn-test-data.h"
#include "dnn-test.h"
#include "dnn-trainer.h"

#include <math.h>

/* --- whole trainings, as Keras did them ---------------------------------- */

/* The last quarter of the rows validates, as Keras cuts it off. */
static void
cut_validation (DnnData *data)
{
  const int64_t n = data->train->n / 4;

  data->validation = dnn_split_new_part (data->train, data->train->n - n, n);
  data->train->n -= n;
}

static DnnArray *
array_of (JsonObject *golden, const char *member)
{
  JsonObject *array = json_object_get_object_member (golden, member);
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (array, &n);

  return dnn_test_array (numbers, dnn_golden_shape (array));
}

static DnnData *
make_data (JsonObject *golden)
{
  g_autoptr (DnnArray) x = array_of (golden, "x"), y = array_of (golden, "y");
  g_autoptr (DnnArray) weights = NULL;
  GError *error = NULL;
  DnnData *data = dnn_data_new (x, y, &error);

  g_assert_no_error (error);
  if (json_object_has_member (golden, "sample_weights")) {
    weights = array_of (golden, "sample_weights");
    dnn_split_set_weights (data->train, "weights", weights, &error);
    g_assert_no_error (error);
  }
  cut_validation (data);
  return data;
}

/* The weights of both layers, in Keras' order of them. */
static void
each_weight (DnnModel *model, JsonArray *layers, bool set)
{
  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = json_array_get_object_element (layers, i);

    for (int j = 0; j < 2; j++) {
      const char *name = j == 0 ? "kernel" : "bias";
      g_autofree char *full =
          g_strdup_printf ("%s/%s", dnn_model_layer (model, i)->name, name);
      DnnWeight *weight = dnn_model_find_weight (model, full);
      size_t n;
      g_autofree float *numbers =
          dnn_golden_numbers (json_object_get_object_member (layer, name), &n);

      if (set)
        memcpy (weight->tensor.data, numbers, n * sizeof (float));
      else
        dnn_test_assert_close (full, weight->tensor.data, numbers, n);
    }
  }
}

static void
assert_column (JsonObject *history, const char *key, guint epoch, double value)
{
  JsonArray *expected = json_object_get_array_member (history, key);
  const double keras = json_array_get_double_element (expected, epoch);

  if (!(fabs (value - keras) <= 1e-5 * fmax (fabs (keras), 0.05)))
    g_test_fail_printf ("%s of epoch %u is %.9g, and Keras has %.9g", key,
                        epoch + 1, value, keras);
}

static void
assert_history (const DnnHistory *history, JsonObject *golden)
{
  JsonObject *keras = json_object_get_object_member (golden, "history");

  for (guint i = 0; i < dnn_history_count (history); i++) {
    const DnnHistoryEpoch *epoch = dnn_history_at (history, i);

    assert_column (keras, "loss", i, epoch->loss);
    assert_column (keras, "val_loss", i, epoch->val_loss);
    for (size_t j = 0; history->metrics[j] != NULL; j++) {
      g_autofree char *val = g_strconcat ("val_", history->metrics[j], NULL);

      assert_column (keras, history->metrics[j], i, epoch->metrics[j]);
      assert_column (keras, val, i, epoch->val_metrics[j]);
    }
  }
}

static void
test_golden (JsonObject *golden)
{
  JsonObject *set = json_object_get_object_member (golden, "settings");
  const bool binary =
      strcmp (json_object_get_string_member (golden, "name"), "binary") == 0;
  const DnnTrainSettings settings = {
    .loss = json_object_get_string_member (golden, "loss"),
    .metrics = "accuracy",
    .weighted_metrics = "accuracy",
    .class_weight =
        json_object_get_string_member_with_default (set, "class_weight", ""),
    .batch_size = 8,
    .epochs = 3,
    .seed = 1,
    .threads = 2,
  };
  const DnnShape input = DNN_SHAPE (5);
  GError *error = NULL;
  g_autoptr (DnnData) data = make_data (golden);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (),
      binary ? "dense units=7 activation=tanh ! dense units=1 "
               "activation=sigmoid"
             : "dense units=7 activation=tanh ! dense units=3 "
               "activation=softmax",
      &input, &error);
  g_autoptr (GPtrArray) sgd =
      dnn_spec_parse_chain ("sgd learning_rate=0.5", (DnnPlace){ 0 }, &error);
  g_autoptr (DnnTrainer) trainer = NULL;

  each_weight (model, json_object_get_array_member (golden, "weights_before"),
               true);
  trainer = dnn_trainer_new (model, data, &settings, g_ptr_array_index (sgd, 0),
                             &error);
  g_assert_no_error (error);

  dnn_trainer_fit (trainer, NULL, &error);
  g_assert_no_error (error);

  assert_history (dnn_trainer_history (trainer), golden);
  each_weight (model, json_object_get_array_member (golden, "weights_after"),
               false);
}

/* --- weights of classes -------------------------------------------------- */

/* Rows of classes 0, 2, 2, 0, 2, 2. */
static DnnData *
make_labels (void)
{
  g_autoptr (DnnArray) x =
      dnn_test_array ((const float[]){ 1, 2, 3, 4, 5, 6 }, DNN_SHAPE (6, 1));
  g_autoptr (DnnArray) y =
      dnn_test_array ((const float[]){ 0, 2, 2, 0, 2, 2 }, DNN_SHAPE (6));

  return dnn_data_new (x, y, NULL);
}

static void
test_balanced (void)
{
  g_autoptr (DnnData) data = make_labels ();
  g_autoptr (GArray) weights =
      dnn_class_weights_new ("balanced", data, 1, NULL);

  g_test_summary ("balanced: rows / classes there are / rows of the class");

  g_assert_cmpuint (weights->len, ==, 3);
  g_assert_cmpfloat (g_array_index (weights, double, 0), ==, 6. / 2 / 2);
  g_assert_cmpfloat (g_array_index (weights, double, 1), ==, 1);
  g_assert_cmpfloat (g_array_index (weights, double, 2), ==, 6. / 2 / 4);
}

static void
test_listed (void)
{
  g_autoptr (DnnData) data = make_labels ();
  g_autoptr (GArray) weights = dnn_class_weights_new ("2 : 1/4", data, 1, NULL);

  g_test_summary ("A class that is not named has weight 1");

  g_assert_cmpuint (weights->len, ==, 3);
  g_assert_cmpfloat (g_array_index (weights, double, 0), ==, 1);
  g_assert_cmpfloat (g_array_index (weights, double, 2), ==, 0.25);
}

typedef struct {
  const char *name;
  const char *text;
  const char *piece;
} Refused;

static const Refused refused[] = {
  { "no-colon", "2", "not '2'" },
  { "no-number", "2:much", "not '2:much'" },
  { "negative", "2:-1", "not '2:-1'" },
  { "infinite", "2:inf", "not '2:inf'" },
  { "word", "balance", "not 'balance'" },
  { "all-zero", "0:0, 2:0", "is 0 for every class" },
  { "no-class", "1:2", "no training row has class '1'" },
  { "far-class", "0:1, 9:2", "no training row has class '9'" },
};

static void
test_refused (const void *data)
{
  const Refused *row = data;
  g_autoptr (DnnData) labels = make_labels ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A mistake is told with the piece that is wrong");

  g_assert_null (dnn_class_weights_new (row->text, labels, 1, &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, row->piece);
}

static void
test_both (void)
{
  g_autoptr (DnnData) data = make_labels ();
  g_autoptr (DnnArray) weights =
      dnn_test_array ((const float[]){ 1, 1, 1, 1, 1, 1 }, DNN_SHAPE (6));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Weights of rows and of classes together are refused");

  g_assert_true (dnn_split_set_weights (data->train, "w", weights, NULL));
  g_assert_null (dnn_class_weights_new ("balanced", data, 1, &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, "beside weights of rows");
}

/* --- weights of rows ----------------------------------------------------- */

static void
test_rows (void)
{
  g_autoptr (DnnData) data = make_labels ();
  g_autoptr (DnnArray) few =
      dnn_test_array ((const float[]){ 1, 1 }, DNN_SHAPE (2));
  g_autoptr (DnnArray) negative =
      dnn_test_array ((const float[]){ 1, 1, -2, 1, 1, 1 }, DNN_SHAPE (6));
  g_autoptr (GError) error = NULL, other = NULL;

  g_test_summary ("There is one number of 0 or more for each row");

  g_assert_false (dnn_split_set_weights (data->train, "w.npy", few, &error));
  dnn_assert_error (error, DNN_ERROR_DATA, "w.npy: weights have shape '(2,)'");
  g_assert_false (
      dnn_split_set_weights (data->train, "w.npy", negative, &other));
  dnn_assert_error (other, DNN_ERROR_DATA, "w.npy: row 3: weight '-2'");
  g_assert_null (data->train->weights);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("weighted-runs", 0, test_golden);
  g_test_add_func ("/sample-weights/balanced", test_balanced);
  g_test_add_func ("/sample-weights/listed", test_listed);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/sample-weights/refused", refused[i].name, &refused[i],
                 test_refused);
  g_test_add_func ("/sample-weights/both", test_both);
  g_test_add_func ("/sample-weights/rows", test_rows);

  return g_test_run ();
}
