/* test-columns.c - words, holes and offsets become numbers, here and there
 *
 * The tests run in a folder with tables of their own.
 */
#include "dnn-assert.h"
#include "dnn-data-notes.h"
#include "dnn-data-steps.h"
#include "dnn-folder.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>
#include <math.h>

static const struct {
  const char *name;
  const char *text;
} files[] = {
  { "t.csv", "size,colour,y\n1,red,a\n,blue,b\n5,red,a\n3,,b\n9,green,a\n" },
  { "other.csv", "colour,size\nblue,2\npink,\ngreen,4\n" },
  { "plain.csv", "size,y\n1,a\n2,b\n" },
  { "words.csv", "size,y\nbig,a\nsmall,b\n" },
  { "far.csv", "t,y\n100000000.0,0\n100000000.1,1\n100000000.2,2\n"
               "100000000.3,3\n" },
};

/* Rows as a model sees them. */
static char *
seen_of (const DnnPreprocess *preprocess, const DnnSource *source, int64_t n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnShape row = dnn_source_row_shape (source);
  const DnnShape out = dnn_preprocess_shape (preprocess, &row);
  g_autofree float *scratch =
      g_new (float, (gsize) dnn_preprocess_scratch (preprocess, &row) + 1);

  for (int64_t i = 0; i < n; i++) {
    float x[16];

    dnn_preprocess_rows (preprocess, source, &i, 1, scratch, x);
    for (int64_t j = 0; j < out.dims[0]; j++)
      g_string_append_printf (text, "%s%.4g", j > 0 ? " " : "", (double) x[j]);
    g_string_append_c (text, ';');
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
train_of (const DnnData *data)
{
  return seen_of (data->preprocess, dnn_split_input (data->train),
                  data->train->n);
}

/* The preprocessing as a model's file gives it back. */
static DnnPreprocess *
through_file (const DnnPreprocess *preprocess, int64_t size, GError **error)
{
  g_autoptr (DnnSafetensors) out = dnn_safetensors_new ();
  g_autoptr (DnnSafetensors) in = NULL;

  dnn_preprocess_add (preprocess, out);
  g_assert_true (dnn_safetensors_write (out, "p.safetensors", NULL));
  in = dnn_safetensors_read ("p.safetensors", error);
  return in != NULL ? dnn_preprocess_read (in, size, error) : NULL;
}

#define TABLE  "inputs = t.csv\n"
#define FILLED TABLE "missing = fill\n"

static void
test_fill (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_load (FILLED, &error);
  g_autofree char *rows = NULL;
  g_auto (GStrv) names = NULL;

  g_test_summary ("Words are one-hot by name, holes the mean and the most "
                  "frequent");
  g_assert_no_error (error);
  rows = train_of (data);
  g_assert_cmpstr (rows, ==, "1 0 0 1;4.5 1 0 0;5 0 0 1;3 0 0 1;9 0 1 0;");
  names = dnn_preprocess_names (data->preprocess);
  g_assert_cmpstr (names[0], ==, "size");
  g_assert_cmpstr (names[1], ==, "colour=blue");
  g_assert_cmpuint (g_strv_length (names), ==, 4);
}

static void
test_flags (void)
{
  g_autoptr (DnnData) data = dnn_test_load_good (FILLED "missing_flags = true");
  g_autofree char *rows = train_of (data);

  g_test_summary ("A column with holes has a number that says where");
  g_assert_cmpstr (rows, ==,
                   "1 0 0 0 1 0;4.5 1 1 0 0 0;5 0 0 0 1 0;3 0 0 0 1 1;"
                   "9 0 0 1 0 0;");
}

static void
test_training_rows (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good (FILLED "validation_split = 0.2");
  g_autoptr (GPtrArray) notes = dnn_data_notes (data);
  g_autofree char *rows =
      seen_of (data->preprocess, dnn_split_input (data->validation), 5);
  const char *last = strstr (rows, "9 ");

  g_test_summary ("What no training row has is not learnt, and reported");
  g_assert_cmpstr (last, ==, "9 0 0;");
  g_assert_true (g_str_has_prefix (rows, "1 0 1;3 1 0;"));
  for (guint i = 0; i < notes->len; i++) {
    const DnnDataNote *note = g_ptr_array_index (notes, i);

    if (strcmp (note->kind, "unseen_words") == 0) {
      g_assert_nonnull (strstr (note->text, "column 'colour'"));
      return;
    }
  }
  g_assert_not_reached ();
}

static void
test_predict (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_load_good (FILLED);
  g_autoptr (DnnPreprocess) like = through_file (data->preprocess, 4, &error);
  g_autoptr (DnnSource) inputs = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autofree char *rows = NULL;

  g_test_summary ("Another table is read by the words and means of the file");
  g_assert_no_error (error);
  inputs = dnn_data_load_inputs ("other.csv", NULL, like, 4, &error);
  g_assert_no_error (error);
  rows = seen_of (like, inputs, 3);
  g_assert_cmpstr (rows, ==, "2 1 0 0;4.5 0 0 0;4 0 1 0;");
  notes = dnn_source_notes (like, inputs);
  g_assert_cmpuint (notes->len, ==, 2);
}

static void
test_skip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_load_good (TABLE "missing = skip");
  g_autoptr (DnnPreprocess) like = through_file (data->preprocess, 3, &error);
  g_autoptr (DnnSource) inputs = NULL;
  g_autofree char *rows = train_of (data);

  g_test_summary ("Rows that training left out can be predicted all the same");
  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==, "1 0 1;5 0 1;9 1 0;");
  inputs = dnn_data_load_inputs ("t.csv", NULL, like, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dnn_source_n_rows (inputs), ==, 5);
  g_assert_cmpint (dnn_split_input (data->train)->n_skipped, ==, 2);
}

