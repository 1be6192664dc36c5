/* test-csv.c - tables as people write them, and what is wrong with some */
#include "dnn-assert.h"
#include "dnn-csv.h"

#include <string.h>

/* A table row: a whole file, what is asked of it, and what comes of it:
 * "columns|inputs by row|targets|classes". */
typedef struct {
  const char *label;
  const char *text;
  DnnCsvOptions options;
  const char *result;
} Good;

static const char *const abc[] = { "c", "a", NULL };
static const char *const words[] = { "no", "yes", NULL };

static const Good good[] = {
  { "plain", "1,2,3\n4,5,6\n", { 0 }, "|1 2;4 5|3;6|" },
  { "header", "a,b,y\n1,2,3\n", { 0 }, "a b|1 2|3|" },
  { "header-over-words",
    "a,b,y\n1,2,cat\n3,4,ant\n",
    { 0 },
    "a b|1 2;3 4|1;0|ant cat" },
  { "numbers-above-a-word",
    "1,2,cat\n3,4,ant\n",
    { 0 },
    "|1 2;3 4|1;0|ant cat" },
  { "header-of-pixels",
    "label,0,1\n7,1,2\n",
    { .target = "label" },
    "0 1|1 2|7|" },
  { "header-told",
    "0,1,2\n7,1,2\n",
    { .header = DNN_CSV_HEADER_TRUE },
    "0 1|7 1|2|" },
  { "no-header-told",
    "1,x\n2,y\n",
    { .header = DNN_CSV_HEADER_FALSE },
    "|1;2|0;1|x y" },
  { "no-last-line-end", "1,2\n3,4", { 0 }, "|1;3|2;4|" },
  { "crlf", "a,y\r\n1,2\r\n", { 0 }, "a|1|2|" },
  { "cr", "a,y\r1,2\r3,4", { 0 }, "a|1;3|2;4|" },
  { "byte-order-mark",
    "\xef\xbb\xbf"
    "1,2\n",
    { 0 },
    "|1|2|" },
  { "semicolons", "a;y\n1,5;2\n-2,25;3\n", { 0 }, "a|1.5;-2.25|2;3|" },
  { "semicolons-points", "1.5;2\n", { 0 }, "|1.5|2|" },
  { "tabs", "a\ty\n1\t2\n", { 0 }, "a|1|2|" },
  { "said-separator", "sep=|\na|y\n1|2\n", { 0 }, "a|1|2|" },
  { "blanks", " a , y \n 1 ,\t2 \n", { 0 }, "a|1|2|" },
  { "empty-lines", "\na,y\n\n1,2\n\n\n3,4\n\n", { 0 }, "a|1;3|2;4|" },
  { "empty-rows", "a,y\n1,2\n,\n ,\t\n", { 0 }, "a|1|2|" },
  { "quotes", "\"a\",\"y\"\n\"1\",\"2\"\n", { 0 }, "a|1|2|" },
  { "quoted-separator", "\"a,b\",y\n1,2\n", { 0 }, "a,b|1|2|" },
  { "quoted-quote", "\"a\"\"b\",y\n1,2\n", { 0 }, "a\"b|1|2|" },
  { "quoted-line-end", "\"a\r\nb\",y\n1,2\n", { 0 }, "a  b|1|2|" },
  { "quote-within", "5\",y\n1,2\n", { 0 }, "5\"|1|2|" },
  { "numbers", "-1.5e3,+2,.5,5.,0\n", { 0 }, "|-1500 2 0.5 5|0|" },
  { "long-number",
    "3.14159265358979323846264338327950288,1\n",
    { 0 },
    "|3.14159274|1|" },
  { "booleans", "a,y\nTRUE,false\nfalse,true\n", { 0 }, "a|1;0|0;1|" },
  { "target-by-name", "y,a,b\n1,2,3\n", { .target = "y" }, "a b|2 3|1|" },
  { "target-by-number", "1,2,3\n", { .target = "2" }, "|1 3|2|" },
  { "targets",
    "a,y,b,z\n1,2,3,4\n5,6,7,8\n",
    { .target = "z, y" },
    "a b|1 3;5 7|2 4;6 8|" },
  { "ignored", "name,a,y\nbob,1,2\n", { .ignore = "name" }, "a|1|2|" },
  { "ignored-last", "a,y,note\n1,2,hm\n", { .ignore = "note" }, "a|1|2|" },
  { "row-numbers", ",a,y\n0,1,2\n1,3,4\n", { 0 }, "a|1;3|2;4|" },
  { "skip",
    "a,y\n1,2\n,3\nNA,4\n5,?\n7,8\n",
    { .missing = DNN_CSV_MISSING_SKIP },
    "a|1;7|2;8|" },
  { "empty-if-ignored", "a,b,y\n1,,2\n", { .ignore = "b" }, "a|1|2|" },
  { "inputs", "a,b\n1,2\n", { .part = DNN_CSV_INPUTS }, "a b|1 2||" },
  { "inputs-without-target",
    "a,y\n1,cat\n",
    { .part = DNN_CSV_INPUTS, .target = "y" },
    "a|1||" },
  { "targets-alone",
    "id,y\n7,cat\n8,ant\n",
    { .part = DNN_CSV_TARGETS },
    "||1;0|ant cat" },
  { "columns-by-name",
    "b,a,y,c\n1,2,3,4\n",
    { .columns = abc, .target = "y" },
    "c a|4 2|3|" },
  { "columns-of-last-target",
    "y,c,b,a\n1,2,3,4\n",
    { .columns = abc },
    "c a|2 4|3|" },
  { "columns-without-header", "1,2,3\n", { .columns = abc }, "|1 2|3|" },
  { "classes-known",
    "1,yes\n2,yes\n",
    { .classes = words },
    "|1;2|1;1|no yes" },
  { "classes-unused", "1,1\n2,0\n", { .classes = words }, "|1;2|1;0|" },
  { "class-with-blank",
    "1,Ankle boot\n2,Bag\n",
    { 0 },
    "|1;2|0;1|Ankle boot Bag" },
  { "class-with-comma", "1,\"a,b\"\n2,c (d)\n", { 0 }, "|1;2|0;1|a,b c (d)" },
  { "old-letters", "1,caf\xe9\n2,bar\n", { 0 }, "|1;2|1;0|bar caf\xc3\xa9" },
  { "header-only", "a,y\n", { 0 }, "a|||" },
};

