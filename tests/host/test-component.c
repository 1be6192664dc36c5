/* test-component.c - specs become plugins with filled structs */
#include "dnn-assert.h"
#include "dnn-component.h"
#include "dnn-param.h"

static DnnComponent *
make (DnnKind kind, const char *text, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_component_parse (registry, kind, text, error);
}

static double
value (const DnnComponent *self, const char *name, uint64_t step)
{
  return dnn_component_value_at (self, dnn_param_find (self->code, name), step,
                                 (DnnLength){ 0 });
}

typedef struct {
  const char *name;
  DnnKind kind;
  const char *text;
  const char *param;
  double expect;
} Good;

static const Good goods[] = {
  { "default", DNN_KIND_LOSS, "huber", "delta", 1 },
  { "given", DNN_KIND_LOSS, "huber(delta=0.7)", "delta", 0.7 },
  { "alias", DNN_KIND_ACTIVATION, "leaky_relu(negative_slope=0.2)", "alpha",
    0.2 },
  { "of-the-base", DNN_KIND_INITIALIZER, "he_normal", "scale", 2 },
  { "over-the-base", DNN_KIND_INITIALIZER, "he_normal(scale=3)", "scale", 3 },
  { "schedule", DNN_KIND_OPTIMIZER, "sgd(learning_rate=constant(value=0.5))",
    "learning_rate", 0.5 },
  { "schedule-of-the-default", DNN_KIND_OPTIMIZER,
    "sgd(learning_rate=constant)", "learning_rate", 0.01 },
  { "infinite", DNN_KIND_ACTIVATION, "relu(max_value=6)", "max_value", 6 },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) component = make (row->kind, row->text, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (value (component, row->param, 0), ==, row->expect);
  g_assert_cmpfloat (value (component, row->param, 1000), ==, row->expect);
}

typedef struct {
  const char *name;
  DnnKind kind;
  const char *text;
  int code;
  const char *piece;
} Bad;

static const Bad bads[] = {
  { "syntax", DNN_KIND_LOSS, "huber(", DNN_ERROR_PARAM, "must be a name" },
  { "plugin", DNN_KIND_LOSS, "hubert", DNN_ERROR_NAME, "did you mean 'huber'" },
  { "key", DNN_KIND_LOSS, "huber(detla=1)", DNN_ERROR_NAME,
    "huber: there is no parameter 'detla'; did you mean 'delta'?" },
  { "no-keys", DNN_KIND_ACTIVATION, "tanh(alpha=1)", DNN_ERROR_NAME,
    "tanh: there is no parameter 'alpha'" },
  { "value", DNN_KIND_LOSS, "huber(delta=x)", DNN_ERROR_PARAM,
    "huber: delta must be a number" },
  { "required", DNN_KIND_LAYER, "dense", DNN_ERROR_PARAM,
    "dense: units must be given (" },
  { "twice-by-alias", DNN_KIND_ACTIVATION,
    "leaky_relu(alpha=0.1, negative_slope=0.2)", DNN_ERROR_PARAM,
    "leaky_relu: 'negative_slope'" },
  { "schedule", DNN_KIND_OPTIMIZER, "sgd(learning_rate=constnt(value=1))",
    DNN_ERROR_NAME,
    "learning_rate must be a number or a schedule: there is no schedule" },
  { "schedule-value", DNN_KIND_OPTIMIZER,
    "sgd(learning_rate=exponential_decay)", DNN_ERROR_PARAM,
    "learning_rate must be a number or a schedule: exponential_decay: "
    "decay_rate must be given" },
  { "not-schedulable", DNN_KIND_LOSS, "huber(delta=constant(value=1))",
    DNN_ERROR_PARAM, "not 'constant(value=1)'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (make (row->kind, row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

static void
test_host_keys (void)
{
  static const char *const keys[] = { "activation", "*_initializer", NULL };
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (
      "dense(units=2, activation=relu, kernel_initializer=ones)",
      (DnnPlace){ 0 }, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) dense =
      dnn_component_new (registry, DNN_KIND_LAYER, spec, keys, &error);

  g_test_summary ("The host's keys are set aside, the plugin's are set");

  g_assert_no_error (error);
  g_assert_cmpuint (dense->host_args->args->len, ==, 2);
  g_assert_cmpstr (dnn_spec_find (dense->host_args, "activation")->value, ==,
                   "relu");
  g_assert_null (dnn_spec_find (dense->host_args, "units"));
  g_assert_cmpuint (dense->spec->args->len, ==, 3);
}

static void
test_base_keeps_name (void)
{
  g_autoptr (DnnComponent) he = make (DNN_KIND_INITIALIZER, "he_normal", NULL);

  g_assert_cmpstr (he->plugin->title, ==, "HeNormal");
  g_assert_cmpstr (he->code->name, ==, "variance_scaling");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (goods); i++)
    dnn_add_row ("/component/takes", goods[i].name, &goods[i], test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/component/refuses", bads[i].name, &bads[i], test_bad);
  g_test_add_func ("/component/host-keys", test_host_keys);
  g_test_add_func ("/component/base-keeps-name", test_base_keeps_name);

  return g_test_run ();
}
