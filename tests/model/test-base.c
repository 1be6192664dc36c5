/* test-base.c - a model that begins with the layers of a trained one
 *
 * base/model.safetensors is dense, batch_normalization, relu, dense_1.
 */
#include "dnn-base.h"

#include "dnn-assert.h"
#include "dnn-model-section.h"
#include "dnn-test-data.h"
#include "dnn-test-run.h"

#define BASE_LAYERS                                                            \
  "dense units=8 ! batch_normalization ! relu ! dense units=3 "                \
  "activation=softmax"
#define BASE "base/model.safetensors"
#define HEAD "dense units=3 activation=softmax"
/* [model] is line 5. */
#define MODEL(base, more, layers)                                              \
  DNN_RUN_DATA "[model]\nbase = " base "\n" more "layers = " layers            \
               "\n" DNN_RUN_TRAIN DNN_RUN_SGD

static void
train_base (const char *folder, const char *data, const char *layers)
{
  g_autofree char *text = g_strconcat ("[data]\ntargets = y.npy\n", data,
                                       "[model]\nlayers = ", layers,
                                       "\n" DNN_RUN_TRAIN DNN_RUN_SGD, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);

  dnn_test_run_train_in (run, folder);
}

static DnnModelFile *
load (const char *path)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModelFile *file = dnn_model_file_load (registry, path, &error);

  g_assert_no_error (error);
  return file;
}

/* --- which layers, and their names --------------------------------------- */

typedef struct {
  const char *name;
  const char *keys; /* of [model], beside base */
  const char *layers;
  const char *report;
} Kept;

#define LINES_OF_BODY                                                          \
  "copied   dense/kernel (4, 8)\n"                                             \
  "copied   dense/bias (8,)\n"
#define LINES_OF_NORM                                                          \
  "copied   batch_normalization/gamma (8,)\n"                                  \
  "copied   batch_normalization/beta (8,)\n"                                   \
  "copied   batch_normalization/moving_mean (8,)\n"                            \
  "copied   batch_normalization/moving_variance (8,)\n"
#define LINES_OF_HEAD(word, name)                                              \
  word " " name "/kernel (8, 3)\n" word " " name "/bias (3,)\n"

static const Kept kept[] = {
  { "drop-last", "drop_last = 1\n", HEAD,
    LINES_OF_BODY LINES_OF_NORM LINES_OF_HEAD ("fresh   ", "dense_1")
        LINES_OF_HEAD ("dropped ", "dense_1") },
  { "drop-glob", "drop = dense_*\n", HEAD,
    LINES_OF_BODY LINES_OF_NORM LINES_OF_HEAD ("fresh   ", "dense_1")
        LINES_OF_HEAD ("dropped ", "dense_1") },
  { "drop-within", "drop = batch*\ndrop_last = 1\n", HEAD " name=top",
    LINES_OF_BODY LINES_OF_HEAD (
        "fresh   ", "top") "dropped  batch_normalization/gamma (8,)\n"
                           "dropped  batch_normalization/beta (8,)\n"
                           "dropped  batch_normalization/moving_mean (8,)\n"
                           "dropped  batch_normalization/moving_variance "
                           "(8,)\n" LINES_OF_HEAD ("dropped ", "dense_1") },
  { "drop-none", "", "softmax",
    LINES_OF_BODY LINES_OF_NORM LINES_OF_HEAD ("copied  ", "dense_1") },
  /* The lowest number that is free: dense is kept, and dense_1 too. */
  { "lowest-free", "", "dense units=3 ! softmax",
    LINES_OF_BODY LINES_OF_NORM LINES_OF_HEAD (
        "copied  ", "dense_1") "fresh    dense_2/kernel (3, 3)\n"
                               "fresh    dense_2/bias (3,)\n" },
};

static void
test_kept (gconstpointer data)
{
  const Kept *row = data;
  g_autofree char *text = g_strconcat (
      DNN_RUN_DATA "[model]\nbase = " BASE "\n", row->keys,
      "layers = ", row->layers, "\n" DNN_RUN_TRAIN DNN_RUN_SGD, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);

  g_assert_cmpstr (dnn_run_base_report (run), ==, row->report);
}

static void
test_lowest_free (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      MODEL ("deep/model.safetensors", "drop = dense_1\ndrop_last = 1\n",
             "dense units=8 ! dense units=3 activation=softmax"));

  g_test_summary ("A number that a dropped layer leaves free is taken, but not "
                  "its weights");

  g_assert_cmpstr (dnn_run_base_report (run), ==,
                   "copied   dense/kernel (4, 8)\n"
                   "copied   dense/bias (8,)\n"
                   "fresh    dense_1/kernel (8, 8)\n"
                   "fresh    dense_1/bias (8,)\n"
                   "fresh    dense_2/kernel (8, 3)\n"
                   "fresh    dense_2/bias (3,)\n"
                   "dropped  dense_1/kernel (8, 8)\n"
                   "dropped  dense_1/bias (8,)\n"
                   "dropped  dense_2/kernel (8, 3)\n"
                   "dropped  dense_2/bias (3,)\n");
}

