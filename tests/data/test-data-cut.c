/* test-data-cut.c - which rows train, validate and test
 *
 * The table has 20 rows: input i, a time that falls, a group of 4 rows each, a
 * weight, and classes that are sorted, 10 of a, 6 of b, 4 of c.
 */
#include "dnn-assert.h"
#include "dnn-data-notes.h"
#include "dnn-folder.h"

#include <glib/gstdio.h>

enum { N = 20 };

static void
write_table (void)
{
  g_autoptr (GString) text = g_string_new ("x,time,team,w,y\n");

  for (int i = 0; i < N; i++)
    g_string_append_printf (text, "%d,2020-01-%02d,t%d,%d,%s\n", i, N - i,
                            i % 5, i % 3,
                            i < 10   ? "a"
                            : i < 16 ? "b"
                                     : "c");
  g_assert_true (g_file_set_contents ("t.csv", text->str, -1, NULL));
}

static DnnData *
load (const char *lines, GError **error)
{
  g_autofree char *text =
      g_strconcat ("[data]\ninputs = t.csv\n", lines, "\n", NULL);
  g_autoptr (DnnExperiment) e = dnn_experiment_parse ("run.dnn", text, NULL);

  return dnn_data_load (dnn_experiment_find (e, "data"), error);
}

static char *
rows_of (const DnnSplit *split)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int64_t i = 0; split != NULL && i < split->n; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "",
                            (int) dnn_split_row (split, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Every row is in one part, and each part in the file's order. */
static void
check_whole (const DnnData *data)
{
  const DnnSplit *splits[] = { data->train, data->validation, data->test };
  int seen[N] = { 0 };

  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++)
    for (int64_t j = 0; splits[i] != NULL && j < splits[i]->n; j++) {
      const int64_t row = dnn_split_row (splits[i], j);

      seen[row]++;
      g_assert_true (j == 0 || row > dnn_split_row (splits[i], j - 1));
    }
  for (int i = 0; i < N; i++)
    g_assert_cmpint (seen[i], ==, 1);
}

#define SHARES                                                                 \
  "ignore_columns = time, team, w\nvalidation_split = 0.2\n"                   \
  "test_split = 0.3\n"

static void
test_last (void)
{
  g_autoptr (DnnData) data = load (SHARES, NULL);
  g_autofree char *validation = rows_of (data->validation);
  g_autofree char *test = rows_of (data->test);

  g_test_summary ("The last rows test, and those before them validate");
  check_whole (data);
  g_assert_cmpstr (validation, ==, "10 11 12 13");
  g_assert_cmpstr (test, ==, "14 15 16 17 18 19");
}

static void
test_random (void)
{
  g_autoptr (DnnData) one = load (SHARES "split = random", NULL);
  g_autoptr (DnnData) same = load (SHARES "split = random", NULL);
  g_autoptr (DnnData) other =
      load (SHARES "split = random\nsplit_seed = 2", NULL);
  g_autofree char *a = rows_of (one->test), *b = rows_of (same->test);
  g_autofree char *c = rows_of (other->test);

  g_test_summary ("A random split is its seed's");
  check_whole (one);
  g_assert_cmpint (one->test->n, ==, 6);
  g_assert_cmpint (one->validation->n, ==, 4);
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
}

static void
test_stratified (void)
{
  g_autoptr (DnnData) data =
      load ("ignore_columns = time, team, w\nsplit = stratified\n"
            "validation_split = 0.25\ntest_split = 0.25",
            NULL);
  const DnnSplit *splits[] = { data->validation, data->test };

  g_test_summary ("Every part has each class's share, to one row");
  check_whole (data);
  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++) {
    int counts[3] = { 0 };

    for (int64_t j = 0; j < splits[i]->n; j++) {
      const int64_t row = dnn_split_row (splits[i], j);

      counts[row < 10 ? 0 : row < 16 ? 1 : 2]++;
    }
    g_assert_cmpint (ABS (2 * counts[0] - 5), <=, 1);
    g_assert_cmpint (ABS (2 * counts[1] - 3), <=, 1);
    g_assert_cmpint (counts[2], ==, 1);
  }
}

