/* test-golden-schedules.c - rates at steps 0 to 60, as Keras (or float64, for
 * what it has not: build-aux/golden) computed them */
#include "dnn-test.h"

#include "dnn-schedule.h"

#include <math.h>

static void
test_case (JsonObject *golden)
{
  g_autoptr (DnnSpec) spec = dnn_golden_spec (golden);
  g_autofree char *text = dnn_spec_to_string (spec);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSchedule) schedule =
      dnn_schedule_parse (dnn_test_registry (), text, NAN, &error);
  JsonArray *rates = json_object_get_array_member (golden, "learning_rate");

  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (rates); i++) {
    const double rate = json_array_get_double_element (rates, i);

    /* Keras computes in float32; rates as small as 0.001 are compared. */
    g_assert_cmpfloat_with_epsilon (
        dnn_schedule_value (schedule, i, (DnnLength){ 0 }), rate,
        2e-6 * rate + 1e-9);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("schedules", DNN_KIND_SCHEDULE, test_case);
  dnn_test_add_golden ("more-schedules", DNN_KIND_SCHEDULE, test_case);

  return g_test_run ();
}
