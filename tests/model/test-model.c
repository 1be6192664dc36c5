/* test-model.c - from chains to connected layers with weights */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-model.h"

#include <glib/gstdio.h>

static const DnnShape four = { 1, 0, { 4 } };

static DnnModel *
make (const char *chain, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_model_new_from_chain (registry, chain, &four, error);
}

static DnnModel *
make_good (const char *chain)
{
  g_autoptr (GError) error = NULL;
  DnnModel *model = make (chain, &error);

  g_assert_no_error (error);
  return model;
}

/* "dense flatten dense_1" */
static char *
layer_names (const DnnModel *model)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            dnn_model_layer (model, i)->name);
  return g_string_free (text, FALSE);
}

typedef struct {
  const char *name;
  const char *chain;
  const char *expect;
} Named;

static const Named named[] = {
  { "one", "flatten", "flatten" },
  { "numbered", "dense units=2 ! dense units=2 ! dense units=2",
    "dense dense_1 dense_2" },
  { "given", "dense units=2 name=head ! dense units=2", "head dense" },
  { "lowest-free", "dense units=2 name=dense_1 ! dense units=2 ! dense units=2",
    "dense_1 dense dense_2" },
  { "activation", "relu ! relu", "relu relu_1" },
};

static void
test_names (gconstpointer data)
{
  const Named *row = data;
  g_autoptr (DnnModel) model = make_good (row->chain);
  g_autofree char *got = layer_names (model);

  g_assert_cmpstr (got, ==, row->expect);
}

/* --- weights ------------------------------------------------------------- */

static void
test_weights (void)
{
  g_autoptr (DnnModel) model =
      make_good ("dense units=3 ! batch_normalization trainable=false ! "
                 "dense units=2 use_bias=false");
  static const char *const expect[] = {
    "dense/kernel",
    "dense/bias",
    "batch_normalization/gamma",
    "batch_normalization/beta",
    "batch_normalization/moving_mean",
    "batch_normalization/moving_variance",
    "dense_1/kernel",
  };
  static const bool trainable[] = {
    true, true, false, false, false, false, true
  };

  g_test_summary ("In the order of the layers; buffers are never trained");

  g_assert_cmpuint (dnn_model_n_weights (model), ==, G_N_ELEMENTS (expect));
  for (size_t i = 0; i < G_N_ELEMENTS (expect); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    g_assert_cmpstr (weight->name, ==, expect[i]);
    g_assert_true (dnn_model_is_trainable (model, weight) == trainable[i]);
    g_assert_true (dnn_model_find_weight (model, expect[i]) == weight);
  }
  g_assert_null (dnn_model_find_weight (model, "dense_1/bias"));
  g_assert_cmpint (dnn_model_weight (model, 0)->tensor.dims[0], ==, 4);
  g_assert_cmpint (dnn_model_weight (model, 6)->tensor.dims[0], ==, 3);
}

static void
test_initialize (void)
{
  const char *chain = "dense units=3 kernel_initializer=he_normal "
                      "bias_initializer=constant(value=2) ! dense units=2";
  g_autoptr (DnnModel) a = make_good (chain), b = make_good (chain);
  g_autoptr (GError) error = NULL;
  const float *bias = dnn_model_find_weight (a, "dense/bias")->tensor.data;
  const float *one, *two;

  g_test_summary ("Same seed, same bits; another seed, others");

  g_assert_true (dnn_model_initialize (a, 1, &error));
  g_assert_true (dnn_model_initialize (b, 1, &error));
  g_assert_no_error (error);

  g_assert_cmpfloat (bias[0], ==, 2);
  one = dnn_model_find_weight (a, "dense/kernel")->tensor.data;
  two = dnn_model_find_weight (b, "dense/kernel")->tensor.data;
  g_assert_cmpmem (one, 12 * sizeof *one, two, 12 * sizeof *two);
  g_assert_true (dnn_model_initialize (b, 2, &error));
  g_assert_true (memcmp (one, two, 12 * sizeof *one) != 0);
}

static void
test_shared (void)
{
  g_autoptr (DnnModel) model =
      make_good ("dense units=4 ! dense units=4 weights=dense ! "
                 "dense units=4 weights=dense_1 trainable=false");
  const DnnLayer *first = dnn_model_layer (model, 0);

  g_test_summary ("Shared weights are the same ones, and count once");

  g_assert_cmpuint (dnn_model_n_weights (model), ==, 2);
  for (size_t i = 1; i < 3; i++)
    for (uint32_t j = 0; j < first->n_weights; j++)
      g_assert_true (dnn_model_layer (model, i)->weights[j] ==
                     first->weights[j]);
  g_assert_true (dnn_model_is_trainable (model, first->weights[0]));
}

