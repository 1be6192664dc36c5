/* test-golden-schedules.c - rates at steps 0 to 60, as Keras computed them */
#include "dnn-test.h"

static void
test_case (JsonObject *golden)
{
  g_autoptr (DnnComponent) schedule =
      dnn_golden_component (golden, DNN_KIND_SCHEDULE);
  const DnnScheduleOps *ops = schedule->code->ops;
  JsonArray *rates = json_object_get_array_member (golden, "learning_rate");

  for (guint i = 0; i < json_array_get_length (rates); i++) {
    const double rate = json_array_get_double_element (rates, i);

    /* Keras computes in float32; rates as small as 0.001 are compared. */
    g_assert_cmpfloat_with_epsilon (ops->value (schedule->self, i), rate,
                                    2e-6 * rate + 1e-9);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("schedules", DNN_KIND_SCHEDULE, test_case);

  return g_test_run ();
}