static void
append_rows (GString *text, const DnnArray *array)
{
  const int64_t n = array != NULL ? dnn_array_row_size (array) : 0;

  for (int64_t i = 0; array != NULL && i < array->shape.dims[0]; i++)
    for (int64_t j = 0; j < n; j++) {
      float x;

      dnn_array_to_float (array, i * n + j, 1, &x);
      g_string_append_printf (text, "%s%.9g",
                              j > 0   ? " "
                              : i > 0 ? ";"
                                      : "",
                              (double) x);
    }
  g_string_append_c (text, '|');
}

static void
append_names (GString *text, char **names, const char *after)
{
  g_autofree char *all = names != NULL ? g_strjoinv (" ", names) : NULL;

  g_string_append_printf (text, "%s%s", all != NULL ? all : "", after);
}

/* On the heap, where a read past its end is seen. */
static GBytes *
make_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GBytes) bytes = make_bytes (row->text);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCsv) csv =
      dnn_csv_parse ("a.csv", bytes, &row->options, &error);

  g_assert_no_error (error);
  append_names (text, csv->columns, "|");
  append_rows (text, csv->inputs);
  append_rows (text, csv->targets);
  append_names (text, csv->classes, "");
  g_assert_cmpstr (text->str, ==, row->result);
}

static void
test_shapes (void)
{
  g_autoptr (GBytes) bytes = make_bytes ("1,2,3\n4,5,6\n7,,9\n");
  const DnnCsvOptions one = { .missing = DNN_CSV_MISSING_SKIP };
  const DnnCsvOptions several = { .missing = DNN_CSV_MISSING_SKIP,
                                  .target = "2,3" };
  g_autoptr (DnnCsv) a = dnn_csv_parse ("a.csv", bytes, &one, NULL);
  g_autoptr (DnnCsv) b = dnn_csv_parse ("a.csv", bytes, &several, NULL);

  g_test_summary ("One target is a number a row, several are a row of them");

  g_assert_cmpint (a->n_skipped, ==, 1);
  g_assert_cmpuint (a->inputs->shape.n_dims, ==, 2);
  g_assert_cmpint (a->inputs->shape.dims[0], ==, 2);
  g_assert_cmpint (a->inputs->shape.dims[1], ==, 2);
  g_assert_cmpuint (a->targets->shape.n_dims, ==, 1);
  g_assert_cmpuint (b->targets->shape.n_dims, ==, 2);
  g_assert_cmpint (b->targets->shape.dims[1], ==, 2);
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
  const char *label;
  const char *text;
  DnnCsvOptions options;
  int code;
  const char *message;
} Bad;

