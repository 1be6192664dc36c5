/* test-simd.c - what DNN_SIMD may ask for */
#include "dnn-error.h"
#include "dnn-simd.h"

static void
test_names (void)
{
  g_test_summary ("Every set that the CPU has can be asked for");

  for (int simd = DNN_SIMD_PLAIN; simd <= (int) dnn_simd_of_cpu (); simd++) {
    GError *error = NULL;

    g_setenv ("DNN_SIMD", dnn_simd_name ((DnnSimd) simd), TRUE);
    g_assert_true (dnn_simd_check (&error));
    g_assert_no_error (error);
  }
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A set that is none is refused by name");

  g_setenv ("DNN_SIMD", "sse", TRUE);

  g_assert_false (dnn_simd_check (&error));
  g_assert_error (error, DNN_ERROR, DNN_ERROR_USAGE);
  g_assert_cmpstr (error->message, ==,
                   "DNN_SIMD must be plain, avx2 or avx512, not 'sse'");
}

static void
test_lesser (void)
{
  g_test_summary ("The set that is asked for is the one that is used");

  g_setenv ("DNN_SIMD", "plain", TRUE);

  g_assert_cmpint (dnn_simd (), ==, DNN_SIMD_PLAIN);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/simd/lesser", test_lesser);
  g_test_add_func ("/simd/names", test_names);
  g_test_add_func ("/simd/unknown", test_unknown);

  return g_test_run ();
}
