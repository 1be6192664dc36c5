/* test-all-words.c - every plugin there is tells people what it is */
#include "dnn-test.h"

#include "dnn-inspect.h"
#include "dnn-kind.h"

typedef struct {
  DnnKind kind;
  char *name; /* (owned) */
} Which;

static void
which_free (gpointer data)
{
  Which *which = data;

  g_free (which->name);
  g_free (which);
}

static DnnInspection *
inspect (const Which *which)
{
  GError *error = NULL;
  DnnInspection *inspection =
      dnn_inspect (dnn_test_registry (), which->kind, which->name, &error);

  g_assert_no_error (error);
  return inspection;
}

static void
test_descriptor (const void *data)
{
  g_autoptr (DnnInspection) inspection = inspect (data);
  const DnnPlugin *plugin = inspection->plugin;

  g_test_summary ("It has a title, a version, a summary and a reference");

  g_assert_cmpstr (plugin->name, ==, ((const Which *) data)->name);
  g_assert_cmpstr (plugin->title, !=, "");
  g_assert_cmpstr (plugin->version, !=, "");
  g_assert_cmpstr (plugin->summary, !=, "");
  g_assert_cmpstr (plugin->reference, !=, "");
}

static bool
is_number (const DnnParam *param)
{
  return param->type == DNN_PARAM_INT || param->type == DNN_PARAM_FLOAT ||
         param->type == DNN_PARAM_INTS || param->type == DNN_PARAM_FLOATS;
}

static void
test_parameters (const void *data)
{
  g_autoptr (DnnInspection) inspection = inspect (data);

  g_test_summary ("Each parameter says what it is for; a number also its unit "
                  "and its range");

  for (uint32_t i = 0; i < inspection->code->n_params; i++) {
    const DnnParam *param = dnn_param_at (inspection->code, i);

    if (param->help == NULL || *param->help == '\0')
      g_test_fail_printf ("%s has no help", param->name);
    if (is_number (param) && (param->unit == NULL || *param->unit == '\0'))
      g_test_fail_printf ("%s has no unit", param->name);
    if (is_number (param) && !(param->min < param->max))
      g_test_fail_printf ("%s has no range", param->name);
  }
}

static void
test_example (const void *data)
{
  g_autoptr (DnnInspection) inspection = inspect (data);

  g_test_summary ("Its example works");

  g_assert_cmpstr (inspection->problem, ==, NULL);
  g_assert_nonnull (inspection->example);
}

static void
add_plugin (DnnKind kind, const char *name)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {
    { "descriptor", test_descriptor },
    { "parameters", test_parameters },
    { "example", test_example },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf (
        "/all-words/%s/%s/%s", dnn_kind_name (kind), name, tests[i].name);
    Which *which = g_new0 (Which, 1);

    which->kind = kind;
    which->name = g_strdup (name);
    g_test_add_data_func_full (path, which, tests[i].test, which_free);
  }
}

/* Layers to schedules, regularizers, constraints and parametrizations. */
enum { KINDS_OF_OURS = 10 };

int
main (int argc, char *argv[])
{
  unsigned n_kinds = 0;

  g_test_init (&argc, &argv, NULL);

  for (int kind = 1; kind <= (int) dnn_kind_count (); kind++) {
    g_auto (GStrv) names =
        dnn_registry_names (dnn_test_registry (), (DnnKind) kind);

    n_kinds += names[0] != NULL;
    for (size_t i = 0; names[i] != NULL; i++)
      add_plugin ((DnnKind) kind, names[i]);
  }
  /* All but those that no plugin of ours has yet. */
  g_assert_cmpuint (n_kinds, >=, KINDS_OF_OURS);

  return g_test_run ();
}
