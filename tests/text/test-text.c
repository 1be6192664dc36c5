/* test-text.c - words set in lines, and numbers */
#include "dnn-text.h"

#include <string.h>

static void
test_fill (void)
{
  g_autoptr (GString) text = g_string_new ("  ");
  g_autofree char *words = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("Lines break at blanks, hang, and are 80 characters wide");

  words = g_strnfill (200, 'x');
  for (size_t i = 9; i < 200; i += 10)
    words[i] = ' ';

  dnn_text_fill (text, words, 4);

  lines = g_strsplit (text->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpuint (strlen (lines[0]), ==, 71);
  g_assert_cmpuint (strlen (lines[1]), ==, 73);
  g_assert_true (g_str_has_prefix (lines[1], "    x"));
}

static void
test_long_word (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *word = g_strnfill (90, 'x');
  g_autofree char *words = g_strconcat ("a ", word, " b", NULL);
  g_autofree char *expected = g_strconcat ("a\n  ", word, "\n  b\n", NULL);

  g_test_summary ("A word wider than a line stays whole");

  dnn_text_fill (text, words, 2);

  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_characters (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (NULL);

  g_test_summary ("Characters count, not bytes");

  for (int i = 0; i < 40; i++)
    g_string_append (words, i > 0 ? " ü" : "ü");

  dnn_text_fill (text, words->str, 0);

  g_assert_null (strchr (text->str, '\n')[1] != '\0' ? "more lines" : NULL);
}

static void
test_row (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("A label that is too long has a line of its own");

  dnn_text_row (text, "ab", "words", 6);
  dnn_text_row (text, "abcd", "words", 6);

  g_assert_cmpstr (text->str, ==, "  ab  words\n  abcd\n      words\n");
}

static void
test_numbers (void)
{
  static const struct {
    int64_t n;
    const char *count, *bytes;
  } rows[] = {
    { 0, "0", "0.00 B" },
    { 999, "999", "999.00 B" },
    { 1000, "1,000", "1000.00 B" },
    { 1023, "1,023", "1023.00 B" },
    { 1024, "1,024", "1.00 KB" },
    { 8672, "8,672", "8.47 KB" },
    { 1048576, "1,048,576", "1.00 MB" },
    { 2156504, "2,156,504", "2.06 MB" },
    { INT64_C (1) << 40, "1,099,511,627,776", "1.00 TB" },
  };

  g_test_summary ("Commas between thousands; sizes in steps of 1024");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *count = dnn_format_count (rows[i].n);
    g_autofree char *bytes = dnn_format_bytes ((double) rows[i].n);

    g_assert_cmpstr (count, ==, rows[i].count);
    g_assert_cmpstr (bytes, ==, rows[i].bytes);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/text/fill", test_fill);
  g_test_add_func ("/text/long-word", test_long_word);
  g_test_add_func ("/text/characters", test_characters);
  g_test_add_func ("/text/row", test_row);
  g_test_add_func ("/text/numbers", test_numbers);

  return g_test_run ();
}
