/* test-refusals.c - layers refuse what does not go together, by its code */
#include "dnn-test.h"

typedef struct {
  const char *path, *name, *params;
  DnnErrorCode code;
  DnnShape x;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

static const Row rows[] = {
  { "glu/odd", "glu", "", DNN_ERROR_SHAPE, SHAPE (2, 3) },
  { "glu/batch", "glu", "axis=0", DNN_ERROR_SHAPE, SHAPE (2, 4) },
  { "glu/far", "glu", "axis=2", DNN_ERROR_SHAPE, SHAPE (2, 4) },
  { "discretization/falling", "discretization", "bin_boundaries=1,0",
    DNN_ERROR_SHAPE, SHAPE (2, 4) },
  { "discretization/none", "discretization", "", DNN_ERROR_PARAM,
    SHAPE (2, 4) },
  { "category_encoding/numbers", "category_encoding", "num_tokens=3",
    DNN_ERROR_SHAPE, SHAPE (2) },
  { "category_encoding/none", "category_encoding", "num_tokens=0",
    DNN_ERROR_PARAM, SHAPE (2, 3) },
  { "hashing/keys", "hashing", "num_bins=3 salt=1,2,3", DNN_ERROR_SHAPE,
    SHAPE (2, 3) },
  { "einsum_dense/letters", "einsum_dense",
    "equation=abc,cd->abe output_shape=3,4", DNN_ERROR_SHAPE, SHAPE (2, 3, 4) },
  { "einsum_dense/twice", "einsum_dense", "equation=aa,ab->ab output_shape=3",
    DNN_ERROR_SHAPE, SHAPE (2, 2) },
  { "einsum_dense/axes", "einsum_dense",
    "equation=abcd,de->abce "
    "output_shape=0,0,3",
    DNN_ERROR_SHAPE, SHAPE (2, 3, 4) },
  { "einsum_dense/size", "einsum_dense",
    "equation=abc,cd->abd "
    "output_shape=7,3",
    DNN_ERROR_SHAPE, SHAPE (2, 3, 4) },
  { "einsum_dense/batch", "einsum_dense", "equation=ab,ac->bc output_shape=3",
    DNN_ERROR_SHAPE, SHAPE (2, 3) },
  { "einsum_dense/bias", "einsum_dense",
    "equation=ab,bc->ac output_shape=3 "
    "bias_axes=z",
    DNN_ERROR_SHAPE, SHAPE (2, 3) },
  { "layer_normalization/batch", "layer_normalization", "axis=0",
    DNN_ERROR_SHAPE, SHAPE (2, 3) },
  { "layer_normalization/twice", "layer_normalization", "axis=1,-1",
    DNN_ERROR_SHAPE, SHAPE (2, 3) },
  { "rms_normalization/far", "rms_normalization", "axis=2", DNN_ERROR_SHAPE,
    SHAPE (2, 3) },
  { "unit_normalization/far", "unit_normalization", "axis=-3", DNN_ERROR_SHAPE,
    SHAPE (2, 3) },
};

static void
test_refused (const void *data)
{
  const Row *row = data;

  g_test_summary ("It is refused with the kind of mistake that it is");

  dnn_test_assert_rejects (row->name, row->params, row->code, row->x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/refusals/", rows[i].path, NULL);

    g_test_add_data_func (path, &rows[i], test_refused);
  }

  return g_test_run ();
}
