/* test-penalty.c - regularizers and constraints as Keras has them, and their
 * refusals */
#include "dnn-assert.h"
#include "dnn-memory.h"
#include "dnn-penalty.h"
#include "dnn-shape.h"
#include "dnn-spec.h"
#include "dnn-test.h"

#include <math.h>

/* The plugin `text` for a weight. */
static DnnComponent *
make (DnnKind kind, const char *text, const DnnTensor *w, GError **error)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, error);

  return spec != NULL
             ? dnn_penalty_new (dnn_test_registry (), kind, spec, w, error)
             : NULL;
}

/* A tensor over numbers of a golden file.  Its data is owned by the caller. */
static DnnTensor
golden_tensor (JsonObject *golden, const char *member)
{
  JsonObject *object = json_object_get_object_member (golden, member);
  const DnnShape shape = dnn_golden_shape (object);
  DnnTensor t = dnn_tensor_of (&shape);
  size_t n;

  t.data = dnn_golden_numbers (object, &n);
  return t;
}

static void
test_constraint (JsonObject *golden)
{
  DnnWeight weight = { .name = (char *) "kernel" };
  DnnTensor after = golden_tensor (golden, "after");
  g_autofree float *numbers = after.data, *before = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) constraint = NULL;

  weight.tensor = golden_tensor (golden, "before");
  before = weight.tensor.data;
  constraint =
      make (DNN_KIND_CONSTRAINT, json_object_get_string_member (golden, "name"),
            &weight.tensor, &error);
  g_assert_no_error (error);
  weight.constraint = constraint;

  dnn_weight_constrain (&weight, NULL);

  dnn_test_assert_close ("w", before, numbers, (size_t) dnn_count (&after));
}

static void
test_regularizer (JsonObject *golden)
{
  DnnWeight weight = { .name = (char *) "kernel" };
  DnnTensor gradient = golden_tensor (golden, "gradient");
  const size_t n = (size_t) dnn_count (&gradient);
  g_autofree float *expected = gradient.data, *w = NULL;
  g_autofree float *g = g_new0 (float, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) regularizer = NULL;
  const double penalty = json_object_get_double_member (golden, "penalty");

  weight.tensor = golden_tensor (golden, "w");
  w = weight.tensor.data;
  regularizer = make (DNN_KIND_REGULARIZER,
                      json_object_get_string_member (golden, "name"),
                      &weight.tensor, &error);
  g_assert_no_error (error);
  weight.regularizer = regularizer;
  g_assert_true (dnn_weight_prepare_penalty (&weight, &error));

  dnn_weight_begin_penalty (&weight, NULL);
  dnn_weight_add_penalty (&weight, 0, g, (int64_t) n);

  g_assert_cmpfloat_with_epsilon (dnn_weight_penalty (&weight, NULL), penalty,
                                  1e-5 * penalty);
  dnn_test_assert_close ("dw", g, expected, n);
  dnn_memory_free (weight.penalty_gradient);
}

typedef struct {
  const char *name;
  DnnKind kind;
  const char *text;
  int code;
  const char *piece;
} Refused;

static const Refused refused[] = {
  { "unknown", DNN_KIND_CONSTRAINT, "unit_nrom", DNN_ERROR_NAME,
    "'unit_norm'" },
  { "crossed", DNN_KIND_CONSTRAINT, "min_max_norm(min_value=3)",
    DNN_ERROR_PARAM, "min_value must be at most max_value, 1, not '3'" },
  { "rate", DNN_KIND_CONSTRAINT, "min_max_norm(rate=2)", DNN_ERROR_PARAM,
    "'2'" },
  { "no-parameter", DNN_KIND_CONSTRAINT, "non_neg(axis=1)", DNN_ERROR_NAME,
    "'axis'" },
  { "unknown-regularizer", DNN_KIND_REGULARIZER, "l3", DNN_ERROR_NAME, "'l3'" },
  { "other-parameter", DNN_KIND_REGULARIZER, "l1(l2=3)", DNN_ERROR_NAME,
    "'l2'" },
  { "negative", DNN_KIND_REGULARIZER, "l1(l1=-3)", DNN_ERROR_PARAM, "'-3'" },
  { "no-matrix", DNN_KIND_REGULARIZER, "orthogonal", DNN_ERROR_PARAM,
    "of 2 dimensions, not 1" },
};

static void
test_refused (const void *data)
{
  const Refused *row = data;
  const DnnTensor w = { NULL, DNN_FLOAT32, 1, { 7 } };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Mistakes have a code and the word that is wrong");

  g_assert_null (make (row->kind, row->text, &w, &error));
  dnn_assert_error (error, row->code, row->piece);
}

static void
test_unset (void)
{
  DnnWeight none = { .name = (char *) "kernel" };
  GError *error = NULL;

  g_test_summary ("A weight without either costs nothing and stays");

  g_assert_cmpfloat (dnn_weight_penalty (&none, NULL), ==, 0);
  g_assert_true (dnn_weight_prepare_penalty (&none, &error));
  dnn_weight_constrain (&none, NULL);
}

/* A weight of a model, with a regularizer that looks at it whole. */
static void
test_threads (void)
{
  enum { ROWS = 150, COLUMNS = 70, N = ROWS * COLUMNS };
  g_autofree float *w = g_new (float, N);
  g_autofree float *first = NULL;
  DnnWeight weight = { .name = (char *) "kernel",
                       .tensor = { w, DNN_FLOAT32, 2, { ROWS, COLUMNS } } };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) regularizer =
      make (DNN_KIND_REGULARIZER, "orthogonal", &weight.tensor, &error);
  double penalty = 0;

  g_test_summary ("Penalty and gradient have the same bits on 1, 2, 4 threads");

  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    w[i] = sinf ((float) i * 0.7f);
  weight.regularizer = regularizer;
  g_assert_true (dnn_weight_prepare_penalty (&weight, &error));
  for (unsigned n = 1; n <= 4; n *= 2) {
    g_autoptr (DnnPool) pool = dnn_pool_new (n);

    dnn_weight_begin_penalty (&weight, pool);
    if (first == NULL) {
      first = g_memdup2 (weight.penalty_gradient, N * sizeof (float));
      penalty = dnn_weight_penalty (&weight, pool);
    }
    g_assert_cmpmem (first, N * sizeof (float), weight.penalty_gradient,
                     N * sizeof (float));
    g_assert_cmpfloat (dnn_weight_penalty (&weight, pool), ==, penalty);
  }
  dnn_memory_free (weight.penalty_gradient);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("constraints", 0, test_constraint);
  dnn_test_add_golden ("regularizers", 0, test_regularizer);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/penalty/refused", refused[i].name, &refused[i],
                 test_refused);
  g_test_add_func ("/penalty/unset", test_unset);
  g_test_add_func ("/penalty/threads", test_threads);

  return g_test_run ();
}
