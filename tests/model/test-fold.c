/* test-fold.c - models whose normalizations are part of the layers before them
 */
#include "dnn-fold.h"
#include "dnn-predictor.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

enum { BATCH = 3 };

/* Weights and moving means of any size, variances above 0. */
static void
fill (DnnModel *model)
{
  uint32_t state = 7;

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    float *w = weight->tensor.data;

    for (int64_t j = 0; j < dnn_count (&weight->tensor); j++) {
      state = state * 1664525u + 1013904223u;
      w[j] = (float) (state >> 8) / (float) (1 << 24) - 0.5f;
      if (strstr (weight->name, "variance") != NULL)
        w[j] += 1;
    }
  }
}

static float *
predict (DnnModel *model, int64_t *ret_n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnPredictor) predictor =
      dnn_predictor_new (model, BATCH, 1, &error);
  const float *y;
  float *x;

  g_assert_no_error (error);
  x = dnn_predictor_input (predictor);
  for (int64_t i = 0; i < BATCH * dnn_predictor_input_size (predictor); i++)
    x[i] = sinf ((float) i);
  y = dnn_predictor_run (predictor, &error);
  g_assert_no_error (error);
  *ret_n = BATCH * dnn_predictor_output_size (predictor);
  return g_memdup2 (y, (gsize) *ret_n * sizeof *y);
}

/* As many layers as it has fewer are folded. */
static void
check (const char *chain, DnnShape input, size_t n_folded)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error);
  g_autoptr (DnnModel) folded = NULL;
  g_autofree float *before = NULL, *after = NULL;
  float most = 0;
  int64_t n, m;
  size_t found;

  g_assert_no_error (error);
  fill (model);
  folded = dnn_model_fold (model, &found, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found, ==, n_folded);
  g_assert_cmpuint (dnn_model_n_layers (folded), ==,
                    dnn_model_n_layers (model) - n_folded);
  before = predict (model, &n);
  after = predict (folded, &m);
  g_assert_cmpint (n, ==, m);
  for (int64_t i = 0; i < n; i++)
    most = fmaxf (most, fabsf (before[i]));
  g_assert_cmpfloat (most, >, 0);
  for (int64_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (before[i], after[i], 1e-5 * (double) most);
}

typedef struct {
  const char *name, *chain;
  DnnShape input;
  size_t n_folded;
} Case;

#define PICTURE                                                                \
  {                                                                            \
    3, 0,                                                                      \
    {                                                                          \
      6, 5, 4                                                                  \
    }                                                                          \
  }
#define LINE                                                                   \
  {                                                                            \
    2, 0,                                                                      \
    {                                                                          \
      7, 4                                                                     \
    }                                                                          \
  }
#define ROW                                                                    \
  {                                                                            \
    1, 0,                                                                      \
    {                                                                          \
      4                                                                        \
    }                                                                          \
  }

static const Case cases[] = {
  { "conv2d", "conv2d filters=3 kernel_size=3 ! batch_normalization", PICTURE,
    1 },
  { "no-bias",
    "conv2d filters=3 kernel_size=3 use_bias=false ! batch_normalization",
    PICTURE, 1 },
  { "groups",
    "conv2d filters=6 kernel_size=3 groups=2 padding=same strides=2 ! "
    "batch_normalization center=false",
    PICTURE, 1 },
  { "conv1d", "conv1d filters=5 kernel_size=2 ! batch_normalization", LINE, 1 },
  { "depthwise",
    "depthwise_conv2d kernel_size=3 depth_multiplier=2 use_bias=false ! "
    "batch_normalization scale=false",
    PICTURE, 1 },
  { "dense", "dense units=5 ! batch_normalization epsilon=0.5", ROW, 1 },
  { "activation",
    "dense units=5 ! batch_normalization activation=tanh ! dense units=2", ROW,
    1 },
  { "two",
    "conv2d filters=3 kernel_size=3 ! batch_normalization ! activation "
    "activation=relu ! conv2d filters=2 kernel_size=1 ! batch_normalization ! "
    "flatten ! dense units=2 activation=softmax",
    PICTURE, 2 },
  { "residual",
    "conv2d filters=4 kernel_size=3 padding=same ! batch_normalization name=a "
    "! conv2d filters=4 kernel_size=3 padding=same ! batch_normalization ! add "
    "input=a,batch_normalization",
    PICTURE, 2 },
  /* left as they are */
  { "after-activation",
    "conv2d filters=3 kernel_size=3 activation=relu ! batch_normalization",
    PICTURE, 0 },
  { "first", "batch_normalization ! dense units=2", ROW, 0 },
  { "used-twice",
    "dense units=4 name=a ! batch_normalization name=b ! add input=a,b", ROW,
    0 },
  { "shared",
    "dense units=4 name=a ! batch_normalization ! dense units=4 weights=a", ROW,
    0 },
  { "other-axis", "conv2d filters=5 kernel_size=1 ! batch_normalization axis=1",
    PICTURE, 0 },
  { "pool", "max_pooling2d ! batch_normalization", PICTURE, 0 },
  { "made",
    "dense units=4 kernel_parametrization=weight_normalization ! "
    "batch_normalization",
    ROW, 0 },
};

static void
test_case (const void *data)
{
  const Case *row = data;

  g_test_summary ("A folded model predicts the same; what cannot be folded is "
                  "left as it is");

  check (row->chain, row->input, row->n_folded);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/fold/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  return g_test_run ();
}
