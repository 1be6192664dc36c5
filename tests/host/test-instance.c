/* test-instance.c - a plugin and its filled struct */
#include "dnn-assert.h"
#include "dnn-instance.h"
#include "dnn-param.h"

static DnnInstance *
make (DnnKind kind, const char *text)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, NULL);
  g_autoptr (GError) error = NULL;
  DnnInstance *self = dnn_instance_new (registry, kind, spec, &error);

  g_assert_no_error (error);
  return self;
}

static double
value (const DnnInstance *self, const char *name)
{
  return dnn_param_get_number (dnn_param_find (self->code, name), self->self);
}

static void
test_fill (void)
{
  g_autoptr (DnnInstance) he = make (DNN_KIND_INITIALIZER, "he_normal");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A struct is zero, and then has its plugin's defaults");

  g_assert_cmpfloat (value (he, "scale"), ==, 0);

  g_assert_true (dnn_instance_fill (he, NULL, NULL, NULL, &error));

  g_assert_no_error (error);
  g_assert_cmpfloat (value (he, "scale"), ==, 2);
}

static void
test_no_schedule (void)
{
  g_autoptr (DnnInstance) sgd =
      make (DNN_KIND_OPTIMIZER, "sgd(learning_rate=cosine_decay)");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A schedule is refused: an instance has numbers only");

  g_assert_false (dnn_instance_fill (sgd, NULL, NULL, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM,
                    "sgd: learning_rate must be a number");
}

/* Writes 3 and counts. */
static bool
set_three (const DnnInstance *self, const DnnParam *param, const char *text,
           void *data, GError **error)
{
  (void) text;
  (void) error;
  ++*(int *) data;
  dnn_param_set_number (param, self->self, 3);
  return true;
}

static void
test_setter (void)
{
  g_autoptr (DnnInstance) huber = make (DNN_KIND_LOSS, "huber(delta=0.7)");
  g_autoptr (GError) error = NULL;
  int n = 0;

  g_test_summary ("A setter writes the values that are written out");

  g_assert_true (dnn_instance_fill (huber, NULL, set_three, &n, &error));

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpfloat (value (huber, "delta"), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/instance/fill", test_fill);
  g_test_add_func ("/instance/no-schedule", test_no_schedule);
  g_test_add_func ("/instance/setter", test_setter);
  return g_test_run ();
}
