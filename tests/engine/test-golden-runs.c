/* test-golden-runs.c - whole trainings, as Keras did them
 *
 * Same initial weights, same batches in order: the loss of every step, the
 * weights at the end and the predictions agree with Keras, or with PyTorch and
 * formulas in float64 (build-aux/golden/twice.py and terms.py), to 1e-4.
 * A case has Keras' layers, or a chain of ours.
 */
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test.h"
#include "dnn-trainer.h"

#include <math.h>
#include <string.h>

/* Keras' classes and keys, and how a chain says them.  A key that is not here
 * is not said: its value is the default. */
static const struct {
  const char *class_name;
  const char *plugin;
} classes[] = {
  { "Dense", "dense" },
  { "LeakyReLU", "leaky_relu" },
  { "PReLU", "prelu" },
  { "BatchNormalization", "batch_normalization" },
  { "Activation", "activation" },
};

static const char *
plugin_of (const char *class_name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strcmp (classes[i].class_name, class_name) == 0)
      return classes[i].plugin;
  g_error ("no plugin is known for %s", class_name);
}

/* Of a layer's class and config, "dense units=3 activation=relu". */
static char *
layer_to_text (JsonObject *layer)
{
  g_autoptr (JsonObject) golden = json_object_new ();
  g_autofree char *params = NULL;

  json_object_set_object_member (
      golden, "params",
      json_object_ref (json_object_get_object_member (layer, "config")));
  params = dnn_golden_params (golden);
  return g_strconcat (
      plugin_of (json_object_get_string_member (layer, "class_name")), " ",
      params, NULL);
}

static DnnModel *
build (JsonArray *layers, int64_t n_inputs)
{
  const DnnShape input = DNN_SHAPE (n_inputs);
  g_autoptr (GString) chain = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModel *model;

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    g_autofree char *text =
        layer_to_text (json_array_get_object_element (layers, i));

    g_string_append_printf (chain, "%s%s", i > 0 ? " ! " : "", text);
  }
  model = dnn_model_new_from_chain (dnn_test_registry (), chain->str, &input,
                                    &error);
  g_assert_no_error (error);
  return model;
}

/* Of a chain, whose layers may take the targets. */
static DnnModel *
build_chain (const char *chain, const DnnArray *x, const DnnArray *y)
{
  const DnnEnds ends = { .inputs = { 1, { DNN_SHAPE (x->shape.dims[1]) } },
                         .targets = { 1,
                                      { y->shape.n_dims > 1
                                            ? DNN_SHAPE (y->shape.dims[1])
                                            : DNN_SCALAR } } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (chain, (DnnPlace){ 0 }, &error);
  DnnModel *model;

  g_assert_no_error (error);
  model = dnn_model_new_graph (dnn_test_registry (), specs, &ends, &error);
  g_assert_no_error (error);
  return model;
}

/* Fails, with the name, if |a - b| > 1e-4 max (|b|, 0.05). */
static double
compare (const char *what, double a, double b)
{
  const double off = fabs (a - b) / fmax (fabs (b), 0.05);

  if (!(off <= 1e-4))
    g_test_fail_printf ("%s: %.9g, and Keras has %.9g", what, a, b);
  return off;
}

/* Called for each weight of a layer, with Keras' numbers. */
typedef void (*OnWeight) (DnnWeight *weight, const float *numbers, size_t n);

/* Names of weights begin with `folder`, as "dense/". */
static void
each_weight (DnnModel *model, const char *folder, JsonObject *weights,
             OnWeight do_it)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init (&iter, weights);
  while (json_object_iter_next (&iter, &key, &node)) {
    g_autofree char *name = g_strconcat (folder, key, NULL);
    DnnWeight *weight = dnn_model_find_weight (model, name);
    size_t n;
    g_autofree float *numbers =
        dnn_golden_numbers (json_node_get_object (node), &n);

    g_assert_nonnull (weight);
    g_assert_cmpint (dnn_count (&weight->tensor), ==, n);
    do_it (weight, numbers, n);
  }
}

/* Those of the member of that name, which are by layer, or by full name. */
static void
all_weights (DnnModel *model, JsonObject *golden, bool after, OnWeight do_it)
{
  const char *member = after ? "weights_after" : "weights";
  JsonArray *layers;

  if (json_object_has_member (golden, "chain")) {
    each_weight (model, "", json_object_get_object_member (golden, member),
                 do_it);
    return;
  }
  layers = json_object_get_array_member (golden, after ? member : "layers");
  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = json_array_get_object_element (layers, i);
    g_autofree char *folder =
        g_strconcat (dnn_model_layer (model, i)->name, "/", NULL);

    each_weight (model, folder,
                 after ? layer : json_object_get_object_member (layer, member),
                 do_it);
  }
}

static void
set_weight (DnnWeight *weight, const float *numbers, size_t n)
{
  memcpy (weight->tensor.data, numbers, n * sizeof (float));
}

