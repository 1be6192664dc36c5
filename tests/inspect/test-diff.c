/* test-diff.c - how far two files are from each other */
#include "dnn-diff.h"

#include <math.h>
#include <string.h>

static void
add (DnnSafetensors *file, const char *name, const float *x, int64_t n)
{
  DnnNamedTensor tensor = { name, DNN_FLOAT32, { 1, 0, { n } }, x };

  dnn_safetensors_add (file, &tensor);
}

/* The only row of two files of one tensor each. */
static DnnDiffRow
compare (const DnnNamedTensor *x, const DnnNamedTensor *y, double tolerance,
         size_t *ret_different)
{
  g_autoptr (DnnSafetensors) a = dnn_safetensors_new ();
  g_autoptr (DnnSafetensors) b = dnn_safetensors_new ();
  g_autoptr (DnnDiff) diff = NULL;
  const DnnDiffOptions options = { .tolerance = tolerance };

  dnn_safetensors_add (a, x);
  dnn_safetensors_add (b, y);
  diff = dnn_diff_new (a, b, &options);
  g_assert_cmpuint (diff->rows->len, ==, 1);
  g_assert_cmpuint (diff->n_tensors, ==, 1);
  *ret_different = diff->n_different;
  return *dnn_diff_row (diff, 0);
}

typedef struct {
  const char *name;
  float a[3], b[3];
  double tolerance;
  DnnDiffKind kind;
  int64_t n_different, place;
  double max_absolute, max_relative;
} Row;

static const Row rows[] = {
  { "same", { 1, 2, 3 }, { 1, 2, 3 }, 0, DNN_DIFF_EQUAL, 0, 0, 0, 0 },
  { "one", { 1, 2, 3 }, { 1, 4, 3 }, 0, DNN_DIFF_VALUES, 1, 1, 2, 0.5 },
  { "largest", { 1, 2, 8 }, { 2, 2, 4 }, 0, DNN_DIFF_VALUES, 2, 2, 4, 0.5 },
  { "relative-elsewhere",
    { 1, 0, 80 },
    { 1, 1, 76 },
    0,
    DNN_DIFF_VALUES,
    2,
    2,
    4,
    1 },
  { "close", { 1, 2, 3 }, { 1, 2.5f, 3 }, 0.5, DNN_DIFF_CLOSE, 1, 1, 0.5, 0.2 },
  { "not-close", { 1, 2, 3 }, { 1, 4, 3 }, 0.5, DNN_DIFF_VALUES, 1, 1, 2, 0.5 },
  { "signs-of-zero",
    { 0, 0, 0 },
    { 0, -0.0f, 0 },
    0,
    DNN_DIFF_CLOSE,
    1,
    1,
    0,
    0 },
  { "same-nan", { NAN, 0, 0 }, { NAN, 0, 0 }, 0, DNN_DIFF_EQUAL, 0, 0, 0, 0 },
  { "nan",
    { 0, 0, 1 },
    { 9, 0, NAN },
    100,
    DNN_DIFF_VALUES,
    2,
    2,
    INFINITY,
    INFINITY },
};

static void
test_numbers (gconstpointer data)
{
  const Row *row = data;
  const DnnNamedTensor a = { "w", DNN_FLOAT32, { 1, 0, { 3 } }, row->a };
  const DnnNamedTensor b = { "w", DNN_FLOAT32, { 1, 0, { 3 } }, row->b };
  size_t n_different;
  const DnnDiffRow found = compare (&a, &b, row->tolerance, &n_different);

  g_assert_cmpstr (dnn_diff_kind_name (found.kind), ==,
                   dnn_diff_kind_name (row->kind));
  g_assert_cmpint (found.n, ==, 3);
  g_assert_cmpint (found.n_different, ==, row->n_different);
  g_assert_cmpint (found.place, ==, row->place);
  g_assert_cmpfloat (found.max_absolute, ==, row->max_absolute);
  g_assert_cmpfloat (found.max_relative, ==, row->max_relative);
  g_assert_cmpuint (n_different, ==, row->kind == DNN_DIFF_VALUES);
}