static void
test_bits (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (MODEL (BASE, "drop_last = 1\n", HEAD));
  g_autoptr (DnnModelFile) base = load (BASE);
  DnnModel *model = dnn_run_model (run);
  size_t n_kept = 0;

  g_test_summary ("Weights and buffers are cloned bit for bit; a new layer "
                  "with the name of one that was dropped has weights of its "
                  "own");

  for (size_t i = 0; i < dnn_model_n_weights (base->model); i++) {
    const DnnWeight *weight = dnn_model_weight (base->model, i);
    g_autoptr (GBytes) old = dnn_test_keep_weight (base->model, weight->name);

    if (g_str_has_prefix (weight->name, "dense_1/")) {
      g_assert_false (dnn_test_is_still (model, weight->name, old));
      continue;
    }
    g_assert_true (dnn_test_is_still (model, weight->name, old));
    n_kept++;
  }
  g_assert_cmpuint (n_kept, ==, 6);
}

static void
test_untouched (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (MODEL (BASE, "drop_last = 1\n", HEAD));
  g_autofree char *before = NULL, *after = NULL, *messages = NULL;
  g_autoptr (DnnModelFile) base = load (BASE);
  g_autoptr (GBytes) kernel =
      dnn_test_keep_weight (base->model, "dense/kernel");
  gsize n_before, n_after;

  g_test_summary ("Training what was cloned does not touch the base's file");

  g_assert_true (g_file_get_contents (BASE, &before, &n_before, NULL));
  messages = dnn_test_run_train (run);
  g_assert_true (g_file_get_contents (BASE, &after, &n_after, NULL));

  g_assert_false (
      dnn_test_is_still (dnn_run_model (run), "dense/kernel", kernel));
  g_assert_cmpmem (before, n_before, after, n_after);
}

static void
test_whole (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (MODEL (BASE, "drop_last = 1\n", HEAD));
  g_autoptr (DnnModelFile) file = NULL;

  g_test_summary ("The model that is left needs the base no more");

  dnn_test_run_train_in (run, "whole");
  file = load ("whole/model.safetensors");

  dnn_test_assert_same_model (dnn_run_model (run), file->model);
}

static void
test_sections (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA "[model]\nbase = " BASE "\ndrop_last = 1\n"
                   "[layer top]\ntype = dense\nunits = 3\n"
                   "activation = softmax\n" DNN_RUN_TRAIN DNN_RUN_SGD);

  g_test_summary ("The head may be written as sections");

  g_assert_nonnull (
      strstr (dnn_run_base_report (run), "fresh    top/kernel (8, 3)\n"));
  g_assert_cmpstr (dnn_model_layer (dnn_run_model (run), 3)->name, ==, "top");
}

static void
test_no_base (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);

  g_test_summary ("Without a base nothing is told of one");

  g_assert_null (dnn_run_base_report (run));
  g_assert_false (dnn_experiment_has_base (dnn_run_experiment (run)));
}

/* --- preprocessing ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *base; /* a file */
  const char *data; /* keys of [data] */
  double scale;
  int64_t n;
} Inherited;

static const Inherited inherited[] = {
  { "nothing", BASE, "", 1, 0 },
  { "scale", "scaled/model.safetensors", "", 0.25, 0 },
  { "standardized", "standard/model.safetensors", "", 1, 4 },
  { "own-scale", "scaled/model.safetensors", "scale = 1/2\n", 0.5, 0 },
  { "own-for-standardized", "standard/model.safetensors", "scale = 1\n", 1, 0 },
  { "own-standardized", "scaled/model.safetensors", "standardize = true\n", 1,
    4 },
};

