/* test-model-file.c - models written and read, and weights taken by name */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-model-file.h"
#include "dnn-model-save.h"
#include "dnn-test-data.h"
#include "dnn-test-training.h"
#include "dnn-trainer-steps.h"

#include <math.h>

static const char chain[] =
    "batch_normalization ! dense units=4 name=low activation=elu(alpha=0.5) "
    "trainable=false ! dense units=3 activation=softmax";

static char *
path_in (const DnnFolder *folder, const char *name)
{
  return g_build_filename (folder->path, name, NULL);
}

/* --- round trip ---------------------------------------------------------- */

static DnnPreprocess *
make_preprocess (void)
{
  DnnPreprocess *p = dnn_preprocess_new (1.0 / 255);
  DnnStandardize *step = (DnnStandardize *) dnn_standardize_new ();

  step->base.size = DNN_TEST_COLUMNS;
  step->mean = g_new (float, DNN_TEST_COLUMNS);
  step->standard_deviation = g_new (float, DNN_TEST_COLUMNS);
  for (int i = 0; i < DNN_TEST_COLUMNS; i++) {
    step->mean[i] = 1.0f / (float) (i + 3);
    step->standard_deviation[i] = (float) i;
  }
  g_ptr_array_add (p->steps, step);
  p->class_names = g_strsplit ("T-shirt/top|a b|Größe", "|", -1);
  return p;
}

/* Saves a model that was trained a little, with all that goes with it. */
static void
save (const DnnTestTraining *run, const DnnPreprocess *preprocess,
      const char *path)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_parse (
      NULL, "[data]\ninputs = x.npy\n[train]\nepochs = 3\n", NULL);
  const DnnModelParts parts = {
    .model = run->model,
    .preprocess = preprocess,
    .experiment = experiment,
    .optimizer = dnn_trainer_optimizer (run->trainer),
    .epoch = 3,
    .step = 15,
  };
  g_autoptr (GError) error = NULL;

  dnn_model_file_save (&parts, path, &error);
  g_assert_no_error (error);
}

static DnnTestTraining *
train (void)
{
  DnnTestTraining *run =
      dnn_test_training_good (chain, "adam", &dnn_test_labels);

  dnn_test_training_fit (run);
  return run;
}

static DnnModelFile *
load (const char *path, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_model_file_load (registry, path, error);
}

static DnnModelFile *
load_good (const char *path)
{
  g_autoptr (GError) error = NULL;
  DnnModelFile *file = load (path, &error);

  g_assert_no_error (error);
  return file;
}

static void
assert_same_weights (const DnnModel *a, const DnnModel *b)
{
  g_assert_cmpuint (dnn_model_n_weights (a), ==, dnn_model_n_weights (b));
  for (size_t i = 0; i < dnn_model_n_weights (a); i++) {
    const DnnWeight *v = dnn_model_weight (a, i), *w = dnn_model_weight (b, i);

    g_assert_cmpstr (v->name, ==, w->name);
    g_assert_cmpmem (v->tensor.data, dnn_weight_bytes (v), w->tensor.data,
                     dnn_weight_bytes (w));
  }
}

static void
test_model (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "m.safetensors");
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnModelFile) file = NULL;
  g_autofree char *before = dnn_model_to_chain (run->model);
  g_autofree char *after = NULL;

  g_test_summary ("The model comes back with its names, its weights to the "
                  "last bit, and what does not train");

  save (run, NULL, path);
  file = load_good (path);

  after = dnn_model_to_chain (file->model);
  g_assert_cmpstr (before, ==, after);
  assert_same_weights (run->model, file->model);
  g_assert_false (dnn_model_find_layer (file->model, "low")->trainable);
  g_assert_true (dnn_model_find_layer (file->model, "dense")->trainable);
  g_assert_cmpint (file->epoch, ==, 3);
  g_assert_cmpuint (file->step, ==, 15);
}

static void
test_rest (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "m.safetensors");
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnPreprocess) p = make_preprocess ();
  g_autoptr (DnnModelFile) file = NULL;
  const size_t size = DNN_TEST_COLUMNS * sizeof (float);
  const DnnStandardize *got, *want = dnn_test_standardize_of (p);

  g_test_summary ("Preprocessing, class names and experiment come back");

  save (run, p, path);
  file = load_good (path);

  got = dnn_test_standardize_of (file->preprocess);
  g_assert_cmpfloat (dnn_test_scale_of (file->preprocess), ==, 1.0 / 255);
  g_assert_cmpint (got->base.size, ==, DNN_TEST_COLUMNS);
  g_assert_cmpmem (got->mean, size, want->mean, size);
  g_assert_cmpmem (got->standard_deviation, size, want->standard_deviation,
                   size);
  g_assert_true (
      g_strv_equal ((const char *const *) p->class_names,
                    (const char *const *) file->preprocess->class_names));
  g_assert_cmpstr (dnn_experiment_get (file->experiment, "data", "inputs"), ==,
                   "x.npy");
}