static void
test_time (void)
{
  g_autoptr (DnnData) data = load (SHARES "split = time\ntime = time", NULL);
  g_autofree char *test = rows_of (data->test);

  g_test_summary ("The latest rows test, wherever they stand");
  check_whole (data);
  g_assert_cmpstr (test, ==, "0 1 2 3 4 5");
}

static void
test_groups (void)
{
  g_autoptr (DnnData) data =
      load ("ignore_columns = time, w\ngroup = team\nsplit = random\n"
            "validation_split = 0.2\ntest_split = 0.25",
            NULL);
  const DnnSplit *splits[] = { data->train, data->validation, data->test };
  size_t parts[5] = { 0 };

  g_test_summary ("Rows of a group are in one part, and its name no input");
  check_whole (data);
  g_assert_cmpint (dnn_split_input (data->train)->row, ==, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++)
    for (int64_t j = 0; j < splits[i]->n; j++) {
      const int64_t team = dnn_split_row (splits[i], j) % 5;

      g_assert_true (parts[team] == 0 || parts[team] == i + 1);
      parts[team] = i + 1;
    }
}

static void
test_weights (void)
{
  g_autoptr (DnnData) data =
      load ("ignore_columns = time, team\nweight_column = w\n"
            "validation_split = 0.5\nsplit = random",
            NULL);

  g_test_summary ("Weights of a column go with their rows");
  g_assert_cmpint (dnn_split_input (data->train)->row, ==, 1);
  for (int64_t i = 0; i < data->train->n; i++) {
    const int64_t row = dnn_split_row (data->train, i);
    float weight;

    dnn_source_gather (data->train->weights, &row, 1, &weight);
    g_assert_cmpfloat (weight, ==, (float) (row % 3));
  }
}

static bool
has_note (const DnnData *data, const char *kind)
{
  g_autoptr (GPtrArray) notes = dnn_data_notes (data);

  for (guint i = 0; i < notes->len; i++)
    if (strcmp (((DnnDataNote *) g_ptr_array_index (notes, i))->kind, kind) ==
        0)
      return true;
  return false;
}

static void
test_notes (void)
{
  g_autoptr (DnnData) last =
      load ("ignore_columns = time, team, w\nvalidation_split = 0.2", NULL);
  g_autoptr (DnnData) mixed =
      load ("ignore_columns = time, team, w\nvalidation_split = 0.25\n"
            "split = stratified",
            NULL);

  g_test_summary ("The last rows of a sorted table are no sample of it");
  g_assert_true (has_note (last, "sorted_rows"));
  g_assert_false (has_note (mixed, "sorted_rows"));
  g_assert_false (has_note (mixed, "unmeasured_class"));
}

static void
test_unmeasured (void)
{
  g_autoptr (DnnData) data = load ("ignore_columns = time, team, w\n"
                                   "validation_first = 8",
                                   NULL);

  g_test_summary ("A class without validation rows is named");
  g_assert_true (has_note (data, "unmeasured_class"));
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  DnnErrorCode code;
  const char *message;
} Bad;