static void
compare_weight (DnnWeight *weight, const float *numbers, size_t n)
{
  const float *w = weight->tensor.data;
  double worst = 0;

  for (size_t i = 0; i < n; i++)
    worst = fmax (worst,
                  compare (weight->name, (double) w[i], (double) numbers[i]));
  g_test_message ("%s: off by %.2g at most", weight->name, worst);
}

static DnnArray *
array_of (JsonObject *object)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (object, &n);

  return dnn_test_array (numbers, dnn_golden_shape (object));
}

static DnnTrainer *
make_trainer (JsonObject *golden, DnnModel *model, const DnnData *data)
{
  const DnnTrainSettings settings = {
    .loss = json_object_get_string_member (golden, "loss"),
    .metrics = "",
    .batch_size = json_object_get_int_member (golden, "batch_size"),
    .epochs = json_object_get_int_member (golden, "epochs"),
    .seed = 1,
    .threads = 2,
  };
  JsonObject *optimizer = json_object_get_object_member (golden, "optimizer");
  g_autoptr (JsonObject) spec_of = json_object_new ();
  g_autoptr (DnnSpec) spec = NULL;
  g_autoptr (GError) error = NULL;
  DnnTrainer *trainer;

  json_object_set_string_member (
      spec_of, "name", json_object_get_string_member (optimizer, "name"));
  json_object_set_object_member (spec_of, "params",
                                 json_object_ref (optimizer));
  json_object_remove_member (optimizer, "name");
  spec = dnn_golden_spec (spec_of);
  trainer = dnn_trainer_new (model, data, &settings, spec, &error);
  g_assert_no_error (error);
  return trainer;
}

static void
train (JsonObject *golden, DnnTrainer *trainer)
{
  JsonArray *expected = json_object_get_array_member (golden, "step_losses");
  const int64_t n = dnn_trainer_n_batches (trainer);
  const int64_t epochs = json_object_get_int_member (golden, "epochs");
  g_autofree double *losses = g_new0 (double, (gsize) n);
  g_autoptr (GError) error = NULL;
  double worst = 0;

  g_assert_cmpint (n * epochs, ==, json_array_get_length (expected));
  for (int64_t e = 0; e < epochs; e++) {
    dnn_trainer_epoch (trainer, NULL, losses, &error);
    g_assert_no_error (error);
    for (int64_t i = 0; i < n; i++)
      worst = fmax (worst, compare ("loss", losses[i],
                                    json_array_get_double_element (
                                        expected, (guint) (e * n + i))));
  }
  g_test_message ("losses: off by %.2g at most", worst);
}

static void
compare_predictions (JsonObject *golden, DnnModel *model, const DnnArray *x)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *y = dnn_predict_array (model, NULL, x, 1, &error);
  size_t n;
  g_autofree float *expected = dnn_golden_numbers (
      json_object_get_object_member (golden, "prediction"), &n);
  double worst = 0;

  g_assert_no_error (error);
  for (size_t i = 0; i < n; i++)
    worst = fmax (worst,
                  compare ("prediction", (double) y[i], (double) expected[i]));
  g_test_message ("predictions: off by %.2g at most", worst);
}

static void
test_run (gconstpointer user_data)
{
  JsonObject *golden = (JsonObject *) user_data;
  const bool of_chain = json_object_has_member (golden, "chain");
  g_autoptr (DnnArray) x =
      array_of (json_object_get_object_member (golden, "x"));
  g_autoptr (DnnArray) y =
      array_of (json_object_get_object_member (golden, "y"));
  g_autoptr (DnnData) data = dnn_data_new (x, y, NULL);
  g_autoptr (DnnModel) model =
      of_chain
          ? build_chain (json_object_get_string_member (golden, "chain"), x, y)
          : build (json_object_get_array_member (golden, "layers"),
                   x->shape.dims[1]);
  g_autoptr (DnnTrainer) trainer = NULL;

  all_weights (model, golden, false, set_weight);
  trainer = make_trainer (golden, model, data);

  train (golden, trainer);

  all_weights (model, golden, true, compare_weight);
  compare_predictions (golden, model, x);
}

static void
add_runs (JsonParser *parser, const char *file)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", file, NULL);
  g_autoptr (GError) error = NULL;
  JsonArray *cases;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  cases = json_object_get_array_member (
      json_node_get_object (json_parser_get_root (parser)), "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *golden = json_array_get_object_element (cases, i);
    g_autofree char *name = g_strconcat (
        "/golden/runs/", json_object_get_string_member (golden, "name"), NULL);

    g_test_add_data_func (name, golden, test_run);
  }
}

int
main (int argc, char *argv[])
{
  g_autoptr (JsonParser) runs = json_parser_new ();
  g_autoptr (JsonParser) twice = json_parser_new ();
  g_autoptr (JsonParser) terms = json_parser_new ();

  g_test_init (&argc, &argv, NULL);

  add_runs (runs, "runs.json");
  add_runs (twice, "twice-runs.json");
  add_runs (terms, "terms-runs.json");

  return g_test_run ();
}
