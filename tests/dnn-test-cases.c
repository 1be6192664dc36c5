/* dnn-test-cases.c - test paths from tables: checks and golden files */
#include "dnn-test.h"

#include <string.h>

/* --- checks -------------------------------------------------------------- */

typedef struct {
  DnnKind kind;
  char *spec;       /* (owned) */
  DnnShape *inputs; /* (owned) */
  uint32_t n_inputs;
  const char *check;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_free (check->spec);
  g_free (check->inputs);
  g_free (check);
}

static void
run_check (const void *data)
{
  const Check *check = data;
  const DnnCheckSubject subject = {
    .registry = dnn_test_registry (),
    .kind = check->kind,
    .spec = check->spec,
    .inputs = check->inputs,
    .n_inputs = check->n_inputs,
    .seed = 1,
  };
  GError *error = NULL;
  g_autoptr (DnnCheckReport) report =
      dnn_check_run (&subject, check->check, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < report->failures->len; i++)
    g_test_message ("%s: %s", check->spec,
                    (char *) g_ptr_array_index (report->failures, i));
  if (report->n_compared > 0)
    g_test_message ("%u slopes, off by %.2g at most (%s)", report->n_compared,
                    report->worst,
                    report->worst_at != NULL ? report->worst_at : "-");
  dnn_check_report_passes (report, check->spec, &error);
  g_assert_no_error (error);
}

/* "3x4-3x4", by which cases of the same spec differ. */
static char *
sizes_of (const DnnShape *shapes, uint32_t n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < shapes[i].n_dims; j++)
      g_string_append_printf (text, "%s%d",
                              j > 0   ? "x"
                              : i > 0 ? "-"
                                      : "",
                              (int) shapes[i].dims[j]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

DnnExample *
dnn_test_example (DnnKind kind, const char *name)
{
  GError *error = NULL;
  const DnnPlugin *plugin =
      dnn_registry_find (dnn_test_registry (), kind, name, &error);
  DnnExample *example;

  g_assert_no_error (error);
  example = dnn_example_new (dnn_test_registry (), plugin, 5, &error);
  g_assert_no_error (error);
  return example;
}

char *
dnn_test_chain (const char *text)
{
  GError *error = NULL;
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, &error);
  g_autoptr (GString) chain = g_string_new (NULL);

  g_assert_no_error (error);
  g_string_append (chain, spec->name);
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    g_string_append_printf (chain, " %s=%s", arg->key, arg->value);
  }
  return g_string_free (g_steal_pointer (&chain), FALSE);
}

void
dnn_test_add_checks (const char *prefix, DnnKind kind, const char *spec,
                     const DnnShape *inputs, uint32_t n_inputs)
{
  const char *name;

  for (size_t i = 0; (name = dnn_check_name (kind, i)) != NULL; i++) {
    g_autofree char *sizes = sizes_of (inputs, n_inputs);
    g_autofree char *path =
        g_strdup_printf ("/%s/%s/%s/%s", prefix, spec, sizes, name);
    Check *check = g_new0 (Check, 1);

    check->kind = kind;
    check->spec = g_strdup (spec);
    check->inputs = g_memdup2 (inputs, n_inputs * sizeof *inputs);
    check->n_inputs = n_inputs;
    check->check = name;
    g_test_add_data_func_full (path, check, run_check, check_free);
  }
}

/* --- golden files -------------------------------------------------------- */

typedef struct {
  JsonObject *golden; /* (owned) */
  DnnKind kind;
  DnnGoldenTest test;
} Golden;

static void
golden_free (gpointer data)
{
  Golden *golden = data;

  json_object_unref (golden->golden);
  g_free (golden);
}

static void
run_golden (const void *data)
{
  const Golden *golden = data;
  const char *name = json_object_get_string_member (golden->golden, "name");
  g_autofree char *missing = g_strdup_printf ("there is no plugin '%s'", name);

  if (golden->kind == 0 ||
      dnn_registry_has (dnn_test_registry (), golden->kind, name))
    golden->test (golden->golden);
  else
    g_test_skip (missing);
}

static JsonArray *
load (const char *file, JsonParser *parser)
{
  g_autofree char *base = g_strconcat (file, ".json", NULL);
  g_autofree char *path = NULL;
  GError *error = NULL;

  g_assert_nonnull (g_getenv ("DNN_TEST_DATA"));
  path = g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", base, NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_get_array_member (
      json_node_get_object (json_parser_get_root (parser)), "cases");
}

void
dnn_test_add_golden (const char *file, DnnKind kind, DnnGoldenTest test)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = load (file, parser);

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *object = json_array_get_object_element (cases, i);
    g_autofree char *path =
        g_strdup_printf ("/golden/%s/%u-%s", file, i,
                         json_object_get_string_member (object, "name"));
    Golden *golden = g_new0 (Golden, 1);

    *golden = (Golden){ json_object_ref (object), kind, test };
    g_test_add_data_func_full (path, golden, run_golden, golden_free);
  }
}

/* A value as a chain writes it. */
static void
append_value (GString *text, JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++) {
      g_string_append (text, i > 0 ? "," : "");
      append_value (text, json_array_get_element (array, i));
    }
  } else if (json_node_get_value_type (node) == G_TYPE_STRING) {
    g_string_append (text, json_node_get_string (node));
  } else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
    g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
  } else {
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append (text, g_ascii_dtostr (number, sizeof number,
                                           json_node_get_double (node)));
  }
}

char *
dnn_golden_params (JsonObject *golden)
{
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (json_object_has_member (golden, "params")) {
    json_object_iter_init_ordered (
        &iter, json_object_get_object_member (golden, "params"));
    while (json_object_iter_next_ordered (&iter, &key, &value)) {
      g_string_append_printf (text, "%s%s=", text->len > 0 ? " " : "", key);
      append_value (text, value);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

DnnSpec *
dnn_golden_spec (JsonObject *golden)
{
  g_autofree char *params = dnn_golden_params (golden);
  g_autofree char *text = g_strconcat (
      json_object_get_string_member (golden, "name"), " ", params, NULL);
  GError *error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (text, (DnnPlace){ 0 }, &error);

  g_assert_no_error (error);
  return dnn_spec_copy (g_ptr_array_index (specs, 0));
}

DnnComponent *
dnn_golden_component (JsonObject *golden, DnnKind kind)
{
  g_autoptr (DnnSpec) spec = dnn_golden_spec (golden);
  GError *error = NULL;
  DnnComponent *component =
      dnn_component_new (dnn_test_registry (), kind, spec, NULL, &error);

  g_assert_no_error (error);
  return component;
}

DnnShape
dnn_golden_shape (JsonObject *array)
{
  JsonArray *sizes = json_object_get_array_member (array, "shape");
  DnnShape shape = { .n_dims = json_array_get_length (sizes) };

  for (uint32_t i = 0; i < shape.n_dims; i++)
    shape.dims[i] = json_array_get_int_element (sizes, i);
  return shape;
}

float *
dnn_golden_numbers (JsonObject *array, size_t *ret_n)
{
  JsonArray *data = json_object_get_array_member (array, "data");
  const guint n = json_array_get_length (data);
  float *numbers = g_new0 (float, n + 1);

  for (guint i = 0; i < n; i++)
    numbers[i] = (float) json_array_get_double_element (data, i);
  *ret_n = n;
  return numbers;
}
