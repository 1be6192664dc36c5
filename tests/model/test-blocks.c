/* test-blocks.c - [block NAME] sections become the layers that they stand for
 *
 * Errors are tested in tests/tools/test-blocks.py.
 */
#include "dnn-assert.h"
#include "dnn-model-section.h"
#include "dnn-summary.h"

#define ONE "[block one]\nunits = 4\nlayers = dense units=$units ! relu\n"
#define RES                                                                    \
  "[block res]\nlayers = dense units=4 ! relu ! add input=relu,input\n"
#define PAIR                                                                   \
  "[block pair]\nlayers = add input=input:0,input:1 ! dense units=4\n"

static DnnModel *
build (const char *text)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) experiment =
      dnn_experiment_parse ("run.dnn", text, &error);
  DnnModel *model;

  g_assert_no_error (error);
  model = dnn_experiment_build_model (
      registry, experiment, &(DnnShapes){ 1, { DNN_SHAPE (4) } }, NULL, &error);
  g_assert_no_error (error);
  return model;
}

typedef struct {
  const char *name;
  const char *blocks;
  const char *layers; /* of [model] */
  const char *chain;  /* the same written out */
} Written;

static const Written written[] = {
  { "default", ONE, "one",
    "dense name=one/dense units=4 ! relu name=one/relu" },
  { "value", ONE, "one units=7",
    "dense name=one/dense units=7 ! relu name=one/relu" },
  { "in-parentheses", ONE, "one(units=7)",
    "dense name=one/dense units=7 ! relu name=one/relu" },
  { "numbered", ONE, "one ! dense units=4 ! one",
    "dense name=one/dense units=4 ! relu name=one/relu ! dense name=dense "
    "units=4 ! dense name=one_1/dense units=4 ! relu name=one_1/relu" },
  { "named", ONE, "one name=S.1/x",
    "dense name=S.1/x/dense units=4 ! relu name=S.1/x/relu" },
  { "repeat", ONE, "one name=s repeat=3",
    "dense name=s/dense units=4 ! relu name=s/relu ! "
    "dense name=s_1/dense units=4 ! relu name=s_1/relu ! "
    "dense name=s_2/dense units=4 ! relu name=s_2/relu" },
  { "repeat-dotted", ONE, "one name=a.b repeat=2",
    "dense name=a.b/dense units=4 ! relu name=a.b/relu ! "
    "dense name=a.b_1/dense units=4 ! relu name=a.b_1/relu" },
  { "input-is-the-data", RES, "res",
    "dense name=res/dense units=4 ! relu name=res/relu ! add name=res/add "
    "input=res/relu,input" },
  { "input-is-above", RES, "relu ! res repeat=2",
    "relu name=relu ! dense name=res/dense units=4 ! relu name=res/relu ! add "
    "name=res/add input=res/relu,relu ! dense name=res_1/dense units=4 ! relu "
    "name=res_1/relu ! add name=res_1/add input=res_1/relu,res/add" },
  { "input-by-name", RES,
    "relu name=a ! relu name=b ! res input=a ! add "
    "input=res,b",
    "relu name=a ! relu name=b ! dense name=res/dense units=4 input=a ! relu "
    "name=res/relu ! add name=res/add input=res/relu,a ! add name=add "
    "input=res/add,b" },
  { "two-inputs", PAIR, "relu name=a ! relu name=b ! pair input=a,b",
    "relu name=a ! relu name=b ! add name=pair/add input=a,b ! dense "
    "name=pair/dense units=4" },
  { "output-zero", ONE, "one name=a ! relu input=a:0",
    "dense name=a/dense units=4 ! relu name=a/relu ! relu name=relu "
    "input=a/relu" },
  { "names-inside-only", RES, "relu name=relu ! res",
    "relu name=relu ! dense name=res/dense units=4 ! relu name=res/relu ! add "
    "name=res/add input=res/relu,relu" },
  { "not-trainable", ONE, "one trainable=false",
    "dense name=one/dense units=4 trainable=false ! relu name=one/relu "
    "trainable=false" },
  { "trainable-inside",
    "[block x]\nlayers = dense units=4 trainable=false ! dense units=4\n",
    "x trainable=true",
    "dense name=x/dense units=4 trainable=false ! dense name=x/dense_1 "
    "units=4" },
  { "nested",
    ONE "[block two]\nn = 3\nlayers = one units=$n ! one units=2*$n\n",
    "two n=5",
    "dense name=two/one/dense units=5 ! relu name=two/one/relu ! dense "
    "name=two/one_1/dense units=10 ! relu name=two/one_1/relu" },
  { "product", ONE "[block w]\nn = required\nlayers = one units=4*$n\n",
    "w n=3", "dense name=w/one/dense units=12 ! relu name=w/one/relu" },
  { "quotient",
    "[block w]\nn = 8\nlayers = dense units=$n/2 ! dense "
    "units=3*${n}/4\n",
    "w", "dense name=w/dense units=4 ! dense name=w/dense_1 units=6" },
  { "list", "[block w]\nn = 2\nlayers = reshape target_shape=$n,4/$n\n", "w",
    "reshape name=w/reshape target_shape=2,2" },
  { "fraction-stays", "[block w]\nn = 3\nlayers = dropout rate=1/$n\n", "w",
    "dropout name=w/dropout rate=1/3" },
  { "longest-run",
    "[block w]\nn = 3\nn_2 = 5\nlayers = dense units=$n_2 ! "
    "dense units=${n} name=a${n}b\n",
    "w", "dense name=w/dense units=5 ! dense name=w/a3b units=3" },
  { "type", "[block w]\nact = relu\nlayers = dense units=4 ! $act\n",
    "w act=elu(alpha=0.5)",
    "dense name=w/dense units=4 ! elu name=w/elu alpha=0.5" },
  { "one-value",
    "[block w]\nact = relu\nlayers = dense units=4 "
    "activation=$act\n",
    "w 'act=leaky_relu(alpha=0.1)'",
    "dense name=w/dense units=4 activation=leaky_relu(alpha=0.1)" },
  { "repeat-by-parameter", ONE "[block w]\nn = 2\nlayers = one repeat=$n\n",
    "w n=1", "dense name=w/one/dense units=4 ! relu name=w/one/relu" },
  { "shared",
    "[block w]\nlayers = dense units=4 ! dense weights=dense "
    "units=4\n",
    "w",
    "dense name=w/dense units=4 ! dense name=w/dense_1 weights=w/dense "
    "units=4" },
  { "third-party-names", ONE, "dense units=4 name=one_1 ! one ! one",
    "dense name=one_1 units=4 ! dense name=one/dense units=4 ! relu "
    "name=one/relu ! dense name=one_2/dense units=4 ! relu name=one_2/relu" },
  { "folder-taken", ONE, "dense units=4 name=one/a ! one",
    "dense name=one/a units=4 ! dense name=one_1/dense units=4 ! relu "
    "name=one_1/relu" },
};

