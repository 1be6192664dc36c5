/* test-csv-kinds.c - columns of words, dates and numbers as people write them
 */
#include "dnn-assert.h"
#include "dnn-csv-values.h"
#include "dnn-csv.h"

#include <math.h>
#include <string.h>

/* --- cells --------------------------------------------------------------- */

typedef struct {
  const char *text;
  double value; /* NAN: it is none */
} Cell;

/* Days are those of Python's datetime.date.toordinal, less 719163. */
static const Cell dates[] = {
  { "1970-01-01", 0 },
  { "1970/01/02", 1 },
  { "31.12.1969", -1 },
  { "2000-02-29", 11016 },
  { "2024-03-01", 19783 },
  { "0001-01-01", -719162 },
  { "2020-01-01 12:00", 18262.5 },
  { "2020-01-01T06:00:00Z", 18262.25 },
  { "2020-01-01T06:00:00+06:00", 18262 },
  { "2020-01-01 00:00:00.5", 18262 + 0.5 / 86400 },
  { "18:00", 0.75 },
  { "1900-02-29", NAN },
  { "2020-13-01", NAN },
  { "2020-01-01x", NAN },
  { "2020-01-01 ", NAN },
  { "2020-1-1", NAN },
  { "01/02/2020", NAN },
  { "24:00", NAN },
  { "2020", NAN },
  { "", NAN },
};

static const Cell thousands[] = {
  { "1,234", 1234 },   { "-12,345,678.5", -12345678.5 },
  { "1,23", NAN },     { "1234,567", NAN },
  { ",123", NAN },     { "1,234.5.6", NAN },
  { "1234", NAN },     { "1,234x", NAN },
  { "1,234,56", NAN }, { "", NAN },
};

static void
check_cells (const Cell *cells, size_t n,
             bool (*parse) (const char *, size_t, double *))
{
  for (size_t i = 0; i < n; i++) {
    double value = 0;
    const bool ok = parse (cells[i].text, strlen (cells[i].text), &value);

    g_test_message ("'%s'", cells[i].text);
    g_assert_cmpint (ok, ==, !isnan (cells[i].value));
    if (ok)
      g_assert_cmpfloat (value, ==, cells[i].value);
  }
}

static void
test_dates (void)
{
  g_test_summary ("A date is the days since 1970, or it is none");
  check_cells (dates, G_N_ELEMENTS (dates), dnn_csv_parse_date);
}

static void
test_thousands (void)
{
  g_test_summary ("Commas part thousands, or it is no number");
  check_cells (thousands, G_N_ELEMENTS (thousands), dnn_csv_parse_thousands);
}

/* --- columns ------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *text;
  DnnCsvOptions options;
  const char *kinds;  /* "": numbers that float32 holds */
  const char *values; /* of all inputs; words as their texts' codes, "w" */
} Good;

#define AUTO .categories = "auto"

static const Good good[] = {
  { "numbers", "a,b,y\n1,2.5,0\n3,4,1\n", { AUTO }, "", "1 2.5 3 4" },
  { "words", "a,b,y\n1,red,0\n2,blue,1\n", { AUTO }, "nw", "1 w 2 w" },
  { "yes", "a,y\nyes,0\nNo,1\n", { AUTO }, "", "1 0" },
  { "yes-and-others", "a,y\nyes,0\nmaybe,1\n", { AUTO }, "w", "w w" },
  { "percent", "a,y\n10%,0\n2.5 %,1\n", { AUTO }, "", "0.1 0.025" },
  { "thousands", "a,y\n\"1,234\",0\n5,1\n", { AUTO }, "", "1234 5" },
  { "dates", "a,y\n1970-01-02,0\n1970-01-03,1\n", { AUTO }, "d", "1 2" },
  { "listed",
    "zip,y\n10115,0\n20095,1\n",
    { .categories = "zip" },
    "w",
    "w w" },
  { "filled",
    "a,b,y\n1,,0\n,x,1\n3,x,\n",
    { AUTO, .missing = DNN_CSV_MISSING_FILL },
    "nw",
    "1 nan nan w" },
  { "large-integers",
    "a,y\n16777217,0\n16777218,1\n",
    { AUTO },
    "n",
    "16777217 16777218" },
  { "offset",
    "a,y\n100000000.1,0\n100000000.2,1\n",
    { AUTO },
    "n",
    "100000000.1 100000000.2" },
  { "given", "a,y\n7,0\n8,1\n", { .kinds = "w" }, "w", "w w" },
};

/* All inputs, a code for each word. */
static char *
values_of (const DnnCsv *csv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const int64_t n = csv->inputs->row;

  for (int64_t i = 0; i < csv->inputs->shape.dims[0]; i++) {
    double x[8];

    dnn_array_rows_to_double (csv->inputs, &i, 1, x);
    for (int64_t j = 0; j < n; j++) {
      g_string_append (text, text->len > 0 ? " " : "");
      if (csv->kinds != NULL && csv->kinds[j] == DNN_CSV_WORDS && !isnan (x[j]))
        g_string_append_c (text, 'w');
      else
        g_string_append_printf (text, csv->kinds != NULL ? "%.12g" : "%g",
                                x[j]);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GBytes) bytes = g_bytes_new (row->text, strlen (row->text));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCsv) csv =
      dnn_csv_parse ("a.csv", bytes, &row->options, &error);
  g_autofree char *values = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (csv->kinds != NULL ? csv->kinds : "", ==, row->kinds);
  values = values_of (csv);
  g_assert_cmpstr (values, ==, row->values);
}