/* --- graphs -------------------------------------------------------------- */

static void
test_graph (void)
{
  g_autoptr (DnnModel) model =
      make_good ("dense units=4 name=a ! dense units=4 name=b input=input ! "
                 "add input=a,b,input name=sum ! "
                 "concatenate input=sum:0,a ! dense units=3");
  const DnnLayer *sum = dnn_model_find_layer (model, "sum");
  DnnShape out = dnn_model_output_shape (model);
  DnnShape in = dnn_model_input_shape (model);

  g_test_summary ("`input` names layers above and the network's input");

  g_assert_cmpint (dnn_model_find_layer (model, "b")->inputs[0].layer, ==, -1);
  g_assert_cmpuint (sum->n_inputs, ==, 3);
  g_assert_cmpint (sum->inputs[0].layer, ==, 0);
  g_assert_cmpint (sum->inputs[1].layer, ==, 1);
  g_assert_cmpint (sum->inputs[2].layer, ==, -1);
  g_assert_cmpint (
      dnn_model_find_layer (model, "concatenate")->outputs.at[0].shape.dims[1],
      ==, 8);
  g_assert_cmpuint (out.n_dims, ==, 1);
  g_assert_cmpint (out.dims[0], ==, 3);
  g_assert_cmpuint (in.n_dims, ==, 1);
  g_assert_cmpint (in.dims[0], ==, 4);
}

/* --- what is refused ----------------------------------------------------- */

typedef struct {
  const char *name;
  const char *chain;
  int code;
  const char *piece;
} Bad;

