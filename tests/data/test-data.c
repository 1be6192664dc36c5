/* test-data.c - splits, labels, and what is wrong with a section [data]
 *
 * The tests run in a folder with x.npy, 10 rows of 2 numbers (row i is i and
 * -i), y.npy with the labels 0 1 2 3 4 0 1 2 3 4, and a few other files.
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>
#include <math.h>

enum { N = 10 };

static void
write_files (void)
{
  float x[2 * N], y[N], wide[4 * N] = { 0 };
  uint8_t bytes[N];

  for (int i = 0; i < N; i++) {
    x[2 * i] = (float) i;
    x[2 * i + 1] = (float) -i;
    y[i] = (float) (i % 5);
    bytes[i] = (uint8_t) (i % 5);
  }
  dnn_test_write_npy ("x.npy", x, DNN_SHAPE (N, 2));
  dnn_test_write_npy ("y.npy", y, DNN_SHAPE (N));
  dnn_test_write_npy ("x4.npy", x + 2, DNN_SHAPE (4, 2));
  dnn_test_write_npy ("y4.npy", y + 1, DNN_SHAPE (4));
  dnn_test_write_npy ("wide.npy", wide, DNN_SHAPE (N, 4));
  dnn_test_write_npy ("none.npy", wide, DNN_SHAPE (0, 2));
  dnn_test_write_idx ("y.idx", bytes, DNN_SHAPE (N));
  x[7] = NAN;
  dnn_test_write_npy ("x-nan.npy", x, DNN_SHAPE (N, 2));
  y[4] = NAN;
  dnn_test_write_npy ("y-nan.npy", y, DNN_SHAPE (N));
  y[4] = 1.5f;
  dnn_test_write_npy ("y-half.npy", y, DNN_SHAPE (N));
  g_assert_true (g_file_set_contents ("text.npy", "a,b\n1,2\n", -1, NULL));
}

/* "3:1 4:0": each row's first input and its target. */
static char *
rows_of (const DnnData *data, const DnnSplit *split)
{
  GString *text = g_string_new (NULL);

  for (int64_t i = 0; split != NULL && i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    float x[4], y;

    dnn_preprocess_rows (data->preprocess, dnn_split_input (split), &row, 1,
                         NULL, x);
    dnn_data_targets (data, split, &row, 1, &y);
    g_string_append_printf (text, "%s%g:%g", i > 0 ? " " : "", (double) x[0],
                            (double) y);
  }
  return g_string_free (text, FALSE);
}

/* --- splits -------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines; /* after inputs and targets */
  const char *train, *validation, *test;
} Good;