static void
test_inherited (gconstpointer data)
{
  const Inherited *row = data;
  g_autofree char *text = g_strconcat (
      DNN_RUN_DATA "class_names = a,b,c\n", row->data,
      "[model]\nbase = ", row->base,
      "\ndrop_last = 1\nlayers = " HEAD "\n" DNN_RUN_TRAIN DNN_RUN_SGD, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  const DnnPreprocess *preprocess = dnn_run_data (run)->preprocess;

  g_assert_cmpfloat (dnn_test_scale_of (preprocess), ==, row->scale);
  g_assert_cmpint (dnn_preprocess_size (preprocess), ==, row->n);
  /* Names of classes are never the base's. */
  g_assert_cmpstr (preprocess->class_names[2], ==, "c");
}

static void
test_inherited_values (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      "[data]\ninputs = x.npy\ntargets = y.npy\ntrain_limit = 5\n"
      "[model]\nbase = standard/model.safetensors\ndrop_last = 1\n"
      "layers = " HEAD "\n" DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnModelFile) base = load ("standard/model.safetensors");
  const DnnStandardize *mine =
      dnn_test_standardize_of (dnn_run_data (run)->preprocess);
  const DnnStandardize *its = dnn_test_standardize_of (base->preprocess);

  g_test_summary ("Statistics are those of the base's rows, not of the new "
                  "ones");

  g_assert_cmpmem (mine->mean, 4 * sizeof (float), its->mean,
                   4 * sizeof (float));
  g_assert_cmpmem (mine->standard_deviation, 4 * sizeof (float),
                   its->standard_deviation, 4 * sizeof (float));
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "no-file", MODEL ("none.safetensors", "drop_last = 1\n", HEAD),
    DNN_ERROR_NAME, "none.safetensors" },
  { "no-file-place", MODEL ("none.safetensors", "", HEAD), DNN_ERROR_NAME,
    "run.dnn:5: [model] base: " },
  { "no-model", MODEL ("x.npy", "", HEAD), DNN_ERROR_FORMAT, "x.npy: " },
  { "drop-too-many", MODEL (BASE, "drop_last = 4\n", HEAD), DNN_ERROR_PARAM,
    "run.dnn:5: [model] base: drop_last leaves nothing of the base's 4 "
    "layers" },
  { "drop-more", MODEL (BASE, "drop_last = 9\n", HEAD), DNN_ERROR_PARAM,
    "drop_last leaves nothing" },
  { "drop-all", MODEL (BASE, "drop = *\n", HEAD), DNN_ERROR_PARAM,
    "leaves nothing of the base's 4 layers" },
  { "drop-negative", MODEL (BASE, "drop_last = -1\n", HEAD), DNN_ERROR_PARAM,
    "run.dnn:7: " },
  { "drop-unknown", MODEL (BASE, "drop = dens\n", HEAD), DNN_ERROR_NAME,
    "drop: the base has no layer 'dens'; did you mean 'dense'" },
  { "drop-key", MODEL (BASE, "drop_lst = 1\n", HEAD), DNN_ERROR_NAME,
    "did you mean 'drop_last'" },
  { "name-that-is-kept", MODEL (BASE, "drop_last = 1\n", HEAD " name=dense"),
    DNN_ERROR_NAME, "'dense'" },
  { "no-head", MODEL (BASE, "drop_last = 1\n", ""), DNN_ERROR_PARAM,
    "a model is written either as [model] layers" },
  { "other-columns",
    "[data]\ninputs = wide.npy\ntargets = y.npy\n[model]\nbase = " BASE
    "\ndrop_last = 1\nlayers = " HEAD "\n" DNN_RUN_TRAIN DNN_RUN_SGD,
    DNN_ERROR_SHAPE, "'dense/kernel' has another shape than in the base" },
  /* As many numbers, but not in the same places. */
  { "other-shape",
    "[data]\ninputs = turned.npy\ntargets = y.npy\n[model]\n"
    "base = slopes/model.safetensors\ndrop_last = 2\n"
    "layers = flatten ! " HEAD "\n" DNN_RUN_TRAIN DNN_RUN_SGD,
    DNN_ERROR_SHAPE, "'prelu/alpha' has another shape than in the base" },
  { "drop-without-base",
    DNN_RUN_DATA DNN_RUN_MODEL "drop_last = 1\n" DNN_RUN_TRAIN DNN_RUN_SGD,
    DNN_ERROR_PARAM, "run.dnn:7: [model] drop_last needs a base" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_run_new (row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

/* Writes the files that the tests read. */
static void
prepare (void)
{
  g_autoptr (DnnData) wide = dnn_test_data (DNN_RUN_ROWS, 6, 3);

  dnn_test_write_npy ("wide.npy", dnn_split_input (wide->train)->array->data,
                      DNN_SHAPE (DNN_RUN_ROWS, 6));
  dnn_test_write_npy ("tall.npy", dnn_split_input (wide->train)->array->data,
                      DNN_SHAPE (DNN_RUN_ROWS, 3, 2));
  dnn_test_write_npy ("turned.npy", dnn_split_input (wide->train)->array->data,
                      DNN_SHAPE (DNN_RUN_ROWS, 2, 3));
  train_base ("base", "inputs = x.npy\n", BASE_LAYERS);
  train_base ("scaled", "inputs = x.npy\nscale = 1/4\n", BASE_LAYERS);
  train_base ("standard", "inputs = x.npy\nstandardize = true\n", BASE_LAYERS);
  train_base ("deep", "inputs = x.npy\n",
              "dense units=8 ! dense units=8 ! " HEAD);
  train_base ("slopes", "inputs = tall.npy\n", "prelu ! flatten ! " HEAD);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    dnn_add_row ("/base/kept", kept[i].name, &kept[i], test_kept);
  g_test_add_func ("/base/lowest-free", test_lowest_free);
  g_test_add_func ("/base/bits", test_bits);
  g_test_add_func ("/base/untouched", test_untouched);
  g_test_add_func ("/base/whole", test_whole);
  g_test_add_func ("/base/sections", test_sections);
  g_test_add_func ("/base/no-base", test_no_base);
  for (size_t i = 0; i < G_N_ELEMENTS (inherited); i++)
    dnn_add_row ("/base/inherited", inherited[i].name, &inherited[i],
                 test_inherited);
  g_test_add_func ("/base/inherited-values", test_inherited_values);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/base/bad", bad[i].name, &bad[i], test_bad);

  return dnn_test_run_main (prepare);
}
