/* test-example.c - the example in a descriptor becomes a spec and shapes */
#include "dnn-assert.h"
#include "dnn-example.h"

typedef struct {
  const char *name;
  DnnKind kind;
  const char *example, *inputs;
  const char *spec;
  uint32_t n_inputs;
  DnnShape shapes[2];
} Good;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

static const Good goods[] = {
  { "nothing-said", DNN_KIND_LAYER, NULL, NULL, "probe", 1, { SHAPE (5, 4) } },
  { "words",
    DNN_KIND_LAYER,
    "units=3 shape=2,-1",
    "4, 3",
    "probe(units=3, shape='2,-1')",
    1,
    { SHAPE (5, 4, 3) } },
  { "two-inputs",
    DNN_KIND_LAYER,
    NULL,
    "4,3; 3",
    "probe",
    2,
    { SHAPE (5, 4, 3), SHAPE (5, 3) } },
  { "one-number", DNN_KIND_LAYER, NULL, "", "probe", 1, { SHAPE (5) } },
  { "number-a-sample",
    DNN_KIND_LOSS,
    NULL,
    "4;",
    "probe",
    2,
    { SHAPE (5, 4), SHAPE (5) } },
  { "loss",
    DNN_KIND_LOSS,
    NULL,
    NULL,
    "probe",
    2,
    { SHAPE (5, 4), SHAPE (5, 4) } },
  { "metric",
    DNN_KIND_METRIC,
    NULL,
    NULL,
    "probe",
    2,
    { SHAPE (5, 4), SHAPE (5, 4) } },
  { "no-inputs", DNN_KIND_OPTIMIZER, NULL, NULL, "probe", 0, { { 0 } } },
};

static DnnExample *
make (const DnnPlugin *plugin, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_example_new (registry, plugin, 5, error);
}

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  const DnnPlugin plugin = {
    .kind = row->kind,
    .name = "probe",
    .example = row->example,
    .example_inputs = row->inputs,
  };
  GError *error = NULL;
  g_autoptr (DnnExample) example = make (&plugin, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (example->spec, ==, row->spec);
  g_assert_cmpuint (example->n_inputs, ==, row->n_inputs);
  for (uint32_t i = 0; i < row->n_inputs; i++)
    g_assert_cmpmem (&example->inputs[i], sizeof (DnnShape), &row->shapes[i],
                     sizeof (DnnShape));
}

typedef struct {
  const char *name;
  const char *example, *inputs;
  const char *message;
} Bad;

static const Bad bads[] = {
  { "word", "units", NULL, "probe: its example: " },
  { "size", NULL, "4,x", "a size must be" },
  { "zero", NULL, "0", "a size must be" },
  { "sizes", NULL, "1,1,1,1,1,1,1,1", "has 8 sizes, and 7 are the most" },
  { "shapes", NULL, "1;1;1;1;1;1;1;1;1", "has 9 shapes, and 8 are the most" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  const DnnPlugin plugin = {
    .kind = DNN_KIND_LAYER,
    .name = "probe",
    .example = row->example,
    .example_inputs = row->inputs,
  };
  g_autoptr (GError) error = NULL;

  g_assert_null (make (&plugin, &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, row->message);
}

static void
test_base (void)
{
  const DnnPlugin bare = {
    .kind = DNN_KIND_LAYER,
    .name = "probe",
    .base = "dense",
  };
  const DnnPlugin with_defaults = {
    .kind = DNN_KIND_LAYER,
    .name = "probe",
    .base = "dense",
    .defaults = "units=7",
  };
  g_autoptr (DnnExample) of_base = make (&bare, NULL);
  g_autoptr (DnnExample) own = make (&with_defaults, NULL);

  g_test_summary ("What a plugin does not say, its base says");

  g_assert_cmpstr (of_base->spec, ==, "probe(units=3)");
  g_assert_cmpstr (own->spec, ==, "probe");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (goods); i++)
    dnn_add_row ("/example/good", goods[i].name, &goods[i], test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/example/bad", bads[i].name, &bads[i], test_bad);
  g_test_add_func ("/example/base", test_base);

  return g_test_run ();
}