static const Bad bad[] = {
  { "empty", "", { 0 }, DNN_ERROR_FORMAT, "a.csv: is empty" },
  { "only-line-ends", "\n\r\n", { 0 }, DNN_ERROR_FORMAT, "a.csv: is empty" },
  { "utf-16",
    "\xff\xfe"
    "1",
    { 0 },
    DNN_ERROR_FORMAT,
    "a.csv:1: is UTF-16, '\\xff\\xfe'; save it as CSV in UTF-8" },
  { "ragged-short",
    "a,y\n1,2\n3\n",
    { 0 },
    DNN_ERROR_FORMAT,
    "a.csv:3: has '1' cells, and the first line has 2" },
  { "ragged-long",
    "1,2\n\n3,4,5\n",
    { 0 },
    DNN_ERROR_FORMAT,
    "a.csv:3: has '3' cells, and the first line has 2" },
  { "open-quote",
    "1,2\n3,\"4\n",
    { 0 },
    DNN_ERROR_FORMAT,
    "a.csv:2: a cell begins with '\"' and has no '\"' at its end" },
  { "after-quote",
    "1,\"2\"3\n",
    { 0 },
    DNN_ERROR_FORMAT,
    "a.csv:1: a quoted cell goes on after its '\"'" },
  { "word",
    "a,b,y\n1,2,3\n4,5 kg,6\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 2 ('b'): '5 kg' is no number; 'ignore_columns "
    "= b'" },
  { "words",
    "a,b,c,y\nx,z,1,2\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:2: column 1 ('a'): 'x' is no number; 'ignore_columns = "
    "a, b'" },
  { "word-without-header",
    "1,2\nx,3\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:2: column 1: 'x' is no number; 'ignore_columns = 1'" },
  { "line-after-quoted",
    "\"a\nb\",y\nx,2\n3,4\n",
    { .header = DNN_CSV_HEADER_TRUE },
    DNN_ERROR_DATA,
    "a.csv:3: column 1" },
  { "thousands",
    "a,y\n\"1,23\",2\n",
    { .header = DNN_CSV_HEADER_TRUE },
    DNN_ERROR_DATA,
    "'1,23' is no number" },
  { "two-marks",
    "a;y\n1,5;2\n1.5;3\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 1 ('a'): '1.5' is no number" },
  { "infinite",
    "a,y\ninf,2\n",
    { .header = DNN_CSV_HEADER_TRUE },
    DNN_ERROR_DATA,
    "'inf' is no number" },
  { "too-large",
    "1,2\n1e39,2\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:2: column 1: '1e39' is beyond float32 (3.4e38); 'ignore_columns" },
  { "one-column-of-blanks",
    "a b y\n1 2 3\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:1: 'a b y' is one column: there is no ',', ';' or tab" },
  { "hexadecimal", "1,2\n0x10,2\n", { 0 }, DNN_ERROR_DATA, "'0x10' is no" },
  { "missing",
    "a,y\n1,2\n,3\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 1 ('a'): the cell is empty (''); 'missing = "
    "skip'" },
  { "missing-na",
    "a,y\n1,2\n#N/A,3\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 1 ('a'): the cell is empty ('#N/A')" },
  { "missing-target",
    "a,y\n1,cat\n2,\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 2 ('y'): the cell is empty" },
  { "empty-line-in-column",
    "y\n1\n\n2\n",
    { .part = DNN_CSV_TARGETS },
    DNN_ERROR_DATA,
    "a.csv:4: the line above is empty" },
  { "number-then-word",
    "a,y\n1,2\n3,n.a.\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 2 ('y'): 'n.a.' is no number, and line 2 has "
    "one" },
  { "word-then-number",
    "a,y\n1,cat\n3,4\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv:3: column 2 ('y'): '4' is a number, and rows above have "
    "words" },
  { "words-in-targets",
    "a,y,z\n1,2,x\n",
    { .target = "y,z" },
    DNN_ERROR_DATA,
    "a.csv:2: column 3 ('z'): 'x' is no number" },
  { "class-with-line-end",
    "1,\"a\nb\"\n",
    { 0 },
    DNN_ERROR_DATA,
    "must have no line end in its name" },
  { "unknown-class",
    "a,y\n1,yes\n2,perhaps\n",
    { .classes = words },
    DNN_ERROR_DATA,
    "a.csv:3: column 2 ('y'): there is no class 'perhaps'" },
  { "unknown-target",
    "a,y\n1,2\n",
    { .target = "Y" },
    DNN_ERROR_NAME,
    "a.csv: there is no column 'Y'; did you mean" },
  { "target-number",
    "1,2\n",
    { .target = "3" },
    DNN_ERROR_NAME,
    "a.csv: there is no column '3'; without a header, columns are "
    "1 to 2" },
  { "unknown-ignored",
    "a,y\n1,2\n",
    { .ignore = "b" },
    DNN_ERROR_NAME,
    "a.csv: there is no column 'b'" },
  { "no-inputs",
    "y\n1\n2\n",
    { 0 },
    DNN_ERROR_DATA,
    "a.csv: of its '1' columns none is left for the inputs" },
  { "no-targets",
    "a\n1\n",
    { .part = DNN_CSV_TARGETS, .ignore = "a" },
    DNN_ERROR_DATA,
    "a.csv: of its '1' columns none is left for the target" },
  { "column-gone",
    "a,b,y\n1,2,3\n",
    { .columns = abc },
    DNN_ERROR_NAME,
    "a.csv: there is no column 'c'" },
  { "column-is-target",
    "a,c\n1,2\n",
    { .columns = abc, .target = "c" },
    DNN_ERROR_DATA,
    "a.csv: column 'c' is an input of the training rows" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GBytes) bytes = make_bytes (row->text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCsv) csv =
      dnn_csv_parse ("a.csv", bytes, &row->options, &error);

  g_assert_null (csv);
  dnn_assert_error (error, row->code, row->message);
  g_assert_true (g_str_has_prefix (error->message, "a.csv:"));
}

