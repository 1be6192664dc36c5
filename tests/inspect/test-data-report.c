/* test-data-report.c - what `dnnrun data` finds */
#include "dnn-assert.h"
#include "dnn-data-repeats.h"
#include "dnn-data-report.h"
#include "dnn-test-data.h"

#include <math.h>
#include <string.h>

enum { N = 24 };

/* Columns: the row's number, minus that; labels 0 1 2 0 1 2 ...  The last four
 * rows are for tests. */
static DnnData *
make_data (const float *inputs, const float *labels)
{
  g_autoptr (DnnArray) x = dnn_test_array (inputs, DNN_SHAPE (N, 2));
  g_autoptr (DnnArray) y = dnn_test_array (labels, DNN_SHAPE (N));
  DnnData *data = dnn_data_new (x, y, NULL);

  data->train->n = N - 4;
  data->test = dnn_split_new_part (data->train, N - 4, 4);
  return data;
}

static void
fill (float *inputs, float *labels)
{
  for (int i = 0; i < N; i++) {
    inputs[2 * i] = (float) i / 2;
    inputs[2 * i + 1] = (float) -i / 2;
    labels[i] = (float) (i % 3);
  }
}

/* The kinds of all findings. */
static char *
kinds_of (const DnnDataReport *report)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < report->findings->len; i++) {
    const DnnDataFinding *finding = g_ptr_array_index (report->findings, i);

    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", finding->kind);
    g_assert_cmpuint (strlen (finding->text), >, 20);
  }
  return g_string_free (text, FALSE);
}

static void
test_numbers (void)
{
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) data = NULL;
  g_autoptr (DnnDataReport) report = NULL;
  const DnnDataExpected expected = { { { true, 0, 2 } } };
  g_autofree char *kinds = NULL;

  g_test_summary ("Ranges, means and classes are those of each split");

  fill (inputs, labels);
  data = make_data (inputs, labels);
  report = dnn_data_report_new (data, &expected);
  kinds = kinds_of (report);

  g_assert_cmpstr (kinds, ==, "");
  g_assert_cmpuint (report->n_splits, ==, 2);
  g_assert_cmpstr (report->splits[1].name, ==, "test");
  g_assert_cmpfloat (report->splits[0].inputs.least, ==, -9.5);
  g_assert_cmpfloat (report->splits[0].inputs.most, ==, 9.5);
  g_assert_cmpfloat (report->splits[0].inputs.mean, ==, 0);
  g_assert_cmpfloat (report->splits[1].inputs.most, ==, 11.5);
  g_assert_cmpint (report->n_classes, ==, 3);
  g_assert_cmpint (report->splits[0].classes[0], ==, 7);
  g_assert_cmpint (report->splits[0].classes[2], ==, 6);
  g_assert_cmpint (report->splits[1].classes[2], ==, 2);
  g_assert_cmpint (report->splits[0].n_repeated, ==, 0);
}

/* --- findings ------------------------------------------------------------ */

typedef struct {
  const char *label;
  int input; /* this one becomes `value`; -1: none */
  float value;
  int target; /* likewise */
  float label_value;
  const char *kinds;
} Row;

static const Row rows[] = {
  { "nan", 5, NAN, -1, 0, "not_finite" },
  { "infinite-test", 2 * N - 1, INFINITY, -1, 0, "not_finite" },
  { "label-too-high", -1, 0, 3, 3, "bad_targets" },
  { "label-nan", -1, 0, 3, NAN, "bad_targets" },
  { "label-half", -1, 0, 3, 0.5f, "bad_targets" },
  { "large", 4, 300, -1, 0, "large_inputs" },
};

static void
test_findings (gconstpointer data)
{
  const Row *row = data;
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) loaded = NULL;
  g_autoptr (DnnDataReport) report = NULL;
  const DnnDataExpected expected = { { { true, 0, 2 } } };
  g_autofree char *kinds = NULL;

  g_test_summary ("One wrong number is found");

  fill (inputs, labels);
  if (row->input >= 0)
    inputs[row->input] = row->value;
  if (row->target >= 0)
    labels[row->target] = row->label_value;
  loaded = make_data (inputs, labels);
  report = dnn_data_report_new (loaded, &expected);
  kinds = kinds_of (report);

  g_assert_cmpstr (kinds, ==, row->kinds);
}

static void
test_columns_and_classes (void)
{
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) data = NULL;
  g_autoptr (DnnDataReport) report = NULL;
  const DnnDataExpected expected = { { { true, 0, 3 } } };
  g_autofree char *kinds = NULL;

  g_test_summary ("Constant columns, classes without rows, few rows of one");

  fill (inputs, labels);
  for (int i = 0; i < N; i++) {
    inputs[2 * i + 1] = i < N - 4 ? 1 : (float) i;
    labels[i] = i == 0 ? 1 : 0;
  }
  data = make_data (inputs, labels);
  report = dnn_data_report_new (data, &expected);
  kinds = kinds_of (report);

  g_assert_cmpstr (kinds, ==, "constant_columns missing_class imbalance");
  g_assert_cmpint (report->n_constant, ==, 1);
  g_assert_cmpint (report->constant[0], ==, 1);
  g_assert_cmpint (report->n_classes, ==, 4);
}

static void
test_repeats (void)
{
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) data = NULL;
  g_autoptr (DnnDataReport) report = NULL;
  const DnnDataExpected expected = { { { true, 0, 2 } } };
  g_autofree char *kinds = NULL;

  g_test_summary ("Rows that are there twice, within training and beyond");

  fill (inputs, labels);
  memcpy (inputs + 14, inputs + 4, 2 * sizeof *inputs);
  memcpy (inputs + 2 * (N - 2), inputs + 4, 2 * sizeof *inputs);
  memcpy (inputs + 2 * (N - 1), inputs + 10, 2 * sizeof *inputs);
  data = make_data (inputs, labels);
  report = dnn_data_report_new (data, &expected);
  kinds = kinds_of (report);

  g_assert_cmpstr (kinds, ==, "repeated_rows shared_rows");
  g_assert_cmpint (report->splits[0].n_repeated, ==, 1);
  g_assert_cmpint (report->splits[1].n_repeated, ==, 2);
}

static void
test_repeats_limit (void)
{
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) data = NULL;

  g_test_summary ("Repeats are not looked for beyond a quarter of the limit");

  fill (inputs, labels);
  data = make_data (inputs, labels);
  data->memory_limit = 4 * 16 * (N - 5);

  g_assert_null (dnn_repeats_new (data));
}

static void
test_regression (void)
{
  float inputs[2 * N], labels[N];
  g_autoptr (DnnData) data = NULL;
  g_autoptr (DnnDataReport) report = NULL;
  const DnnDataExpected expected = { { { 0 } } };

  g_test_summary ("Targets that are no labels have no classes");

  fill (inputs, labels);
  labels[7] = -1.5f;
  data = make_data (inputs, labels);
  report = dnn_data_report_new (data, &expected);

  g_assert_cmpint (report->n_classes, ==, 0);
  g_assert_cmpfloat (report->splits[0].targets.least, ==, -1.5);
  g_assert_cmpuint (report->findings->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data-report/numbers", test_numbers);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/data-report/findings", rows[i].label, &rows[i],
                 test_findings);
  g_test_add_func ("/data-report/columns-and-classes",
                   test_columns_and_classes);
  g_test_add_func ("/data-report/repeats", test_repeats);
  g_test_add_func ("/data-report/repeats-limit", test_repeats_limit);
  g_test_add_func ("/data-report/regression", test_regression);

  return g_test_run ();
}