static void
test_integers (void)
{
  const int64_t x = INT64_C (1) << 53, y = x - 1;
  const DnnNamedTensor a = { "t", DNN_INT64, DNN_SCALAR, &x };
  const DnnNamedTensor b = { "t", DNN_INT64, DNN_SCALAR, &y };
  size_t n_different;

  g_test_summary ("Counters that no float32 tells apart");

  g_assert_cmpfloat (compare (&a, &b, 0, &n_different).max_absolute, ==, 1);
}

static void
test_shapes (void)
{
  const float x[4] = { 0 };
  const DnnNamedTensor flat = { "w", DNN_FLOAT32, { 1, 0, { 4 } }, x };
  const DnnNamedTensor square = { "w", DNN_FLOAT32, { 2, 0, { 2, 2 } }, x };
  const DnnNamedTensor whole = { "w", DNN_INT32, { 1, 0, { 4 } }, x };
  size_t n;

  g_test_summary ("Another shape or type is a difference of its own");

  g_assert_cmpint (compare (&flat, &square, 9, &n).kind, ==, DNN_DIFF_SHAPE);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (compare (&flat, &whole, 9, &n).kind, ==, DNN_DIFF_SHAPE);
}

static void
test_missing (void)
{
  g_autoptr (DnnSafetensors) a = dnn_safetensors_new ();
  g_autoptr (DnnSafetensors) b = dnn_safetensors_new ();
  g_autoptr (DnnDiff) all = NULL, model = NULL;
  const DnnDiffOptions every = { 0 }, only = { .model_only = true };
  const float x[1] = { 1 };

  g_test_summary ("Tensors of one file alone; training's may be left out");

  add (a, "both", x, 1);
  add (a, "first", x, 1);
  add (a, "optimizer/both/v", x, 1);
  add (b, "second", x, 1);
  add (b, "both", x, 1);
  all = dnn_diff_new (a, b, &every);
  model = dnn_diff_new (a, b, &only);

  g_assert_cmpuint (all->n_tensors, ==, 4);
  g_assert_cmpuint (all->n_different, ==, 3);
  g_assert_cmpint (dnn_diff_row (all, 0)->kind, ==, DNN_DIFF_EQUAL);
  g_assert_cmpint (dnn_diff_row (all, 1)->kind, ==, DNN_DIFF_ONLY_A);
  g_assert_cmpint (dnn_diff_row (all, 3)->kind, ==, DNN_DIFF_ONLY_B);
  g_assert_cmpstr (dnn_diff_row (all, 3)->name, ==, "second");
  g_assert_cmpuint (model->n_tensors, ==, 3);
}

static void
test_text (void)
{
  g_autoptr (DnnSafetensors) a = dnn_safetensors_new ();
  g_autoptr (DnnSafetensors) b = dnn_safetensors_new ();
  g_autoptr (DnnDiff) diff = NULL;
  const DnnDiffOptions options = { 0 };

  g_test_summary ("What the model is counts; how it came to be does not");

  dnn_safetensors_set_metadata (a, "model", "relu");
  dnn_safetensors_set_metadata (b, "model", "elu");
  dnn_safetensors_set_metadata (a, "scale", "0.5");
  dnn_safetensors_set_metadata (a, "epoch", "1");
  dnn_safetensors_set_metadata (b, "epoch", "2");
  diff = dnn_diff_new (a, b, &options);

  g_assert_cmpuint (diff->n_different, ==, 2);
  g_assert_cmpuint (diff->n_tensors, ==, 0);
  g_assert_cmpstr (dnn_diff_row (diff, 0)->name, ==, "model");
  g_assert_cmpstr (dnn_diff_row (diff, 0)->a_text, ==, "relu");
  g_assert_cmpstr (dnn_diff_row (diff, 0)->b_text, ==, "elu");
  g_assert_null (dnn_diff_row (diff, 1)->b_text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/diff/numbers/", rows[i].name, NULL);

    g_test_add_data_func (path, &rows[i], test_numbers);
  }
  g_test_add_func ("/diff/integers", test_integers);
  g_test_add_func ("/diff/shapes", test_shapes);
  g_test_add_func ("/diff/missing", test_missing);
  g_test_add_func ("/diff/text", test_text);

  return g_test_run ();
}