static void
test_least (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "m.safetensors");
  g_autoptr (DnnTestTraining) run = train ();
  const DnnModelParts parts = { .model = run->model };
  g_autoptr (DnnModelFile) file = NULL;

  g_test_summary ("A model alone can be saved, and has no preprocessing");

  g_assert_true (dnn_model_file_save (&parts, path, NULL));
  file = load_good (path);

  assert_same_weights (run->model, file->model);
  g_assert_cmpfloat (dnn_test_scale_of (file->preprocess), ==, 1);
  g_assert_null (dnn_test_standardize_of (file->preprocess));
  g_assert_null (file->preprocess->class_names);
  g_assert_cmpuint (dnn_experiment_n_sections (file->experiment), ==, 0);
}

static void
test_tensors (void)
{
  static const char *const names[] = {
    "batch_normalization/gamma",
    "batch_normalization/moving_variance",
    "low/kernel",
    "dense/bias",
    "optimizer/dense/kernel/t",
    "optimizer/batch_normalization/gamma/t",
  };
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "m.safetensors");
  g_autoptr (DnnTestTraining) run = train ();
  g_autoptr (DnnSafetensors) file = NULL;
  const DnnNamedTensor *t;

  g_test_summary ("Tensors have the names that are promised; the optimizer "
                  "has none of what is frozen; kernels are (in, out)");

  save (run, NULL, path);
  file = dnn_safetensors_read (path, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (dnn_safetensors_find (file, names[i]) == NULL)
      g_test_fail_printf ("there is no tensor '%s'", names[i]);
  g_assert_null (dnn_safetensors_find (file, "optimizer/low/kernel/t"));
  t = dnn_safetensors_find (file, "optimizer/dense/kernel/t");
  g_assert_cmpint (t->dtype, ==, DNN_INT64);
  g_assert_cmpint (*(const int64_t *) t->data, ==, 15);
  t = dnn_safetensors_find (file, "low/kernel");
  g_assert_cmpint (t->shape.dims[0], ==, DNN_TEST_COLUMNS);
  g_assert_cmpint (t->shape.dims[1], ==, 4);
  g_assert_cmpstr (dnn_safetensors_get_metadata (file, "format"), ==, "dnn/1");
}

/* --- weights by name ----------------------------------------------------- */

static DnnModel *
make (const char *text)
{
  const DnnShape input = DNN_SHAPE (2);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModel *model = dnn_model_new_from_chain (registry, text, &input, &error);

  g_assert_no_error (error);
  return model;
}

/* A file with a/kernel, 2x2 of ones, and b/kernel, 2x1 of twos. */
static DnnSafetensors *
make_weights (const char *path)
{
  const float ones[] = { 1, 1, 1, 1 }, twos[] = { 2, 2 };
  const int64_t t = 3;
  const DnnNamedTensor tensors[] = {
    { "a/kernel", DNN_FLOAT32, { 2, 0, { 2, 2 } }, ones },
    { "b/kernel", DNN_FLOAT32, { 2, 0, { 2, 1 } }, twos },
    { "optimizer/a/kernel/t", DNN_INT64, { 0, 0, { 0 } }, &t },
  };
  g_autoptr (DnnSafetensors) out = dnn_safetensors_new ();
  g_autoptr (GError) error = NULL;
  DnnSafetensors *file;

  for (size_t i = 0; i < G_N_ELEMENTS (tensors); i++)
    dnn_safetensors_add (out, &tensors[i]);
  g_assert_true (dnn_safetensors_write (out, path, NULL));
  file = dnn_safetensors_read (path, &error);
  g_assert_no_error (error);
  return file;
}

typedef struct {
  const char *name;
  const char *chain;
  bool partial;
  int code;            /* 0: it loads */
  const char *message; /* of the error, or the report */
} Weights;

#define A "dense units=2 use_bias=false name=a"
#define B " ! dense units=1 use_bias=false name=b"

static const Weights weights[] = {
  { "full", A B, false, 0, "matched a/kernel\nmatched b/kernel\n" },
  { "full-partial", A B, true, 0, "matched a/kernel\nmatched b/kernel\n" },
  { "missing", A B " ! dense units=1 use_bias=false", false, DNN_ERROR_NAME,
    "the file has no tensor 'dense/kernel'; --partial leaves" },
  { "missing-partial", A B " ! dense units=1 use_bias=false", true, 0,
    "matched a/kernel\nmatched b/kernel\nmissing dense/kernel\n" },
  { "unused", A, false, DNN_ERROR_NAME,
    "the model has no weight 'b/kernel'; --partial passes over" },
  { "unused-partial", A, true, 0, "matched a/kernel\nunused b/kernel\n" },
  { "both-partial", A " ! dense units=1 use_bias=false", true, 0,
    "matched a/kernel\nmissing dense/kernel\nunused b/kernel\n" },
  { "other-shape", "dense units=3 use_bias=false name=a" B, false,
    DNN_ERROR_SHAPE,
    "tensor 'a/kernel' is float32 (2, 2), and the model wants float32 (2, 3)" },
  { "other-shape-partial", "dense units=3 use_bias=false name=a" B, true,
    DNN_ERROR_SHAPE, "'a/kernel'" },
};