static void
test_words_for_numbers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_load_good ("inputs = plain.csv");
  g_autoptr (DnnPreprocess) like = through_file (data->preprocess, 1, NULL);

  g_test_summary ("A model of numbers takes no words");
  g_assert_null (dnn_preprocess_find (like, &dnn_columns_type));
  g_assert_null (dnn_test_load_like ("inputs = words.csv", like, &error));
  dnn_assert_error (error, DNN_ERROR_DATA, "'big' is no number");
}

static void
test_offset (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = far.csv\nstandardize = true");
  g_autoptr (DnnPreprocess) like = through_file (data->preprocess, 1, NULL);
  g_autofree char *rows = train_of (data);
  g_autofree char *again =
      seen_of (like, dnn_split_input (data->train), data->train->n);

  g_test_summary ("A large offset is subtracted in double");
  /* (i - 1.5) / sqrt (1.25) */
  g_assert_cmpstr (rows, ==, "-1.342;-0.4472;0.4472;1.342;");
  g_assert_cmpstr (again, ==, rows);
}

/* --- files that lie ------------------------------------------------------ */

typedef struct {
  const char *name;
  double numbers[4];
  const char *words;
  int64_t size;
  const char *message;
} Lie;

static const Lie lies[] = {
  { "kind", { 'x', 0, 0, 0 }, "", 1, "no known kind" },
  { "offset", { 'n', INFINITY, 0, 0 }, "", 1, "out of range" },
  { "flag", { 'n', 0, 0, 2 }, "", 1, "out of range" },
  { "words-of-numbers", { 'n', 0, 0, 0 }, "a\tb", 1, "words for a column" },
  { "fill", { 'w', 0, 2, 0 }, "a\tb", 2, "a word that it has not" },
  { "lines", { 'w', 0, 0, 0 }, "a\nb", 1, "as many columns" },
  { "size", { 'w', 0, 0, 0 }, "a\tb", 3, "another size" },
};

static void
test_lie (gconstpointer data)
{
  const Lie *lie = data;
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (GError) error = NULL;
  const DnnNamedTensor tensor = { "input/columns", DNN_FLOAT64,
                                  DNN_SHAPE (1, 4), lie->numbers };

  dnn_safetensors_add (file, &tensor);
  dnn_safetensors_set_metadata (file, "steps", "columns");
  dnn_safetensors_set_metadata (file, "column_words", lie->words);
  g_assert_null (dnn_preprocess_read (file, lie->size, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, lie->message);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_true (
        g_file_set_contents (files[i].name, files[i].text, -1, NULL));

  g_test_add_func ("/columns/fill", test_fill);
  g_test_add_func ("/columns/flags", test_flags);
  g_test_add_func ("/columns/training-rows", test_training_rows);
  g_test_add_func ("/columns/predict", test_predict);
  g_test_add_func ("/columns/skip", test_skip);
  g_test_add_func ("/columns/words-for-numbers", test_words_for_numbers);
  g_test_add_func ("/columns/offset", test_offset);
  for (size_t i = 0; i < G_N_ELEMENTS (lies); i++)
    dnn_add_row ("/columns/lies", lies[i].name, &lies[i], test_lie);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