static void
test_zero_byte (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("1,\0\n", 4);
  const DnnCsvOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A zero byte is no text");

  g_assert_null (dnn_csv_parse ("a.csv", bytes, &options, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "a.csv:1: has a zero byte, '\\0'");
}

static void
test_many_words (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  const DnnCsvOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A column of ever new words is no target");

  for (int i = 0; i <= 10000; i++)
    g_string_append_printf (text, "%d,name%d\n", i, i);
  bytes = make_bytes (text->str);

  g_assert_null (dnn_csv_parse ("a.csv", bytes, &options, &error));

  dnn_assert_error (error, DNN_ERROR_DATA,
                    "a.csv:10001: column 2: the target has more than '10000'");
}

static void
test_cut (void)
{
  const char *text = "a;\"b \"\"c\"\"\";y\r\n1,5;2;\"ant\"\r\n-3;1e2;bee";
  const DnnCsvOptions options = { 0 };

  g_test_summary ("A table cut anywhere is read or refused, within its bytes");

  for (size_t n = 0; n <= strlen (text); n++) {
    g_autoptr (GBytes) bytes = g_bytes_new (text, n);
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnCsv) csv = dnn_csv_parse ("a.csv", bytes, &options, &error);

    g_assert_true ((csv == NULL) == (error != NULL));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    dnn_add_row ("/csv/good", good[i].label, &good[i], test_good);
  g_test_add_func ("/csv/shapes", test_shapes);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/csv/bad", bad[i].label, &bad[i], test_bad);
  g_test_add_func ("/csv/zero-byte", test_zero_byte);
  g_test_add_func ("/csv/many-words", test_many_words);
  g_test_add_func ("/csv/cut", test_cut);

  return g_test_run ();
}
