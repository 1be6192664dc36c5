/* test-data-tables.c - a section [data] of tables, archives, and limits
 *
 * The tests run in a folder with flowers.csv, 4 rows of two classes; other
 * tables beside it; and both.npz, with x (4 x 2) and y.
 */
#include "dnn-assert.h"
#include "dnn-data.h"
#include "dnn-folder.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>

static const struct {
  const char *name;
  const char *text;
} files[] = {
  { "flowers.csv", "id,wide,kind,long\n1,5,iris,7\n2,6,aster,8\n3,9,iris,1\n"
                   "4,2,aster,3\n" },
  { "moved.csv", "kind,long,wide,id\niris,1,2,9\n" },
  { "renamed.csv", "kind,long,width,id\niris,1,2,9\n" },
  { "strange.csv", "id,wide,kind,long\n1,5,rose,7\n" },
  { "x.csv", "wide,long\n5,7\n6,8\n9,1\n2,3\n" },
  { "y.csv", "kind\niris\naster\niris\naster\n" },
  { "numbers.dat", "1,2\n3,4\n" },
  { "holes.csv", "wide,long,kind\n1,,0\n2,3,1\n" },
};

static void
write_files (void)
{
  float big[1000] = { 0 };

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_true (
        g_file_set_contents (files[i].name, files[i].text, -1, NULL));
  dnn_test_write_npy ("big.npy", big, DNN_SHAPE (1000, 1));
  dnn_test_write_idx ("big.idx.gz", (const uint8_t *) big, DNN_SHAPE (1000));
}

/* "5 7:1 ...": inputs and target of each row. */
static char *
rows_of (const DnnData *data, const DnnSplit *split)
{
  GString *text = g_string_new (NULL);

  for (int64_t i = 0; split != NULL && i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    const int64_t n = dnn_array_row_size (dnn_split_input (split)->array);
    float x[8], y;

    dnn_array_to_float (dnn_split_input (split)->array, row * n, n, x);
    for (int64_t j = 0; j < n; j++)
      g_string_append_printf (text, "%s%g", j > 0 ? " " : "", (double) x[j]);
    dnn_data_targets (data, split, &row, 1, &y);
    g_string_append_printf (text, ":%g;", (double) y);
  }
  return g_string_free (text, FALSE);
}

/* --- what is read -------------------------------------------------------- */

#define FLOWERS "target = kind\nignore_columns = id\ninputs = flowers.csv\n"
#define ALL     "5 7:1;6 8:0;9 1:1;2 3:0;"

typedef struct {
  const char *name;
  const char *lines;
  const char *train, *validation;
  const char *classes; /* NULL: none */
} Good;

static const Good good[] = {
  { "one-table", FLOWERS, ALL, "", "aster iris" },
  { "named-twice", FLOWERS "targets = flowers.csv", ALL, "", "aster iris" },
  { "two-tables", "inputs = x.csv\ntargets = y.csv", ALL, "", "aster iris" },
  { "split", FLOWERS "validation_split = 0.25", "5 7:1;6 8:0;9 1:1;", "2 3:0;",
    "aster iris" },
  { "validation-by-name", FLOWERS "validation_inputs = moved.csv", ALL,
    "2 1:1;", "aster iris" },
  { "class-names", FLOWERS "class_names = iris,aster",
    "5 7:0;6 8:1;9 1:0;2 3:1;", "", "iris aster" },
  { "keep-classes", FLOWERS "keep_classes = 1", "5 7:0;9 1:0;", "", "iris" },
  { "format", "inputs = numbers.dat\nformat = csv", "1:2;3:4;", "", NULL },
  { "skip", "inputs = holes.csv\nmissing = skip", "2 3:1;", "", NULL },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) loaded = dnn_test_load (row->lines, &error);
  g_autofree char *train = NULL, *validation = NULL, *classes = NULL;

  g_assert_no_error (error);
  train = rows_of (loaded, loaded->train);
  validation = rows_of (loaded, loaded->validation);
  if (loaded->preprocess->class_names != NULL)
    classes = g_strjoinv (" ", loaded->preprocess->class_names);

  g_assert_cmpstr (train, ==, row->train);
  g_assert_cmpstr (validation, ==, row->validation);
  g_assert_cmpstr (classes, ==, row->classes);
}

static void
test_archive (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("DNN_TEST_DATA"),
                                            "golden/numpy/unnamed.npz", NULL);
  g_autofree char *lines =
      g_strdup_printf ("inputs = %s\ntrain_limit = 1", path);
  g_autofree char *members =
      g_strdup_printf ("inputs = %s:arr_0\ntargets = %s:arr_1", path, path);
  g_autoptr (DnnData) whole = dnn_test_load_good (lines);
  g_autoptr (DnnData) named = dnn_test_load_good (members);
  g_autofree char *first = rows_of (whole, whole->train);
  g_autofree char *all = rows_of (named, named->train);

  g_test_summary ("An .npz may hold both, in NumPy's order or by name");

  g_assert_cmpstr (first, ==, "0 1 2:4;");
  g_assert_cmpstr (all, ==, "0 1 2:4;3 100 -7:5;");
}

