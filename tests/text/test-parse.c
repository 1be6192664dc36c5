/* test-parse.c - text to numbers and lists */
#include "dnn-assert.h"
#include "dnn-parse.h"

#include <math.h>

static void
test_bytes (void)
{
  static const struct {
    const char *text;
    int64_t n;
  } rows[] = {
    { "1", 1 },
    { "300M", INT64_C (300) << 20 },
    { "2k", 2048 },
    { "8589934591G", INT64_C (8589934591) << 30 },
  };
  static const char *const bad[] = { "",   "0",    "-1K", "M", "8589934592G",
                                     "1T", "1.5G", " 1" };

  g_test_summary ("Bytes take K, M or G, and fit in 64 bits");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    int64_t n = 0;

    g_assert_true (dnn_parse_bytes (rows[i].text, &n, NULL));
    g_assert_cmpint (n, ==, rows[i].n);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    int64_t n = 3;

    g_assert_false (dnn_parse_bytes (bad[i], &n, &error));
    dnn_assert_error (error, DNN_ERROR_PARAM, "must be a number of bytes");
    g_assert_cmpint (n, ==, 3);
  }
}

static void
test_ranges (void)
{
  static const struct {
    double min, max;
    const char *piece;
  } rows[] = {
    { 0, 1, "must be a number from 0 to 1, not '7e9'" },
    { -INFINITY, 1, "must be a number of at most 1, not '7e9'" },
    { 1e10, INFINITY, "must be a number of at least 1e+10, not '7e9'" },
  };

  g_test_summary ("The sentence says the range: closed, half open or none");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    double value = 3;

    g_assert_false (
        dnn_parse_float ("7e9", rows[i].min, rows[i].max, &value, &error));
    dnn_assert_error (error, DNN_ERROR_PARAM, rows[i].piece);
    g_assert_cmpfloat (value, ==, 3);
  }
}

static void
test_commas (void)
{
  g_auto (GStrv) pieces = dnn_split_commas (" a(b=1, c), 'd,e' ,[f,g],");

  g_test_summary ("Commas in brackets and quotes split nothing");

  g_assert_cmpuint (g_strv_length (pieces), ==, 4);
  g_assert_cmpstr (pieces[0], ==, "a(b=1, c)");
  g_assert_cmpstr (pieces[1], ==, "'d,e'");
  g_assert_cmpstr (pieces[2], ==, "[f,g]");
  g_assert_cmpstr (pieces[3], ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parse/bytes", test_bytes);
  g_test_add_func ("/parse/ranges", test_ranges);
  g_test_add_func ("/parse/commas", test_commas);
  return g_test_run ();
}
