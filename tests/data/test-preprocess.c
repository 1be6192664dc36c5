/* test-preprocess.c - scale and standardize, on numbers small enough for paper
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-sources.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>

/* Four rows of two numbers. */
static DnnSource *
make_inputs (void)
{
  g_autoptr (DnnArray) array = dnn_test_array (
      (const float[]){ 1, 5, 3, 5, 5, 5, 7, 100 }, DNN_SHAPE (4, 2));

  return dnn_source_new_array (array, "x");
}

static void
assert_row (const DnnPreprocess *p, const DnnSource *inputs, int64_t row,
            float a, float b)
{
  float out[2];

  dnn_preprocess_rows (p, inputs, &row, 1, NULL, out);

  g_assert_cmpfloat_with_epsilon (out[0], a, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[1], b, 1e-6);
}

static void
test_none (void)
{
  g_autoptr (DnnPreprocess) p = dnn_preprocess_new (1);
  g_autoptr (DnnSource) inputs = make_inputs ();

  g_test_summary ("A scale of 1 changes nothing");

  assert_row (p, inputs, 3, 7, 100);
}

static void
test_scale (void)
{
  g_autoptr (DnnPreprocess) p = dnn_preprocess_new (0.5);
  g_autoptr (DnnSource) inputs = make_inputs ();

  g_test_summary ("Every element is multiplied");

  assert_row (p, inputs, 1, 1.5f, 2.5f);
}

static void
test_bytes (void)
{
  g_autoptr (DnnPreprocess) p = dnn_preprocess_new (1.0 / 255);
  g_autoptr (DnnArray) array = dnn_array_new_take (
      DNN_UINT8, DNN_SHAPE (1, 2), g_bytes_new_static ("\0\377", 2));
  g_autoptr (DnnSource) inputs = dnn_source_new_array (array, "x");

  g_test_summary ("Elements of any type become float32 first");

  assert_row (p, inputs, 0, 0, 1);
}

/* Learnt from these rows of the inputs. */
static DnnPreprocess *
learn (DnnSource *inputs, double scale, const int64_t *rows, int64_t n)
{
  const DnnSources sources = { &inputs, 1 };
  g_autoptr (DnnSplit) split = dnn_split_new (&sources, &sources, 0, n);
  DnnPreprocess *p = dnn_preprocess_new (scale);

  g_ptr_array_add (p->steps, dnn_standardize_new ());
  split->rows = g_memdup2 (rows, (gsize) n * sizeof *rows);
  g_assert_true (dnn_preprocess_fit (p, split, NULL));
  return p;
}

static void
test_fit (void)
{
  const int64_t rows[] = { 0, 1, 2 };
  g_autoptr (DnnSource) inputs = make_inputs ();
  g_autoptr (DnnPreprocess) p = learn (inputs, 1, rows, 3);
  const DnnStandardize *step = dnn_test_standardize_of (p);

  g_test_summary ("Mean and deviation are those of the rows given, of a "
                  "population; a column that does not vary is only shifted");

  g_assert_cmpint (step->base.size, ==, 2);
  g_assert_cmpfloat (step->mean[0], ==, 3);
  g_assert_cmpfloat_with_epsilon (step->standard_deviation[0], 1.6329932f,
                                  1e-6);
  g_assert_cmpfloat (step->standard_deviation[1], ==, 0);
  assert_row (p, inputs, 0, -1.2247449f, 0);
  assert_row (p, inputs, 3, 2.4494898f, 95);
}

static void
test_fit_scaled (void)
{
  const int64_t rows[] = { 0, 1, 2 };
  g_autoptr (DnnSource) inputs = make_inputs ();
  g_autoptr (DnnPreprocess) p = learn (inputs, 0.5, rows, 3);
  const DnnStandardize *step = dnn_test_standardize_of (p);

  g_test_summary ("Statistics are of the scaled inputs");

  g_assert_cmpfloat (step->mean[0], ==, 1.5f);
  assert_row (p, inputs, 0, -1.2247449f, 0);
}

static void
test_far_from_zero (void)
{
  const int64_t rows[] = { 0, 1 };
  g_autoptr (DnnArray) array =
      dnn_test_array ((const float[]){ 1e7f, 1e7f + 2 }, DNN_SHAPE (2, 1));
  g_autoptr (DnnSource) inputs = dnn_source_new_array (array, "x");
  g_autoptr (DnnPreprocess) p = learn (inputs, 1, rows, 2);
  const DnnStandardize *step = dnn_test_standardize_of (p);

  g_test_summary ("Numbers far from zero keep their deviation");

  g_assert_cmpfloat_with_epsilon (step->standard_deviation[0], 1, 1e-6);
}

static DnnData *
load (const char *lines)
{
  g_autofree char *text = g_strconcat ("[data]\ninputs = x.npy\n"
                                       "targets = y.npy\nstandardize = true\n",
                                       lines, NULL);
  g_autoptr (DnnExperiment) e = dnn_experiment_parse ("run.dnn", text, NULL);
  g_autoptr (GError) error = NULL;
  DnnData *data = dnn_data_load (dnn_experiment_find (e, "data"), &error);

  g_assert_no_error (error);
  return data;
}

typedef struct {
  const char *name;
  const char *lines;
  float mean; /* of the first column */
} Training;

static const Training training[] = {
  { "all", "", 4 },
  { "validation", "validation_first = 1\n", 5 },
  { "limit", "train_limit = 2\n", 2 },
  { "classes", "keep_classes = 1\n", 6 },
  { "together", "validation_split = 0.25\nkeep_classes = 1\n", 5 },
  { "test", "test_inputs = x.npy\ntest_targets = y.npy\ntrain_limit = 1\n", 1 },
};

static void
test_training_rows (gconstpointer data)
{
  const Training *row = data;
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnData) loaded = NULL;

  g_test_summary ("Statistics are of the rows that train, and of no others");

  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  dnn_test_write_npy ("x.npy", (const float[]){ 1, 5, 3, 5, 5, 5, 7, 100 },
                      DNN_SHAPE (4, 2));
  dnn_test_write_npy ("y.npy", (const float[]){ 0, 0, 1, 1 }, DNN_SHAPE (4));

  loaded = load (row->lines);

  g_assert_cmpfloat (dnn_test_standardize_of (loaded->preprocess)->mean[0], ==,
                     row->mean);
  g_assert_cmpint (g_chdir ("/"), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/preprocess/none", test_none);
  g_test_add_func ("/preprocess/scale", test_scale);
  g_test_add_func ("/preprocess/bytes", test_bytes);
  g_test_add_func ("/preprocess/fit", test_fit);
  g_test_add_func ("/preprocess/fit-scaled", test_fit_scaled);
  g_test_add_func ("/preprocess/far-from-zero", test_far_from_zero);
  for (size_t i = 0; i < G_N_ELEMENTS (training); i++)
    dnn_add_row ("/preprocess/training-rows", training[i].name, &training[i],
                 test_training_rows);

  return g_test_run ();
}