static void
test_like (void)
{
  char *columns[] = { "long", "wide", NULL };
  char *classes[] = { "iris", "rose", NULL };
  g_autoptr (DnnPreprocess) like = dnn_preprocess_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = NULL;
  g_autofree char *rows = NULL;

  g_test_summary ("A trained model finds its columns and classes by name");

  like->columns = g_strdupv (columns);
  like->class_names = g_strdupv (classes);
  data = dnn_test_load_like (
      "inputs = strange.csv\ntarget = kind\nignore_columns = id", like, &error);
  g_assert_no_error (error);
  rows = rows_of (data, data->train);
  g_assert_cmpstr (rows, ==, "7 5:1;");
}

static void
test_inputs (void)
{
  const char *const paths[] = { "flowers.csv", "x.csv" };
  g_autoptr (DnnExperiment) e =
      dnn_experiment_parse ("run.dnn", "[data]\n" FLOWERS, NULL);
  char *columns[] = { "wide", "long", NULL };
  const DnnPreprocess by_name = { .columns = columns };

  g_test_summary ("To predict, a table may have its target or not");

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnSource) inputs = dnn_data_load_inputs (
        paths[i], dnn_experiment_find (e, "data"), &by_name, 2, &error);
    float x[8];

    g_assert_no_error (error);
    dnn_source_read (inputs, 0, 4, x);
    g_assert_cmpfloat (x[0], ==, 5);
    g_assert_cmpfloat (x[7], ==, 3);
  }
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  int code;
  const char *message;
} Bad;

static const Bad bad[] = {
  { "unknown-class", FLOWERS "test_inputs = strange.csv", DNN_ERROR_DATA,
    "strange.csv:2: column 3 ('kind'): there is no class 'rose'; there are "
    "'aster' and 'iris'" },
  { "renamed", FLOWERS "test_inputs = renamed.csv", DNN_ERROR_NAME,
    "renamed.csv: there is no column 'wide'; did you mean 'width'" },
  { "skip-in-two", "inputs = x.csv\ntargets = y.csv\nmissing = skip",
    DNN_ERROR_PARAM,
    "run.dnn:1: x.csv: 'missing = skip' needs inputs and targets in one" },
  { "hole", "inputs = holes.csv", DNN_ERROR_DATA,
    "holes.csv:2: column 2 ('long'): the cell is empty" },
  { "unknown-suffix", "inputs = numbers.dat\ntargets = numbers.dat",
    DNN_ERROR_FORMAT, "numbers.dat: starts with the byte '0x31'" },
  { "csv-as-npz", "inputs = x.csv\nformat = npz", DNN_ERROR_FORMAT,
    "x.csv: starts with" },
  { "npy-as-csv", "inputs = big.npy\nformat = csv", DNN_ERROR_FORMAT,
    "big.npy: format says 'csv', and this file is npy" },
  { "limit-word", FLOWERS "memory_limit = much", DNN_ERROR_PARAM,
    "run.dnn:1: [data] memory_limit must be a number of bytes, as 300M" },
  { "limit-unit", FLOWERS "memory_limit = 3T", DNN_ERROR_PARAM, "'3T'" },
  { "limit-zero", FLOWERS "memory_limit = 0", DNN_ERROR_PARAM, "'0'" },
  { "limit-overflow", FLOWERS "memory_limit = 9000000000G", DNN_ERROR_PARAM,
    "'9000000000G'" },
  { "limit-of-table", FLOWERS "memory_limit = 64", DNN_ERROR_DATA,
    "flowers.csv: takes '48' bytes of memory, more than half" },
  { "limit-of-packed",
    "inputs = big.npy\ntargets = big.idx.gz\nmemory_limit = 1K", DNN_ERROR_DATA,
    "big.npy: takes '1000' bytes of memory, more than half" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_load (row->lines, &error));

  dnn_assert_error (error, row->code, row->message);
}

static void
test_mapped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_load (
      "inputs = big.npy\ntargets = big.npy\nmemory_limit = 1K", &error);
  float x;

  g_test_summary ("A mapped file may be larger than the limit");

  g_assert_no_error (error);
  g_assert_cmpuint (
      dnn_array_resident_size (dnn_split_input (data->train)->array), ==, 0);
  dnn_array_release (dnn_split_input (data->train)->array);
  dnn_array_to_float (dnn_split_input (data->train)->array, 999, 1, &x);
  g_assert_cmpfloat (x, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_files ();

  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    dnn_add_row ("/data-tables/good", good[i].name, &good[i], test_good);
  g_test_add_func ("/data-tables/archive", test_archive);
  g_test_add_func ("/data-tables/like", test_like);
  g_test_add_func ("/data-tables/inputs", test_inputs);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/data-tables/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/data-tables/mapped", test_mapped);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