static void
test_weights (gconstpointer data)
{
  const Weights *row = data;
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "w.safetensors");
  g_autoptr (DnnSafetensors) file = make_weights (path);
  g_autoptr (DnnModel) model = make (row->chain);
  g_autofree char *report = NULL;
  g_autoptr (GError) error = NULL;
  const float *a = dnn_model_find_weight (model, "a/kernel")->tensor.data;

  dnn_model_load_weights (model, file, row->partial, &report, &error);

  if (row->code != 0 || error != NULL) {
    dnn_assert_error (error, row->code, row->message);
    g_assert_null (report);
    g_assert_cmpfloat (a[0], ==, 0);
    return;
  }
  g_assert_cmpstr (report, ==, row->message);
  g_assert_cmpfloat (a[3], ==, 1);
}

/* --- files that are no models -------------------------------------------- */

typedef struct {
  const char *name;
  const char *remove;      /* metadata to leave out, or */
  const char *key, *value; /* to set */
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "no-format", "format", NULL, NULL, DNN_ERROR_FORMAT,
    "it holds tensors, but no model: its format is 'unknown'" },
  { "other-format", NULL, "format", "pt", DNN_ERROR_FORMAT,
    "its format is 'pt', not 'dnn/1'" },
  { "newer-format", NULL, "format", "dnn/2", DNN_ERROR_FORMAT, "'dnn/2'" },
  { "no-model", "model", NULL, NULL, DNN_ERROR_FORMAT, "no model" },
  { "no-input-shape", "input_shape", NULL, NULL, DNN_ERROR_FORMAT, "no model" },
  { "input-shape", NULL, "input_shape", "2,x", DNN_ERROR_PARAM,
    "input_shape must be a whole number" },
  { "input-shape-long", NULL, "input_shape", "1,1,1,1,1,1,1,1", DNN_ERROR_PARAM,
    "at most 7 sizes" },
  { "input-shape-zero", NULL, "input_shape", "0", DNN_ERROR_PARAM, "'0'" },
  { "unknown-layer", NULL, "model", "dennse units=2", DNN_ERROR_NAME,
    "did you mean 'dense'" },
  { "other-layers", NULL, "model", "dense units=3 use_bias=false name=a",
    DNN_ERROR_SHAPE, "tensor 'a/kernel'" },
  { "more-layers", NULL, "model",
    "dense units=2 use_bias=false name=a ! dense units=1", DNN_ERROR_NAME,
    "no tensor 'dense/kernel'" },
  /* 3.8 TB of weights, which nobody tries to get */
  { "huge-layers", NULL, "model", "dense units=900000 ! dense units=1048576",
    DNN_ERROR_NAME, "no tensor 'dense/kernel'" },
  { "scale", NULL, "scale", "nan", DNN_ERROR_PARAM, "scale " },
  { "experiment", NULL, "experiment", "[nonsense]", DNN_ERROR_NAME,
    "there is no section 'nonsense'" },
};

static void
write_bad (const Bad *row, const char *path)
{
  static const struct {
    const char *key, *value;
  } good[] = {
    { "format", "dnn/1" },
    { "model", "dense units=2 use_bias=false name=a" },
    { "input_shape", "2" },
  };
  const float ones[] = { 1, 1, 1, 1 };
  const DnnNamedTensor a = {
    "a/kernel", DNN_FLOAT32, { 2, 0, { 2, 2 } }, ones
  };
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();

  dnn_safetensors_add (file, &a);
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    if (g_strcmp0 (row->remove, good[i].key) != 0)
      dnn_safetensors_set_metadata (file, good[i].key, good[i].value);
  if (row->key != NULL)
    dnn_safetensors_set_metadata (file, row->key, row->value);
  g_assert_true (dnn_safetensors_write (file, path, NULL));
}

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "bad.safetensors");
  g_autoptr (GError) error = NULL;

  write_bad (row, path);

  g_assert_null (load (path, &error));

  dnn_assert_error (error, row->code, row->piece);
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
test_good (void)
{
  const Bad row = { .name = "good" };
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = path_in (folder, "good.safetensors");
  g_autoptr (DnnModelFile) file = NULL;

  g_test_summary ("What the bad files are made from is good");

  write_bad (&row, path);
  file = load_good (path);

  g_assert_nonnull (file);
}

static void
test_not_safetensors (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = dnn_folder_write (folder, "m.safetensors", "hi", 2);
  g_autoptr (GError) error = NULL, missing = NULL;

  g_test_summary ("Other files and missing ones are named");

  g_assert_null (load (path, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, path);
  g_assert_null (load ("no-such.safetensors", &missing));
  dnn_assert_error (missing, DNN_ERROR_NAME, "no-such.safetensors");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model-file/model", test_model);
  g_test_add_func ("/model-file/rest", test_rest);
  g_test_add_func ("/model-file/least", test_least);
  g_test_add_func ("/model-file/tensors", test_tensors);
  for (size_t i = 0; i < G_N_ELEMENTS (weights); i++)
    dnn_add_row ("/model-file/weights", weights[i].name, &weights[i],
                 test_weights);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/model-file/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/model-file/good", test_good);
  g_test_add_func ("/model-file/not-safetensors", test_not_safetensors);

  return g_test_run ();
}
