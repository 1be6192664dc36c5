/* test-inspect.c - the description of a plugin */
#include "dnn-assert.h"
#include "dnn-inspect.h"
#include "dnn-param.h"

static DnnInspection *
inspect (DnnKind kind, const char *name)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  GError *error = NULL;
  DnnInspection *inspection = dnn_inspect (registry, kind, name, &error);

  g_assert_no_error (error);
  return inspection;
}

typedef struct {
  const char *row;
  DnnKind kind;
  const char *name;
  const char *param;
  const char *expect;
} Default;

static const Default defaults[] = {
  { "own", DNN_KIND_OPTIMIZER, "sgd", "learning_rate", "0.01" },
  { "required", DNN_KIND_LAYER, "dense", "units", NULL },
  { "of-the-base", DNN_KIND_OPTIMIZER, "adamw", "beta_1", "0.9" },
  { "over-the-base", DNN_KIND_INITIALIZER, "he_normal", "scale", "2" },
  { "of-the-host", DNN_KIND_OPTIMIZER, "adam", "weight_decay", "0" },
  { "over-the-host", DNN_KIND_OPTIMIZER, "adamw", "weight_decay", "0.004" },
};

static void
test_default (const void *data)
{
  const Default *row = data;
  g_autoptr (DnnInspection) inspection = inspect (row->kind, row->name);
  const DnnParam *param = dnn_param_find (inspection->code, row->param);

  if (param == NULL)
    param = dnn_param_find (dnn_inspection_keys (inspection), row->param);

  g_assert_cmpstr (dnn_inspection_default (inspection, param), ==, row->expect);
}

static void
test_layer (void)
{
  g_autoptr (DnnInspection) dense = inspect (DNN_KIND_LAYER, "dense");
  const DnnDeclared *kernel = &dense->built->weights.at[0];

  g_test_summary ("A layer's example is built");

  g_assert_null (dense->problem);
  g_assert_cmpstr (dense->example->spec, ==, "dense(units=3)");
  g_assert_cmpstr (kernel->name, ==, "kernel");
  g_assert_cmpfloat (kernel->fan_in, ==, 4);
  g_assert_cmpint (dense->built->outputs.at[0].shape.dims[1], ==, 3);
}

static void
test_keys (void)
{
  g_autoptr (DnnInspection) layer = inspect (DNN_KIND_LAYER, "dense");
  g_autoptr (DnnInspection) loss = inspect (DNN_KIND_LOSS, "huber");

  g_test_summary ("Keys of the host are told where the kind has any");

  g_assert_nonnull (dnn_param_find (dnn_inspection_keys (layer), "trainable"));
  g_assert_null (dnn_inspection_keys (loss));
}

static void
test_kinds (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  DnnKind kinds[8];

  g_test_summary ("The kinds that have a plugin of one name");

  g_assert_cmpuint (dnn_inspect_kinds (registry, "constant", kinds), ==, 2);
  g_assert_cmpuint (kinds[0], ==, DNN_KIND_INITIALIZER);
  g_assert_cmpuint (kinds[1], ==, DNN_KIND_SCHEDULE);
  g_assert_cmpuint (dnn_inspect_kinds (registry, "none", kinds), ==, 0);
}

static void
test_problem (void)
{
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_BAD_PLUGINS"));
  GError *error = NULL;
  g_autoptr (DnnInspection) inspection =
      dnn_inspect (registry, DNN_KIND_ACTIVATION, "no_example", &error);
  g_autofree char *text = NULL;

  g_test_summary ("An example that does not work is told, not an error");

  g_assert_no_error (error);
  text = dnn_inspection_to_text (inspection);

  g_assert_nonnull (strstr (inspection->problem, "slope must be given"));
  g_assert_nonnull (strstr (text, "\n  Problem "));
}

static void
test_unknown (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_inspect (registry, DNN_KIND_LAYER, "desne", &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "did you mean 'dense'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (defaults); i++)
    dnn_add_row ("/inspect/default", defaults[i].row, &defaults[i],
                 test_default);
  g_test_add_func ("/inspect/layer", test_layer);
  g_test_add_func ("/inspect/keys", test_keys);
  g_test_add_func ("/inspect/kinds", test_kinds);
  g_test_add_func ("/inspect/problem", test_problem);
  g_test_add_func ("/inspect/unknown", test_unknown);

  return g_test_run ();
}
