/* test-missing.c - models some of whose plugins are not there */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-model-file.h"
#include "dnn-model-save.h"
#include "dnn-plan.h"
#include "dnn-summary.h"

/* A folder with a model, and with all plugins that it needs but prelu, tanh
 * and he_normal. */
typedef struct {
  DnnFolder *folder;
  DnnRegistry *registry; /* that finds these only */
  char *path;            /* of the model */
} Fixture;

static void
fixture_clear (Fixture *self)
{
  dnn_registry_unref (self->registry);
  g_free (self->path);
  dnn_folder_free (self->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static DnnModel *
make (DnnRegistry *registry, const char *chain, GError **error)
{
  const DnnShape input = DNN_SHAPE (5);

  return dnn_model_new_from_chain (registry, chain, &input, error);
}

static void
save (const Fixture *self, const char *chain)
{
  g_autoptr (DnnRegistry) all = dnn_registry_new (NULL);
  GError *error = NULL;
  g_autoptr (DnnModel) model = make (all, chain, &error);
  const DnnModelParts parts = { .model = model };

  g_assert_no_error (error);
  dnn_model_initialize (model, 7, &error);
  g_assert_no_error (error);
  dnn_model_file_save (&parts, self->path, &error);
  g_assert_no_error (error);
}

static void
fixture_init (Fixture *self, const char *chain)
{
  static const char *const needed[] = {
    "layers/dense",          "layers/add",       "layers/batch_normalization",
    "init/variance_scaling", "init/zeros",       "init/ones",
    "init/glorot_uniform",   "activations/relu",
  };
  g_autofree char *kept = g_strdup (g_getenv ("DNN_PLUGIN_PATH"));

  self->folder = dnn_folder_new ();
  self->path = g_build_filename (self->folder->path, "m.safetensors", NULL);
  save (self, chain);
  for (size_t i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autofree char *to = g_strconcat (needed[i], ".so", NULL);

    g_free (dnn_folder_copy_plugin (self->folder, needed[i], to));
  }
  g_setenv ("DNN_PLUGIN_PATH", self->folder->path, TRUE);
  self->registry = dnn_registry_new (NULL);
  g_setenv ("DNN_PLUGIN_PATH", kept, TRUE);
}

static DnnModelFile *
open_model (Fixture *self)
{
  GError *error = NULL;
  DnnModelFile *file;

  dnn_registry_allow_missing (self->registry);
  file = dnn_model_file_load (self->registry, self->path, &error);
  g_assert_no_error (error);
  return file;
}

static void
test_refused (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("To run, a model needs all its plugins");

  fixture_init (&f, "dense units=4 ! prelu ! dense units=3");

  g_assert_null (dnn_model_file_load (f.registry, f.path, &error));

  dnn_assert_error (error, DNN_ERROR_NAME, f.path);
  dnn_assert_error (error, DNN_ERROR_NAME,
                    "layer or activation plugin 'prelu'");
  dnn_assert_error (error, DNN_ERROR_NAME, f.folder->path);
}

static void
test_layer (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL;
  const DnnWeight *alpha, *kernel;

  g_test_summary ("To be looked at it does not: its weights are the file's");

  fixture_init (&f, "dense units=4 ! prelu ! dense units=3");
  file = open_model (&f);

  g_assert_cmpuint (dnn_model_n_layers (file->model), ==, 3);
  g_assert_false (dnn_model_layer (file->model, 0)->shapeless);
  g_assert_cmpstr (dnn_model_layer (file->model, 1)->missing, ==,
                   "layer or activation 'prelu'");
  g_assert_null (dnn_model_layer (file->model, 2)->missing);
  g_assert_true (dnn_model_layer (file->model, 2)->shapeless);
  alpha = dnn_model_find_weight (file->model, "prelu/alpha");
  kernel = dnn_model_find_weight (file->model, "dense_1/kernel");
  g_assert_cmpint (dnn_count (&alpha->tensor), ==, 4);
  g_assert_cmpint (dnn_count (&kernel->tensor), ==, 12);
  g_assert_cmpmem (kernel->tensor.data, dnn_weight_bytes (kernel),
                   dnn_safetensors_find (file->file, "dense_1/kernel")->data,
                   48);
}

static void
test_saved (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL, again = NULL;
  g_autoptr (DnnRegistry) all = dnn_registry_new (NULL);
  DnnModelParts parts = { 0 };
  GError *error = NULL;

  g_test_summary ("Written again, it loses nothing");

  fixture_init (&f, "dense units=4 ! prelu shared_axes=1 ! dense units=3");
  file = open_model (&f);
  parts.model = file->model;

  dnn_model_file_save (&parts, f.path, &error);
  g_assert_no_error (error);
  again = dnn_model_file_load (all, f.path, &error);

  g_assert_no_error (error);
  g_assert_null (dnn_model_missing (again->model));
}

static void
test_shapes_known (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL;
  g_autofree char *missing = NULL;

  g_test_summary ("Where only an activation or an initializer is missing, "
                  "all shapes are known");

  fixture_init (&f, "dense units=4 activation=tanh ! batch_normalization ! "
                    "dense units=3 kernel_initializer=he_normal");
  file = open_model (&f);
  missing = dnn_model_missing (file->model);

  g_assert_cmpint (dnn_model_output_shape (file->model).dims[0], ==, 3);
  g_assert_cmpstr (missing, ==,
                   "activation 'tanh' of 'dense', the initializer of "
                   "'dense_1/kernel'");
}

static void
test_parametrization (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL;
  g_autofree char *missing = NULL;

  g_test_summary (
      "Weights of a parametrization that is missing are there to be "
      "looked at; so are constrained ones");

  fixture_init (&f, "dense units=4 kernel_parametrization=lora(rank=2) ! "
                    "dense units=3 kernel_constraint=non_neg");
  file = open_model (&f);
  missing = dnn_model_missing (file->model);

  g_assert_cmpstr (missing, ==,
                   "parametrization 'lora' of 'dense/kernel', constraint "
                   "'non_neg' of 'dense_1/kernel'");
  g_assert_nonnull (dnn_model_find_weight (file->model, "dense/kernel.lora_b"));
}

static void
test_cannot_run (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  const DnnPlanOptions options = { .batch = 2 };

  g_test_summary ("A model that was only to be looked at says so when it is "
                  "run or initialized");

  fixture_init (&f, "dense units=4 ! prelu ! dense units=3");
  file = open_model (&f);

  g_assert_null (dnn_plan_new (file->model, pool, &options, &error));
  dnn_assert_error (error, DNN_ERROR_NAME,
                    "install layer or activation 'prelu' of 'prelu'");
  g_clear_error (&error);
  g_assert_false (dnn_model_initialize (file->model, 1, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, f.folder->path);
}

static void
test_graph (void)
{
  g_auto (Fixture) f = { 0 };
  GError *error = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("What does not come behind a missing layer has its shape, "
                  "and any output of a missing one may be named");

  fixture_init (&f, "dense units=4");
  dnn_registry_allow_missing (f.registry);
  model = make (f.registry,
                "dense units=4 name=a ! acme.split name=s input=a ! "
                "dense units=4 name=b input=a ! add input=b,s:1",
                &error);
  g_assert_no_error (error);
  text = dnn_summary (model, 0, false);

  g_assert_false (dnn_model_find_layer (model, "b")->shapeless);
  g_assert_true (dnn_model_find_layer (model, "add")->shapeless);
  g_assert_nonnull (strstr (text, "│ s (acme.split) MISSING "));
  g_assert_nonnull (
      strstr (text, " Missing: layer or activation 'acme.split' of 's' ("));
}

static void
test_other_faults (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wrong parameter is wrong all the same");

  fixture_init (&f, "dense units=4");
  dnn_registry_allow_missing (f.registry);

  g_assert_null (make (f.registry, "dense unit=4", &error));

  dnn_assert_error (error, DNN_ERROR_NAME, "did you mean 'units'");
}

static void
test_broken (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (DnnModelFile) file = NULL;

  g_test_summary ("A plugin that is refused is as if it were not there");

  fixture_init (&f, "dense units=4 ! prelu");
  g_free (dnn_folder_write (f.folder, "layers/prelu.so", "no", 2));
  file = open_model (&f);

  g_assert_nonnull (dnn_model_layer (file->model, 1)->missing);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/missing/refused", test_refused);
  g_test_add_func ("/missing/layer", test_layer);
  g_test_add_func ("/missing/saved", test_saved);
  g_test_add_func ("/missing/shapes-known", test_shapes_known);
  g_test_add_func ("/missing/parametrization", test_parametrization);
  g_test_add_func ("/missing/cannot-run", test_cannot_run);
  g_test_add_func ("/missing/graph", test_graph);
  g_test_add_func ("/missing/other-faults", test_other_faults);
  g_test_add_func ("/missing/broken", test_broken);

  return g_test_run ();
}