static const Bad bads[] = {
  { "empty", "", DNN_ERROR_PARAM, "at least one layer" },
  { "unknown-plugin", "desne units=2", DNN_ERROR_NAME,
    "there is no layer or activation plugin 'desne'; did you mean 'dense'" },
  { "unknown-key", "dense unit=2", DNN_ERROR_NAME,
    "dense: there is no parameter 'unit'; did you mean 'units'" },
  { "unknown-host-key", "dense units=2 activaton=relu", DNN_ERROR_NAME,
    "did you mean 'activation'" },
  { "unknown-activation", "dense units=2 activation=rleu", DNN_ERROR_NAME,
    "dense: activation: there is no activation plugin 'rleu'" },
  { "activation-twice", "relu activation=relu", DNN_ERROR_PARAM,
    "relu: an activation has no activation of its own" },
  { "unknown-initializer", "dense units=2 kernel_initializer=he_nrmal",
    DNN_ERROR_NAME, "dense: kernel_initializer: there is no initializer" },
  { "initializer-of-nothing", "dense units=2 beta_initializer=ones",
    DNN_ERROR_NAME, "dense: it has no weight for 'beta_initializer'" },
  { "initializer-of-a-part", "dense units=2 kern_initializer=ones",
    DNN_ERROR_NAME, "it has no weight for 'kern_initializer'" },
  { "initializer-of-more", "dense units=2 kernel_x_initializer=ones",
    DNN_ERROR_NAME, "it has no weight for 'kernel_x_initializer'" },
  { "initializer-not-used",
    "dense units=2 use_bias=false "
    "bias_initializer=ones",
    DNN_ERROR_NAME, "it has no weight for 'bias_initializer'" },
  { "trainable", "dense units=2 trainable=maybe", DNN_ERROR_PARAM,
    "dense: trainable must be true or false, not 'maybe'" },
  { "multiplier", "dense units=2 learning_rate_multiplier=-1", DNN_ERROR_PARAM,
    "dense: learning_rate_multiplier must be a number" },
  { "multiplier-of-weight",
    "dense units=2 kernel_learning_rate_multiplier=fast", DNN_ERROR_PARAM,
    "dense: kernel_learning_rate_multiplier must be a number" },
  { "multiplier-of-nothing", "dense units=2 gamma_learning_rate_multiplier=2",
    DNN_ERROR_NAME, "it has no weight for 'gamma_learning_rate_multiplier'" },
  { "multiplier-of-a-buffer",
    "batch_normalization moving_mean_learning_rate_multiplier=2",
    DNN_ERROR_NAME, "'moving_mean_learning_rate_multiplier'" },
  { "same-name", "dense units=2 name=a ! dense units=2 name=a", DNN_ERROR_NAME,
    "there are two layers named 'a'" },
  { "odd-name", "dense units=2 name=A//b", DNN_ERROR_NAME, "it is 'A//b'" },
  { "name-input", "dense units=2 name=input", DNN_ERROR_NAME, "'input'" },
  { "name-optimizer", "dense units=2 name=optimizer", DNN_ERROR_NAME,
    "it is 'optimizer'" },
  { "unknown-input", "dense units=2 name=first ! add input=frist,input",
    DNN_ERROR_NAME,
    "add: input: there is no layer 'frist' above this one; did you mean "
    "'first'" },
  { "own-input", "flatten ! add input=add,flatten", DNN_ERROR_NAME,
    "there is no layer 'add' above this one" },
  { "output-beyond", "flatten ! relu input=flatten:1", DNN_ERROR_NAME,
    "layer 'flatten' has 1 outputs, so there is no 'flatten:1'" },
  { "output-of-input", "flatten ! relu input=input:1", DNN_ERROR_NAME,
    "input:1" },
  { "output-no-number", "flatten ! relu input=flatten:x", DNN_ERROR_NAME,
    "NAME or NAME:NUMBER, not 'flatten:x'" },
  { "empty-input", "flatten ! relu input=flatten,", DNN_ERROR_NAME,
    "there is no layer ''" },
  { "too-few-inputs", "flatten ! add", DNN_ERROR_SHAPE,
    "add: it takes 2 to 65536 inputs, not '1'" },
  { "too-many-inputs", "flatten ! relu input=flatten,input", DNN_ERROR_SHAPE,
    "relu: it takes 1 to 1 inputs, not '2'" },
  { "shapes-differ", "dense units=3 ! add input=dense,input", DNN_ERROR_SHAPE,
    "add: " },
  { "shape", "reshape target_shape=3,3", DNN_ERROR_SHAPE, "reshape: " },
  { "unused", "dense units=2 name=alone ! dense units=2 input=input",
    DNN_ERROR_SHAPE, "layer 'alone' is the input of no other" },
  { "share-unknown", "dense units=4 ! dense units=4 weights=dnse",
    DNN_ERROR_NAME, "dense_1: weights: there is no layer 'dnse'" },
  { "share-other-shape", "dense units=3 ! dense units=3 weights=dense",
    DNN_ERROR_SHAPE,
    "dense_1 cannot share the weights of 'dense': its "
    "'kernel'" },
  { "share-other-layer", "flatten ! dense units=4 weights=flatten",
    DNN_ERROR_SHAPE, "dense cannot share the weights of 'flatten'" },
  { "huge", "dense units=1000000 ! dense units=1048576 ! dense units=1048576",
    DNN_ERROR_SHAPE, "is too large" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (make (row->chain, &error));

  dnn_assert_error (error, row->code, row->piece);
}

static const Bad placed[] = {
  { "plugin", "flatten\n! desne", DNN_ERROR_NAME, "run.dnn:2: there is no" },
  { "weights", "dense units=4\n! dense units=4\n weights=no", DNN_ERROR_NAME,
    "run.dnn:3: dense_1: weights: " },
  { "input", "flatten\n! relu input=no", DNN_ERROR_NAME, "run.dnn:2: relu" },
  { "shape", "\nreshape target_shape=3,3", DNN_ERROR_SHAPE,
    "run.dnn:2: reshape: " },
  { "initializer", "flatten\n! dense units=2\n kernel_initializer=no",
    DNN_ERROR_NAME, "run.dnn:3: dense: kernel_initializer: " },
};

static void
test_placed (gconstpointer data)
{
  const Bad *row = data;
  const DnnPlace place = { "run.dnn", 1 };
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs = dnn_spec_parse_chain (row->chain, place, NULL);

  g_test_summary ("An error names the line of what is wrong, once");

  g_assert_null (dnn_model_new (registry, specs, &four, &error));

  dnn_assert_error (error, row->code, row->piece);
  g_assert_true (g_str_has_prefix (error->message, "run.dnn:"));
  g_assert_null (strstr (error->message + 1, "run.dnn:"));
}

static void
test_no_layers (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_model_new (registry, none, &four, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM, "at least one layer");
}

static void
test_removed_plugin (void)
{
  static const char *const plugins[] = { "layers/dense", "layers/flatten",
                                         "init/zeros", "init/ones" };
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *kept = g_strdup (g_getenv ("DNN_PLUGIN_PATH")), *ones = NULL;
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (DnnModel) good = NULL;
  g_autoptr (GError) error = NULL;
  const char *chain = "dense units=2 kernel_initializer=zeros";

  g_test_summary ("Without a plugin's file only what names it is broken");

  for (size_t i = 0; i < G_N_ELEMENTS (plugins); i++) {
    g_autofree char *to = g_strconcat (plugins[i], ".so", NULL);

    g_free (dnn_folder_copy_plugin (folder, plugins[i], to));
  }
  g_setenv ("DNN_PLUGIN_PATH", folder->path, TRUE);
  registry = dnn_registry_new (NULL);
  g_setenv ("DNN_PLUGIN_PATH", kept, TRUE);
  ones = g_build_filename (folder->path, "init", "ones.so", NULL);
  g_assert_cmpint (g_unlink (ones), ==, 0);

  good = dnn_model_new_from_chain (registry, chain, &four, &error);
  g_assert_no_error (error);
  g_assert_null (dnn_model_new_from_chain (
      registry, "dense units=2 kernel_initializer=ones", &four, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "no initializer plugin 'ones'");
}

static void
test_multipliers (void)
{
  g_autoptr (DnnModel) model =
      make_good ("dense units=2 learning_rate_multiplier=3 "
                 "bias_learning_rate_multiplier=0.5");

  g_test_summary ("A weight's own multiplier goes before its layer's");

  g_assert_cmpfloat (
      dnn_model_find_weight (model, "dense/kernel")->learning_rate_multiplier,
      ==, 3);
  g_assert_cmpfloat (
      dnn_model_find_weight (model, "dense/bias")->learning_rate_multiplier, ==,
      0.5);
}

/* --- written back -------------------------------------------------------- */

static const char *const chains[] = {
  "flatten",
  "dense units=4 activation=elu(alpha=0.5) ! dense units=2 name=head",
  "dense units=4 'kernel_initializer=constant(value=1)' trainable=false",
  "dense units=4 kernel_initializer=\"he_normal(scale=2, mode=fan_in)\" ! relu",
  "dense units=4 ! dense units=4 input=input ! add input=dense,dense_1",
  "reshape target_shape=2,2 ! flatten",
  "dense units=4 name=A.b/c ! dense units=4 name=A.b ! add input=A.b/c,A.b",
  "dense units=4 ! dense units=4 weights=dense ! leaky_relu alpha=0.1",
};

static void
test_chain (void)
{
  g_test_summary ("to_chain makes a chain that makes the same model again");

  for (size_t i = 0; i < G_N_ELEMENTS (chains); i++) {
    g_autoptr (DnnModel) model = make_good (chains[i]), again = NULL;
    g_autofree char *text = dnn_model_to_chain (model), *twice = NULL;
    g_autofree char *names = layer_names (model), *names_again = NULL;

    again = make_good (text);
    twice = dnn_model_to_chain (again);
    names_again = layer_names (again);
    g_assert_cmpstr (names_again, ==, names);
    g_assert_cmpstr (twice, ==, text);
    g_assert_cmpuint (dnn_model_n_weights (again), ==,
                      dnn_model_n_weights (model));
  }
}

static void
test_ref (void)
{
  DnnModel *model = make_good ("flatten");

  g_assert_true (dnn_model_ref (model) == model);
  dnn_model_unref (model);
  g_assert_cmpuint (dnn_model_n_layers (model), ==, 1);
  dnn_model_unref (model);
  dnn_model_unref (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (named); i++)
    dnn_add_row ("/model/names", named[i].name, &named[i], test_names);
  g_test_add_func ("/model/weights", test_weights);
  g_test_add_func ("/model/initialize", test_initialize);
  g_test_add_func ("/model/shared", test_shared);
  g_test_add_func ("/model/graph", test_graph);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/model/refuses", bads[i].name, &bads[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (placed); i++)
    dnn_add_row ("/model/places", placed[i].name, &placed[i], test_placed);
  g_test_add_func ("/model/multipliers", test_multipliers);
  g_test_add_func ("/model/no-layers", test_no_layers);
  g_test_add_func ("/model/removed-plugin", test_removed_plugin);
  g_test_add_func ("/model/chain", test_chain);
  g_test_add_func ("/model/ref", test_ref);

  return g_test_run ();
}