static void
test_written (gconstpointer data)
{
  const Written *row = data;
  g_autofree char *text =
      g_strconcat (row->blocks, "[model]\nlayers = ", row->layers, "\n", NULL);
  g_autoptr (DnnModel) model = build (text);
  g_autofree char *chain = dnn_model_to_chain (model);

  g_assert_cmpstr (chain, ==, row->chain);
}

static void
test_section (void)
{
  g_autoptr (DnnModel) model =
      build (ONE "[layer first]\ntype = one\nunits = 3\nrepeat = 2\n"
                 "[layer last]\ntype = dense\nunits = 2\ninput = first_1\n");
  g_autofree char *chain = dnn_model_to_chain (model);

  g_test_summary ("A block can be the type of a [layer]");

  g_assert_cmpstr (chain, ==,
                   "dense name=first/dense units=3 ! relu name=first/relu ! "
                   "dense name=first_1/dense units=3 ! relu "
                   "name=first_1/relu ! dense name=last units=2 "
                   "input=first_1/relu");
}

static void
test_dollar (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) experiment = dnn_experiment_parse (
      NULL, "[block w]\nlayers = dense units=$$4\n[model]\nlayers = w\n", NULL);

  g_test_summary ("$$ is a dollar, which no number has");

  g_assert_null (dnn_experiment_build_model (
      registry, experiment, &(DnnShapes){ 1, { DNN_SHAPE (4) } }, NULL,
      &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, "not '$4'");
}

static void
test_most (void)
{
  g_autoptr (DnnModel) model =
      build ("[block a]\nlayers = relu ! relu\n"
             "[block b]\nlayers = a repeat=50\n"
             "[model]\nlayers = b repeat=99 ! a repeat=50\n");

  g_test_summary ("Ten thousand layers are a model");

  g_assert_cmpuint (dnn_model_n_layers (model), ==, 10000);
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("[block b1]\nlayers = relu\n");
  g_autoptr (DnnModel) model = NULL;

  g_test_summary ("Sixteen blocks within one another are allowed");

  for (int i = 2; i <= 16; i++)
    g_string_append_printf (text, "[block b%d]\nlayers = b%d\n", i, i - 1);
  g_string_append (text, "[model]\nlayers = b16\n");
  model = build (text->str);

  g_assert_cmpstr (dnn_model_layer (model, 0)->name, ==,
                   "b16/b15/b14/b13/b12/b11/b10/b9/b8/b7/b6/b5/b4/b3/b2/b1/"
                   "relu");
}

static void
test_summary (void)
{
  g_autoptr (DnnModel) model =
      build (RES "[model]\nlayers = res repeat=2 ! dense units=3\n");
  g_autofree char *folded = dnn_summary (model, 0, false);
  g_autofree char *expanded = dnn_summary (model, 0, true);

  g_test_summary ("A use of a block is a row; expanded it is its layers");

  g_assert_nonnull (strstr (folded, "│ res (res, 3 layers) "));
  g_assert_nonnull (strstr (folded, "│ res_1 (res, 3 layers) "));
  g_assert_null (strstr (folded, "res/dense"));
  g_assert_nonnull (strstr (folded, "              20 │"));
  g_assert_nonnull (strstr (expanded, "│ res/dense (Dense) "));
  g_assert_nonnull (strstr (expanded, "│ res_1/add (Add) "));
  g_assert_null (strstr (expanded, "3 layers"));
  g_assert_nonnull (strstr (folded, "Total params: 55 "));
  g_assert_nonnull (strstr (expanded, "Total params: 55 "));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (written); i++)
    dnn_add_row ("/blocks/written", written[i].name, &written[i], test_written);
  g_test_add_func ("/blocks/section", test_section);
  g_test_add_func ("/blocks/dollar", test_dollar);
  g_test_add_func ("/blocks/most", test_most);
  g_test_add_func ("/blocks/deep", test_deep);
  g_test_add_func ("/blocks/summary", test_summary);

  return g_test_run ();
}