static const Good good[] = {
  { "all", "", "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2 8:3 9:4", "", "" },
  { "validation-first", "validation_first = 3", "3:3 4:4 5:0 6:1 7:2 8:3 9:4",
    "0:0 1:1 2:2", "" },
  { "validation-split", "validation_split = 0.2",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2", "8:3 9:4", "" },
  { "validation-split-floor", "validation_split = 0.25",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1", "7:2 8:3 9:4", "" },
  { "validation-split-fraction", "validation_split = 1/10",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2 8:3", "9:4", "" },
  { "validation-files",
    "validation_inputs = x4.npy\nvalidation_targets = y4.npy",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2 8:3 9:4", "1:1 2:2 3:3 4:4", "" },
  { "test-files", "test_inputs = x4.npy\ntest_targets = y4.npy",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2 8:3 9:4", "", "1:1 2:2 3:3 4:4" },
  { "all-three",
    "validation_first = 2\ntest_inputs = x4.npy\ntest_targets = y4.npy",
    "2:2 3:3 4:4 5:0 6:1 7:2 8:3 9:4", "0:0 1:1", "1:1 2:2 3:3 4:4" },
  { "keep-classes", "keep_classes = 0,2,3", "0:0 2:1 3:2 5:0 7:1 8:2", "", "" },
  { "keep-classes-order", "keep_classes = 4,1,0", "0:2 1:1 4:0 5:2 6:1 9:0", "",
    "" },
  { "keep-classes-everywhere",
    "keep_classes = 1,2\nvalidation_first = 5\ntest_inputs = x4.npy\n"
    "test_targets = y4.npy",
    "6:0 7:1", "1:0 2:1", "1:0 2:1" },
  { "positive-class", "positive_class = 3",
    "0:0 1:0 2:0 3:1 4:0 5:0 6:0 7:0 8:1 9:0", "", "" },
  { "positive-class-0", "positive_class = 0",
    "0:1 1:0 2:0 3:0 4:0 5:1 6:0 7:0 8:0 9:0", "", "" },
  { "keep-and-positive", "keep_classes = 2,4\npositive_class = 4",
    "2:0 4:1 7:0 9:1", "", "" },
  { "train-limit", "train_limit = 3", "0:0 1:1 2:2", "", "" },
  { "train-limit-above-all", "train_limit = 30",
    "0:0 1:1 2:2 3:3 4:4 5:0 6:1 7:2 8:3 9:4", "", "" },
  { "train-limit-last",
    "train_limit = 2\nvalidation_first = 3\nkeep_classes = 3,0", "3:0 5:1",
    "0:1", "" },
  { "scale", "scale = 1/2\ntrain_limit = 3", "0:0 0.5:1 1:2", "", "" },
  { "format", "format = npy\ntrain_limit = 1", "0:0", "", "" },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autofree char *lines =
      g_strconcat ("inputs = x.npy\ntargets = y.npy\n", row->lines, NULL);
  g_autoptr (DnnData) loaded = dnn_test_load_good (lines);
  g_autofree char *train = rows_of (loaded, loaded->train);
  g_autofree char *validation = rows_of (loaded, loaded->validation);
  g_autofree char *test = rows_of (loaded, loaded->test);

  g_assert_cmpstr (train, ==, row->train);
  g_assert_cmpstr (validation, ==, row->validation);
  g_assert_cmpstr (test, ==, row->test);
}

static void
test_mixed_formats (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = x.npy\ntargets = y.idx\ntrain_limit = 2");
  g_autofree char *rows = rows_of (data, data->train);

  g_test_summary ("Inputs and targets may be of two formats");

  g_assert_cmpstr (rows, ==, "0:0 1:1");
}

static void
test_shapes (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = x.npy\ntargets = y.npy");

  g_test_summary ("A sample's shape is without the rows");

  g_assert_cmpuint (dnn_data_input_shape (data).n_dims, ==, 1);
  g_assert_cmpint (dnn_data_input_shape (data).dims[0], ==, 2);
  g_assert_cmpuint (dnn_data_target_shape (data).n_dims, ==, 0);
}

static void
test_memory (void)
{
  g_autoptr (DnnData) data = dnn_test_data (4, 2, 2);
  g_autoptr (DnnArray) few =
      dnn_test_array ((const float[]){ 1, 2 }, DNN_SHAPE (2, 1));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Arrays in memory all train, if they have as many rows");

  g_assert_cmpint (data->train->n, ==, 4);
  g_assert_null (data->validation);
  g_assert_null (data->test);
  g_assert_null (
      dnn_data_new (dnn_split_input (data->train)->array, few, &error));
  dnn_assert_error (error, DNN_ERROR_DATA, "they must have as many");
}

/* --- class names --------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  const char *names; /* NULL: none */
} Names;

static const Names names[] = {
  { "none", "", NULL },
  { "all", "class_names = a, b c,d,e,f", "a|b c|d|e|f" },
  { "kept", "class_names = a,b,c,d,e\nkeep_classes = 4,0", "e|a" },
  { "of-those-kept", "class_names = four,zero\nkeep_classes = 4,0",
    "four|zero" },
  { "too-few", "class_names = a,b,c\nkeep_classes = 4,0", "?|a" },
  { "positive", "class_names = a,b,c,d,e\npositive_class = 1", NULL },
};

static void
test_names (gconstpointer data)
{
  const Names *row = data;
  g_autofree char *lines =
      g_strconcat ("inputs = x.npy\ntargets = y.npy\n", row->lines, NULL);
  g_autoptr (DnnData) loaded = dnn_test_load_good (lines);
  char **got = loaded->preprocess->class_names;
  g_autofree char *text = got != NULL ? g_strjoinv ("|", got) : NULL;

  g_assert_cmpstr (text, ==, row->names);
}

/* --- mistakes in the section --------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  int code;
  const char *start;
  const char *piece;
} Bad;

#define XY "inputs = x.npy\ntargets = y.npy\n"

static const Bad bad[] = {
  { "unknown-key", XY "scal = 2", DNN_ERROR_NAME,
    "run.dnn:4: ", "did you mean 'scale'" },
  { "scale", XY "scale = big", DNN_ERROR_PARAM, "run.dnn:4: ", "'big'" },
  { "scale-infinite", XY "scale = inf", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'inf'" },
  { "scale-nan", XY "scale = nan", DNN_ERROR_PARAM, "run.dnn:4: ", "'nan'" },
  { "scale-by-zero", XY "scale = 1/0", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'1/0'" },
  { "split-above-1", XY "validation_split = 1.5", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'1.5'" },
  { "split-negative", XY "validation_split = -0.1", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'-0.1'" },
  { "first-negative", XY "validation_first = -1", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'-1'" },
  { "first-fraction", XY "validation_first = 1.5", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'1.5'" },
  { "limit-negative", XY "train_limit = -1", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'-1'" },
  { "standardize", XY "standardize = maybe", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'maybe'" },
  { "format", XY "format = csb", DNN_ERROR_PARAM, "run.dnn:4: ", "'csb'" },
  { "classes-words", XY "keep_classes = 1,shirt", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'shirt'" },
  { "classes-negative", XY "keep_classes = 1,-2", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'-2'" },
  { "classes-twice", XY "keep_classes = 1,2,1", DNN_ERROR_PARAM,
    "run.dnn:", "keep_classes" },
  { "positive-words", XY "positive_class = shirt", DNN_ERROR_PARAM,
    "run.dnn:4: ", "'shirt'" },
  { "nothing", "", DNN_ERROR_PARAM,
    "run.dnn:1: ", "either dataset, or inputs and targets, must be given" },
  { "both", XY "dataset = fashion-mnist", DNN_ERROR_PARAM,
    "run.dnn:1: ", "either dataset, or inputs" },
  { "no-targets", "inputs = x.npy", DNN_ERROR_PARAM,
    "run.dnn:1: ", "inputs and targets must be given together" },
  { "no-inputs", "targets = y.npy", DNN_ERROR_PARAM,
    "run.dnn:1: ", "must be given" },
  { "no-validation-targets", XY "validation_inputs = x4.npy", DNN_ERROR_PARAM,
    "run.dnn:1: ", "validation_inputs and validation_targets must be given" },
  { "no-test-inputs", XY "test_targets = y4.npy", DNN_ERROR_PARAM,
    "run.dnn:1: ", "test_inputs and test_targets must be given together" },
  { "unknown-set", "dataset = fashion_mnist", DNN_ERROR_NAME, "run.dnn:1: ",
    "there is no data set 'fashion_mnist'; did you mean 'fashion-mnist'?" },
  { "first-all", XY "validation_first = 10", DNN_ERROR_PARAM,
    "run.dnn:1: ", "validation_first leaves '0' of 10 rows to train" },
  { "first-above-all", XY "validation_first = 11", DNN_ERROR_PARAM,
    "run.dnn:1: ", "validation_first leaves" },
  { "split-all", XY "validation_split = 1", DNN_ERROR_PARAM,
    "run.dnn:1: ", "validation_split leaves '0' of 10 rows to train" },
  { "split-and-first", XY "validation_split = 0.5\nvalidation_first = 2",
    DNN_ERROR_PARAM, "run.dnn:1: ", "beside other validation data" },
  { "files-and-first",
    XY "validation_inputs = x4.npy\nvalidation_targets = y4.npy\n"
       "validation_first = 1",
    DNN_ERROR_PARAM, "run.dnn:1: ",
    "validation_first cannot be given beside other validation data" },
  { "classes-of-no-labels",
    "inputs = x.npy\ntargets = wide.npy\nkeep_classes = 1", DNN_ERROR_PARAM,
    "run.dnn:1: ", "one label a row" },
};

/* Mistakes in the files themselves: the file's name starts the message. */
static const Bad bad_files[] = {
  { "missing", "inputs = no.npy\ntargets = y.npy", DNN_ERROR_NAME, "no.npy",
    "no.npy" },
  { "missing-targets", "inputs = x.npy\ntargets = no.npy", DNN_ERROR_NAME,
    "no.npy", "no.npy" },
  { "not-npy", "inputs = text.npy\ntargets = y.npy", DNN_ERROR_FORMAT,
    "text.npy", "" },
  { "npy-as-idx", XY "format = idx", DNN_ERROR_FORMAT,
    "x.npy: ", "format says 'idx'" },
  { "idx-as-npy", "inputs = x.npy\ntargets = y.idx\nformat = npy",
    DNN_ERROR_FORMAT, "y.idx: ", "format says 'npy'" },
  { "rows-differ", "inputs = x.npy\ntargets = y4.npy", DNN_ERROR_DATA,
    "x.npy has 10 rows, and y4.npy has '4'", "they must have as many" },
  { "validation-rows-differ",
    XY "validation_inputs = x4.npy\nvalidation_targets = y.npy", DNN_ERROR_DATA,
    "x4.npy has 4 rows, and y.npy has '10'", "" },
  { "no-rows", "inputs = none.npy\ntargets = y.npy", DNN_ERROR_DATA,
    "none.npy: ", "it holds no rows" },
  { "test-of-other-shape", XY "test_inputs = wide.npy\ntest_targets = y.npy",
    DNN_ERROR_DATA, "the rows of wide.npy and y.npy", "x.npy" },
  { "no-class-left", XY "keep_classes = 7", DNN_ERROR_DATA,
    "y.npy: ", "keep_classes leaves no rows" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_load (row->lines, &error));

  dnn_assert_error (error, row->code, row->piece);
  if (!g_str_has_prefix (error->message, row->start))
    g_test_fail_printf ("'%s' does not start with '%s'", error->message,
                        row->start);
}

/* --- mistakes in the numbers --------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  DnnExpected expected;
  const char *message; /* NULL: all is well */
} Numbers;

static const Numbers numbers[] = {
  { "good", XY, { true, 0, 4 }, NULL },
  { "any", "inputs = x.npy\ntargets = y-half.npy", { false, 0, 0 }, NULL },
  { "label-too-high",
    XY,
    { true, 0, 2 },
    "y.npy: row 4: label '3' must be a whole number from 0 to 2" },
  { "label-too-low",
    XY,
    { true, 1, 4 },
    "y.npy: row 1: label '0' must be a whole number from 1 to 4" },
  { "label-half",
    "inputs = x.npy\ntargets = y-half.npy",
    { true, 0, 4 },
    "y-half.npy: row 5: label '1.5' must be a whole number from 0 to 4" },
  { "label-nan",
    "inputs = x.npy\ntargets = y-nan.npy",
    { true, 0, 4 },
    "y-nan.npy: row 5: label 'nan' must be a whole number from 0 to 4" },
  { "target-nan",
    "inputs = x.npy\ntargets = y-nan.npy",
    { false, 0, 0 },
    "y-nan.npy: row 5: target 'nan' is not finite" },
  { "input-nan",
    "inputs = x-nan.npy\ntargets = y.npy",
    { true, 0, 4 },
    "x-nan.npy: row 4, column 2: 'nan' is not finite" },
  { "input-nan-not-used",
    "inputs = x-nan.npy\ntargets = y.npy\ntrain_limit = 3",
    { true, 0, 4 },
    NULL },
  { "validation-too",
    XY "validation_split = 0.1\ntrain_limit = 4",
    { true, 0, 3 },
    "y.npy: row 10: label '4' must be a whole number from 0 to 3" },
  { "validation-files",
    XY "validation_inputs = x-nan.npy\nvalidation_targets = y.npy",
    { true, 0, 4 },
    "x-nan.npy: row 4, column 2: 'nan' is not finite" },
  { "test-files",
    XY "test_inputs = x.npy\ntest_targets = y-half.npy",
    { true, 0, 4 },
    "y-half.npy: row 5: label '1.5' must be a whole number from 0 to 4" },
  { "relabelled", XY "keep_classes = 3,4", { true, 0, 1 }, NULL },
  { "positive-nan",
    "inputs = x.npy\ntargets = y-nan.npy\npositive_class = 1",
    { true, 0, 1 },
    "y-nan.npy: row 5: label 'nan'" },
};

static void
test_numbers (gconstpointer data)
{
  const Numbers *row = data;
  g_autoptr (DnnData) loaded = dnn_test_load_good (row->lines);
  g_autoptr (GError) error = NULL;

  dnn_data_check (loaded, &row->expected, &error);

  if (row->message == NULL)
    g_assert_no_error (error);
  else
    dnn_assert_error (error, DNN_ERROR_DATA, row->message);
}

static void
add_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    dnn_add_row ("/data/good", good[i].name, &good[i], test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    dnn_add_row ("/data/class-names", names[i].name, &names[i], test_names);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/data/bad", bad[i].name, &bad[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_files); i++)
    dnn_add_row ("/data/bad-file", bad_files[i].name, &bad_files[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    dnn_add_row ("/data/numbers", numbers[i].name, &numbers[i], test_numbers);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_files ();

  add_rows ();
  g_test_add_func ("/data/mixed-formats", test_mixed_formats);
  g_test_add_func ("/data/shapes", test_shapes);
  g_test_add_func ("/data/memory", test_memory);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
