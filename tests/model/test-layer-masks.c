/* test-layer-masks.c - where masks go in a model, and where they may not */
#include "dnn-assert.h"
#include "dnn-test.h"

typedef struct {
  const char *name;
  const char *chain;
  DnnShape input;
  const char *refusal; /* a piece of it; NULL: it is a model */
  uint32_t axes;       /* of predictions' mask */
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

#define WORDS "embedding input_dim=5 output_dim=3 mask_zero=true name=words ! "

static const Row rows[] = {
  { "none", "dense units=3", SHAPE (4, 2), NULL, 0 },
  { "masking", "masking", SHAPE (4, 2), NULL, 2 },
  { "of-a-sample", "masking ! dense units=3", SHAPE (2), NULL, 1 },
  { "of-two-axes", "masking ! dense units=3", SHAPE (4, 5, 2), NULL, 3 },
  { "words", WORDS "dense units=2 activation=softmax", SHAPE (4), NULL, 2 },
  { "no-mask-zero", "embedding input_dim=5 output_dim=3", SHAPE (4), NULL, 0 },
  { "kept",
    WORDS "dropout rate=0.5 ! layer_normalization ! relu ! softmax ! "
          "gaussian_noise stddev=1 ! activation activation=tanh",
    SHAPE (4), NULL, 2 },
  { "flatten", WORDS "flatten", SHAPE (4),
    "flatten does not know what padding is; mask = drop treats padding as "
    "data",
    0 },
  { "conv1d", WORDS "conv1d filters=2 kernel_size=3", SHAPE (4),
    "conv1d does not know what padding is", 0 },
  { "reshape", WORDS "reshape target_shape=12", SHAPE (4),
    "reshape does not know what padding is", 0 },
  { "named", WORDS "flatten name=all", SHAPE (4),
    "all does not know what padding is", 0 },
  { "normalized-over-time", WORDS "layer_normalization axis=1", SHAPE (4),
    "layer_normalization does not know what padding is", 0 },
  { "drop", WORDS "flatten mask=drop ! dense units=2", SHAPE (4), NULL, 0 },
  { "drop-kept", WORDS "dense units=2 mask=drop ! flatten", SHAPE (4), NULL,
    0 },
  { "drop-own", "embedding input_dim=5 output_dim=3 mask_zero=true mask=drop",
    SHAPE (4), NULL, 0 },
  { "drop-activation", WORDS "relu mask=drop ! flatten", SHAPE (4), NULL, 0 },
  { "drop-misspelt", WORDS "flatten mask=dropp", SHAPE (4),
    "mask must be 'drop', which treats padding as data, not 'dropp'", 0 },
  { "pooled", WORDS "global_average_pooling1d ! dense units=2", SHAPE (4), NULL,
    0 },
  { "pooled-largest", WORDS "global_max_pooling1d ! dense units=2", SHAPE (4),
    NULL, 0 },
  { "merged",
    WORDS "dense units=3 name=a ! dense units=3 input=words name=b ! "
          "add input=a,b",
    SHAPE (4), NULL, 2 },
  { "merged-with-all-real",
    "dense units=2 name=a ! masking input=input name=b ! add input=a,b",
    SHAPE (4, 2), NULL, 2 },
  { "side-by-side",
    "masking name=a ! masking input=input mask_value=1 name=b ! "
    "concatenate input=a,b",
    SHAPE (4, 2), NULL, 2 },
  { "one-after-another",
    "masking name=a ! dense units=2 input=input name=b ! "
    "concatenate axis=1 input=a,b",
    SHAPE (4, 2), NULL, 2 },
  { "halved", "masking ! glu", SHAPE (4, 2), NULL, 2 },
  { "halved-over-time", "masking ! glu axis=1", SHAPE (4, 2),
    "glu does not know what padding is", 0 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), row->chain, &row->input, &error);

  g_test_summary ("A layer keeps a mask, takes it, or is refused behind it");

  if (row->refusal != NULL) {
    g_assert_null (model);
    dnn_assert_error (error,
                      strstr (row->refusal, "must be") != NULL
                          ? DNN_ERROR_PARAM
                          : DNN_ERROR_SHAPE,
                      row->refusal);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (dnn_model_masked_axes (model, 0), ==, row->axes);
}

/* --- values -------------------------------------------------------------- */

static void
test_masking (void)
{
  g_autoptr (DnnTest) t = dnn_test_layer ("masking", "mask_value=2", 1, 4, 2);

  g_test_summary ("Steps of nothing but the value are 0, and take no gradient");

  dnn_test_set (t, "x", V (2, 2, 2, 5, 0, 0, 2, 2));
  dnn_test_set (t, "dy", V (1, 2, 3, 4, 5, 6, 7, 8));
  dnn_test_backward (t);

  dnn_test_assert (t, "y", V (0, 0, 2, 5, 0, 0, 0, 0));
  dnn_test_assert (t, "dx", V (0, 0, 3, 4, 5, 6, 0, 0));
}

static void
test_pooling (void)
{
  g_autoptr (DnnTest) t =
      dnn_test_new ("masking ! global_average_pooling1d", DNN_SHAPE (2, 3, 1));

  g_test_summary ("The mean of a channel is that of its real steps; 0 of none");

  dnn_test_set (t, "x", V (4, 0, 2, 0, 0, 0));
  dnn_test_set (t, "dy", V (6, 1));
  dnn_test_backward (t);

  dnn_test_assert (t, "y", V (3, 0));
  dnn_test_assert (t, "dx", V (3, 0, 3, 0, 0, 0));
}

static void
test_pooling_largest (void)
{
  g_autoptr (DnnTest) t =
      dnn_test_new ("masking ! global_max_pooling1d", DNN_SHAPE (2, 3, 1));

  g_test_summary ("The largest of a channel is one of its real steps");

  dnn_test_set (t, "x", V (-4, 0, -2, 0, 0, 0));
  dnn_test_set (t, "dy", V (6, 1));
  dnn_test_backward (t);

  dnn_test_assert (t, "y", V (-2, 0));
  dnn_test_assert (t, "dx", V (0, 0, 6, 0, 0, 0));
}

/* The mean over real steps shows which these are. */
static void
test_merged (void)
{
  g_autoptr (DnnTest) t = dnn_test_new (
      "masking name=a ! masking input=input mask_value=1 name=b ! "
      "add input=a,b ! global_average_pooling1d",
      DNN_SHAPE (1, 4, 1));

  g_test_summary ("What is added is real where both are");

  dnn_test_set (t, "x", V (0, 1, 3, 4));
  dnn_test_forward (t);

  dnn_test_assert (t, "y", V (7));
}

static void
test_one_after_another (void)
{
  g_autoptr (DnnTest) t =
      dnn_test_new ("masking name=a ! rescaling scale=1 input=input name=b ! "
                    "concatenate axis=1 input=a,b ! global_average_pooling1d",
                    DNN_SHAPE (2, 2, 1));

  g_test_summary ("Padding of a sequence stays padding in a longer one");

  dnn_test_set (t, "x", V (0, 6, 0, 0));
  dnn_test_forward (t);

  dnn_test_assert (t, "y", V (4, 0));
}

static void
test_words (void)
{
  g_autoptr (DnnTest) t =
      dnn_test_new ("embedding input_dim=3 output_dim=1 mask_zero=true ! "
                    "global_average_pooling1d",
                    DNN_SHAPE (2, 3));

  g_test_summary ("The word 0 is padding, and its row takes no gradient");

  dnn_test_set (t, "embeddings", V (9, 2, 4));
  dnn_test_set (t, "x", V (1, 0, 2, 2, 0, 0));
  dnn_test_set (t, "dy", V (2, 5));
  dnn_test_backward (t);

  dnn_test_assert (t, "y", V (3, 4));
  dnn_test_assert (t, "dembeddings", V (0, 1, 6));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/layer-masks/chains", rows[i].name, &rows[i], test_row);
  g_test_add_func ("/layer-masks/masking", test_masking);
  g_test_add_func ("/layer-masks/pooling", test_pooling);
  g_test_add_func ("/layer-masks/pooling-largest", test_pooling_largest);
  g_test_add_func ("/layer-masks/merged", test_merged);
  g_test_add_func ("/layer-masks/one-after-another", test_one_after_another);
  g_test_add_func ("/layer-masks/words", test_words);

  return g_test_run ();
}