static const Bad bad[] = {
  { "nothing-parted", "split = random", DNN_ERROR_PARAM,
    "split parts no rows" },
  { "time-without-column", "split = time\nvalidation_split = 0.2",
    DNN_ERROR_PARAM, "'split = time' needs a table and 'time = COLUMN'" },
  { "group-of-last", "group = team\nvalidation_split = 0.2", DNN_ERROR_PARAM,
    "'group = team' needs 'split = random'" },
  { "no-such-group", "group = tem\nsplit = random\nvalidation_split = 0.2",
    DNN_ERROR_NAME, "there is no column 'tem'" },
  { "stratified-numbers",
    "inputs = n.csv\nsplit = stratified\nvalidation_split = 0.2",
    DNN_ERROR_DATA, "target '0.5' is no class" },
  { "none-to-train", "validation_split = 0.5\ntest_split = 0.5",
    DNN_ERROR_PARAM, "validation_split leaves '0' of 10 rows to train" },
  { "one-fold", "folds = 1", DNN_ERROR_PARAM, "folds must be 2 or more" },
  { "fold-above", "folds = 3\nfold = 4", DNN_ERROR_PARAM,
    "fold must be from 1 to folds, not '4'" },
  { "folds-of-time", "folds = 3\nsplit = time\ntime = time", DNN_ERROR_PARAM,
    "would train on what comes after" },
  { "folds-and-split", "folds = 3\nvalidation_split = 0.2", DNN_ERROR_PARAM,
    "folds cannot be given beside" },
  { "more-folds-than-rows", "folds = 21", DNN_ERROR_PARAM,
    "fold 1 of '21' has no row" },
  { "two-tests", "test_inputs = t.csv\ntest_split = 0.5", DNN_ERROR_PARAM,
    "test_split cannot be given beside other test data" },
  { "two-weights", "weights = t.csv\nweight_column = w", DNN_ERROR_PARAM,
    "weights and weight_column cannot both be given" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  const bool other = g_str_has_prefix (row->lines, "inputs");
  g_autofree char *text = g_strconcat (
      "[data]\n", other ? "" : "inputs = t.csv\n", row->lines, "\n", NULL);
  g_autoptr (DnnExperiment) e = dnn_experiment_parse ("run.dnn", text, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_data_load (dnn_experiment_find (e, "data"), &error));
  dnn_assert_error (error, row->code, row->message);
}

#define IGNORED "ignore_columns = time, team, w\n"

/* Each row that is not kept for testing validates in one of the folds. */
static void
check_folds (const char *keys, int n_folds, int64_t n_tests)
{
  int seen[N] = { 0 };
  int64_t n = 0;

  for (int fold = 1; fold <= n_folds; fold++) {
    g_autofree char *lines =
        g_strdup_printf ("%sfolds = %d\nfold = %d\n", keys, n_folds, fold);
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnData) data = load (lines, &error);

    g_assert_no_error (error);
    check_whole (data);
    g_assert_cmpint (data->test != NULL ? data->test->n : 0, ==, n_tests);
    for (int64_t i = 0; i < data->validation->n; i++)
      seen[dnn_split_row (data->validation, i)]++;
    n += data->validation->n;
  }
  g_assert_cmpint (n, ==, N - n_tests);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (seen[i], <=, 1);
}

static void
test_folds (void)
{
  g_test_summary ("Every fold validates once, whatever the split");
  check_folds (IGNORED, 3, 0);
  check_folds (IGNORED "split = random\n", 5, 0);
  check_folds (IGNORED "split = random\ntest_split = 0.2\n", 4, 4);
  check_folds (IGNORED "split = stratified\n", 2, 0);
  check_folds ("ignore_columns = time, w\nsplit = random\ngroup = team\n", 5,
               0);
}

static void
test_folds_stratified (void)
{
  g_autoptr (DnnData) data =
      load (IGNORED "split = stratified\nfolds = 2\nfold = 2\n", NULL);
  int n[3] = { 0 };

  g_test_summary ("A fold has every class's share");
  for (int64_t i = 0; i < data->validation->n; i++) {
    const int64_t row = dnn_split_row (data->validation, i);

    n[row < 10 ? 0 : row < 16 ? 1 : 2]++;
  }
  g_assert_cmpint (n[0], ==, 5);
  g_assert_cmpint (n[1], ==, 3);
  g_assert_cmpint (n[2], ==, 2);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_table ();
  g_assert_true (
      g_file_set_contents ("n.csv", "x,y\n1,0.5\n2,1\n3,2\n", -1, NULL));

  g_test_add_func ("/data-cut/last", test_last);
  g_test_add_func ("/data-cut/random", test_random);
  g_test_add_func ("/data-cut/stratified", test_stratified);
  g_test_add_func ("/data-cut/time", test_time);
  g_test_add_func ("/data-cut/groups", test_groups);
  g_test_add_func ("/data-cut/folds", test_folds);
  g_test_add_func ("/data-cut/folds-stratified", test_folds_stratified);
  g_test_add_func ("/data-cut/weights", test_weights);
  g_test_add_func ("/data-cut/notes", test_notes);
  g_test_add_func ("/data-cut/unmeasured", test_unmeasured);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/data-cut/bad", bad[i].name, &bad[i], test_bad);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
