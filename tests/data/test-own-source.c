/* test-own-source.c - a source and steps that the library does not name, as
 * data/ sees them
 */
#include "dnn-assert.h"
#include "dnn-data-hash.h"
#include "dnn-row-window.h"
#include "dnn-test-data.h"
#include "dnn-test-formula.h"

/* Row `row` of the training rows' source, as a model sees it. */
static void
get_row (const DnnData *data, int64_t row, float *out)
{
  const DnnSource *inputs = dnn_split_input (data->train);
  const DnnShape shape = dnn_source_row_shape (inputs);
  g_autofree float *scratch =
      g_new (float, (gsize) dnn_preprocess_scratch (data->preprocess, &shape));

  dnn_preprocess_rows (data->preprocess, inputs, &row, 1, scratch, out);
}

static void
test_rows (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = formula:3\nscale = 0.5");
  const DnnExpected labels = { .set = true, .lo = 0, .hi = 2 };
  float x[FORMULA_COLUMNS];

  g_test_summary ("Rows of a formula go through the steps and the check");

  get_row (data, 5, x);

  g_assert_cmpint (data->train->n, ==, FORMULA_ROWS);
  for (int j = 0; j < FORMULA_COLUMNS; j++)
    g_assert_cmpfloat (x[j], ==, dnn_test_formula (3, 5, j));
  g_assert_true (dnn_data_check (data, &labels, NULL));
}

static void
test_neighbours (void)
{
  g_autoptr (DnnSource) source = dnn_test_formula_new (1, false);
  float x[FORMULA_ROWS * FORMULA_COLUMNS];

  g_test_summary ("Neighbours are read together, however many they are");

  dnn_source_read (source, 0, FORMULA_ROWS, x);

  for (int i = 0; i < FORMULA_ROWS; i++)
    g_assert_cmpfloat (x[i * FORMULA_COLUMNS + 1], ==,
                       dnn_test_formula (1, i, 1));
}

static void
test_learn (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = formula:3\nstandardize = true");
  const DnnStandardize *step = dnn_test_standardize_of (data->preprocess);
  double sum = 0;

  g_test_summary ("A step learns what the steps before it leave");

  for (int i = 0; i < FORMULA_ROWS; i++)
    sum += 2 * (double) dnn_test_formula (3, i, 0);

  g_assert_cmpfloat_with_epsilon (step->mean[0], sum / FORMULA_ROWS, 1e-6);
}

static void
test_shape (void)
{
  g_autoptr (DnnData) data = dnn_test_load_good ("inputs = formula:3:sum");
  const DnnShape shape = dnn_data_input_shape (data);
  float x[FORMULA_COLUMNS + 1], sum = 0;

  g_test_summary ("A step may make another shape of a row");

  get_row (data, 7, x);

  g_assert_cmpint (shape.dims[0], ==, FORMULA_COLUMNS + 1);
  for (int j = 0; j < FORMULA_COLUMNS; j++)
    sum += x[j];
  g_assert_cmpfloat (x[0], ==, 2 * dnn_test_formula (3, 7, 0));
  g_assert_cmpfloat (x[FORMULA_COLUMNS], ==, sum);
}

/* The hash of what the source adds to one. */
static char *
hash_of (int64_t seed)
{
  g_autoptr (DnnSource) source = dnn_test_formula_new (seed, false);
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);

  dnn_source_hash (source, hash);
  return g_strdup (g_checksum_get_string (hash));
}

static void
test_own_hash (void)
{
  g_autofree char *a = hash_of (3), *b = hash_of (3), *c = hash_of (4);

  g_test_summary ("A source adds what its rows do not show");

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
}