static void
test_codes (void)
{
  static const char text[] = "a,y\nred,0\n blue ,1\nred,0\n";
  const DnnCsvOptions options = { AUTO };
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (DnnCsv) csv = dnn_csv_parse ("a.csv", bytes, &options, NULL);
  const int64_t rows[] = { 0, 1, 2 };
  char **words = g_ptr_array_index (csv->words, 0);
  double x[3];

  g_test_summary ("A word has one code in every file, and is listed");
  dnn_array_rows_to_double (csv->inputs, rows, 3, x);
  g_assert_cmpfloat (x[0], ==, dnn_csv_word_code ("red"));
  g_assert_cmpfloat (x[1], ==, dnn_csv_word_code ("blue"));
  g_assert_cmpfloat (x[2], ==, x[0]);
  g_assert_cmpstr (words[0], ==, "blue");
  g_assert_cmpstr (words[1], ==, "red");
  g_assert_null (words[2]);
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *text;
  DnnCsvOptions options;
  DnnErrorCode code;
  const char *message;
} Bad;

static const Bad bad[] = {
  { "mixed",
    "a,y\n1,0\nmany,1\n",
    { AUTO },
    DNN_ERROR_DATA,
    "a.csv:3: column 1 ('a'): 'many' is no number, and line 2 has one" },
  { "decimal-comma",
    "a\ty\n1,5\t0\n2,5\t1\n",
    { AUTO },
    DNN_ERROR_DATA,
    "a.csv:2: column 1 ('a'): '1,5' is no number as it is written" },
  { "ambiguous-date",
    "a,y\n01/02/2020,0\n03/04/2020,1\n",
    { AUTO },
    DNN_ERROR_DATA,
    "'01/02/2020' is no number as it is written" },
  { "date-and-number",
    "a,y\n2020-01-01,0\n5,1\n",
    { AUTO },
    DNN_ERROR_DATA,
    "a.csv:3: column 1 ('a'): has a number" },
  { "not-listed",
    "a,b,y\nx,red,0\nz,blue,1\n",
    { .categories = "a" },
    DNN_ERROR_DATA,
    "column 2 ('b'): 'red' is no number" },
  { "unknown-listed",
    "a,y\nx,0\n",
    { .categories = "c" },
    DNN_ERROR_NAME,
    "there is no column 'c'" },
  { "word-of-numbers",
    "a,y\nx,0\n",
    { .kinds = "n" },
    DNN_ERROR_DATA,
    "a.csv:2: column 1 ('a'): 'x' is no number" },
  { "word-of-dates",
    "a,y\nx,0\n",
    { .kinds = "d" },
    DNN_ERROR_DATA,
    "a.csv:2: column 1 ('a'): 'x' is no date" },
  { "two-of-a-name",
    "a,a,y\n1,2,3\n",
    { AUTO },
    DNN_ERROR_DATA,
    "a.csv:1: two columns are named 'a'" },
  { "weight",
    "a,w,y\n1,-2,3\n",
    { .extras = { [DNN_CSV_WEIGHT] = "w" }, .reads_extras = true },
    DNN_ERROR_DATA,
    "a.csv:2: column 2 ('w'): '-2' is no weight" },
  { "time",
    "a,t,y\n1,soon,3\n",
    { .extras = { [DNN_CSV_TIME] = "t" }, .ignore = "t", .reads_extras = true },
    DNN_ERROR_DATA,
    "a.csv:2: column 2 ('t'): 'soon' is no time" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GBytes) bytes = g_bytes_new (row->text, strlen (row->text));
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_csv_parse ("a.csv", bytes, &row->options, &error));
  dnn_assert_error (error, row->code, row->message);
}

static void
test_ignored_double (void)
{
  static const char text[] = "a,a,y\n1,2,3\n";
  const DnnCsvOptions options = { .ignore = "2", AUTO };
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCsv) csv = dnn_csv_parse ("a.csv", bytes, &options, &error);

  g_test_summary ("One of two columns of a name may be left out by its number");
  g_assert_no_error (error);
  g_assert_cmpint (csv->inputs->row, ==, 1);
}

static void
test_unfit (void)
{
  g_autoptr (GString) text = g_string_new ("id,name,mix,a,y\n");
  const DnnCsvOptions options = { AUTO };
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) unfit = NULL;

  g_test_summary ("Row numbers, names of rows and mixed columns are no inputs");
  for (int i = 0; i < 20; i++)
    g_string_append_printf (text, "%d,n%d,%s,%d.5,%d\n", i + 1, i,
                            i % 2 ? "none" : "4", i * i, i % 2);
  bytes = g_bytes_new (text->str, text->len);
  unfit = dnn_csv_find_unfit ("a.csv", bytes, &options, NULL);
  g_assert_cmpuint (g_strv_length (unfit), ==, 6);
  g_assert_cmpstr (unfit[0], ==, "id");
  g_assert_cmpstr (unfit[2], ==, "name");
  g_assert_cmpstr (unfit[4], ==, "mix");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/csv-kinds/dates", test_dates);
  g_test_add_func ("/csv-kinds/thousands", test_thousands);
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    dnn_add_row ("/csv-kinds/good", good[i].name, &good[i], test_good);
  g_test_add_func ("/csv-kinds/codes", test_codes);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/csv-kinds/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/csv-kinds/ignored-double", test_ignored_double);
  g_test_add_func ("/csv-kinds/unfit", test_unfit);
  return g_test_run ();
}