static void
test_hash (void)
{
  g_autoptr (DnnData) a =
      dnn_test_load_good ("inputs = formula:3\nkeep_classes = 1");
  g_autoptr (DnnData) b =
      dnn_test_load_good ("inputs = formula:3\nkeep_classes = 1");
  g_autoptr (DnnData) c =
      dnn_test_load_good ("inputs = formula:4\nkeep_classes = 1");
  g_autofree char *first = dnn_data_hash (a), *same = dnn_data_hash (b);
  g_autofree char *other = dnn_data_hash (c);

  g_test_summary ("Another formula is noticed");

  g_assert_cmpstr (first, ==, same);
  g_assert_cmpstr (first, !=, other);
}

static void
test_window (void)
{
  g_autoptr (DnnData) data = dnn_test_load_good ("inputs = formula:3");
  DnnSplit *split = data->train;
  g_autoptr (DnnRowOrder) order = NULL;
  g_autoptr (DnnRowWindow) window = NULL;
  const int64_t slot = 2;
  int64_t number;
  float x[FORMULA_COLUMNS];

  g_test_summary ("Rows that lie nowhere are copied as numbers when memory is "
                  "limited");

  dnn_split_input (split)->mapped = true;
  data->memory_limit = 2 * 10 * (FORMULA_COLUMNS * 4 + 4 + 24);
  order = dnn_row_order_new_for (data, split, NULL);
  g_assert_true (dnn_row_order_has_pools (order));
  window = dnn_row_window_new (split, order, NULL);
  dnn_row_order_get (order, 0, 1, &number, NULL);
  dnn_row_window_load (window, order);
  dnn_source_gather (dnn_split_input (dnn_row_window_split (window)), &slot, 1,
                     x);

  g_assert_cmpfloat (
      x[1], ==,
      dnn_test_formula (3, dnn_row_order_pool_number (order, slot), 1));
}

static void
test_inputs (void)
{
  DnnSource *const inputs[] = { dnn_test_formula_new (1, false),
                                dnn_test_formula_new (2, false) };
  DnnSource *const target = dnn_test_formula_new (1, true);
  g_autoptr (DnnData) data =
      dnn_data_new_sources (&(DnnSources){ (DnnSource **) inputs, 2 },
                            &(DnnSources){ (DnnSource **) &target, 1 }, NULL);
  g_autoptr (DnnSplit) part = dnn_split_new_part (data->train, 30, 10);

  g_test_summary ("A split may have several inputs, of as many rows each");

  dnn_source_unref (inputs[0]);
  dnn_source_unref (inputs[1]);
  dnn_source_unref (target);

  g_assert_cmpuint (part->inputs.n, ==, 2);
  g_assert_cmpuint (dnn_split_n_sources (part), ==, 3);
  g_assert_true (dnn_split_source (part, 1) == inputs[1]);
}

static void
test_file (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = formula:3:sum\nstandardize = true");
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (DnnPreprocess) read = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model's file names the steps that its keys do not tell; "
                  "one that is not known is no step left out");

  dnn_preprocess_add (data->preprocess, file);
  g_assert_cmpstr (dnn_safetensors_get_metadata (file, "steps"), ==,
                   "double,sum");
  read = dnn_preprocess_read (file, FORMULA_COLUMNS + 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->steps->len, ==, 4);
  g_assert_cmpint (dnn_test_standardize_of (read)->base.size, ==,
                   FORMULA_COLUMNS);

  dnn_safetensors_set_metadata (file, "steps", "double,treble");
  g_assert_null (dnn_preprocess_read (file, FORMULA_COLUMNS + 1, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "its preprocessing has a step 'treble', and the steps "
                    "known here are 'scale', 'double'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/own-source/rows", test_rows);
  g_test_add_func ("/own-source/neighbours", test_neighbours);
  g_test_add_func ("/own-source/learn", test_learn);
  g_test_add_func ("/own-source/shape", test_shape);
  g_test_add_func ("/own-source/hash", test_hash);
  g_test_add_func ("/own-source/own-hash", test_own_hash);
  g_test_add_func ("/own-source/window", test_window);
  g_test_add_func ("/own-source/inputs", test_inputs);
  g_test_add_func ("/own-source/file", test_file);

  return g_test_run ();
}
