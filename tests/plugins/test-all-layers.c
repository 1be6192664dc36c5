/* test-all-layers.c - every layer there is keeps the contract
 *
 * Asks the registry.  Each is tried on its own example, and on the rows of the
 * table that name it.
 */
#include "dnn-shape.h"
#include "dnn-test.h"

#include "dnn-build.h"

#include <string.h>

typedef struct {
  const char *spec;
  DnnShape inputs[DNN_EXAMPLE_INPUTS];
  uint32_t n_inputs;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

/* Other shapes and parameters than in the examples. */
static const Row rows[] = {
  { "add", { SHAPE (2, 3), SHAPE (2, 3), SHAPE (2, 3) }, 3 },
  { "average", { SHAPE (2, 3), SHAPE (2, 3), SHAPE (2, 3) }, 3 },
  { "batch_normalization", { SHAPE (6, 5) }, 1 },
  { "batch_normalization", { SHAPE (3, 2, 4) }, 1 },
  { "batch_normalization(axis=1)", { SHAPE (3, 4, 2) }, 1 },
  { "batch_normalization(axis=-2)", { SHAPE (3, 2, 3, 2) }, 1 },
  { "batch_normalization(center=false)", { SHAPE (6, 3) }, 1 },
  { "batch_normalization(scale=false)", { SHAPE (6, 70) }, 1 },
  { "concatenate", { SHAPE (3, 4), SHAPE (3, 2) }, 2 },
  { "concatenate(axis=1)", { SHAPE (2, 1, 3), SHAPE (2, 4, 3) }, 2 },
  { "dense(units=1, use_bias=false)", { SHAPE (5, 6) }, 1 },
  { "dense(units=3)", { SHAPE (2, 3, 4) }, 1 },
  { "dot(axes=1,2)", { SHAPE (2, 3, 4), SHAPE (2, 5, 3) }, 2 },
  { "dot(axes=2)", { SHAPE (2, 3, 4), SHAPE (2, 2, 4) }, 2 },
  { "dot(axes=-1, normalize=true)", { SHAPE (3, 4), SHAPE (3, 4) }, 2 },
  { "dot(axes=1, normalize=true)", { SHAPE (2, 4, 3), SHAPE (2, 4) }, 2 },
  { "dropout(rate=1)", { SHAPE (2, 3) }, 1 },
  { "category_encoding(num_tokens=4, output_mode=one_hot)",
    { SHAPE (3, 2) },
    1 },
  { "category_encoding(num_tokens=4, output_mode=count)", { SHAPE (3, 1) }, 1 },
  { "discretization(bin_boundaries=0,1, output_mode=one_hot)",
    { SHAPE (3, 2) },
    1 },
  { "discretization(bin_boundaries=0,1, output_mode=count)",
    { SHAPE (3, 4) },
    1 },
  { "einsum_dense(equation=abc,cd->abd, output_shape=0,4, bias_axes=d)",
    { SHAPE (2, 3, 5) },
    1 },
  { "einsum_dense(equation=...x,xy->...y, output_shape=4)",
    { SHAPE (2, 3, 5) },
    1 },
  { "einsum_dense(equation=abc,cde->aebd, output_shape=2,0,3, bias_axes=be)",
    { SHAPE (2, 3, 4) },
    1 },
  { "einsum_dense(equation=abc,bcd->abd, output_shape=3,2, bias_axes=d)",
    { SHAPE (2, 3, 4) },
    1 },
  { "embedding(input_dim=5, output_dim=3)", { SHAPE (4, 2) }, 1 },
  { "glu(axis=1)", { SHAPE (3, 4, 2) }, 1 },
  { "hashing(num_bins=5, salt=1,2, mask_value=0)", { SHAPE (3, 4) }, 1 },
  { "layer_normalization", { SHAPE (4, 6) }, 1 },
  { "layer_normalization(center=false)", { SHAPE (4, 6) }, 1 },
  { "layer_normalization(scale=false)", { SHAPE (2, 3, 5) }, 1 },
  { "layer_normalization(axis=1,2)", { SHAPE (2, 3, 5) }, 1 },
  { "layer_normalization(axis=1,-1)", { SHAPE (2, 3, 2, 3) }, 1 },
  { "maximum", { SHAPE (2, 3), SHAPE (2, 3), SHAPE (2, 3) }, 3 },
  { "minimum", { SHAPE (3, 4), SHAPE (3, 4) }, 2 },
  { "multiply", { SHAPE (2, 3), SHAPE (2, 3), SHAPE (2, 3) }, 3 },
  { "prelu", { SHAPE (6, 4) }, 1 },
  { "prelu(shared_axes=1)", { SHAPE (3, 4, 2) }, 1 },
  { "prelu(shared_axes=1,2)", { SHAPE (2, 4, 3, 2) }, 1 },
  { "prelu(shared_axes=2)", { SHAPE (3, 4, 2) }, 1 },
  { "rms_normalization(epsilon=0.1)", { SHAPE (2, 3, 5) }, 1 },
  { "rms_normalization(axis=1, epsilon=0.1)", { SHAPE (2, 4, 3) }, 1 },
  { "unit_normalization", { SHAPE (2, 3, 5) }, 1 },
  { "unit_normalization(axis=1)", { SHAPE (2, 4, 3) }, 1 },
};

/* "dense(units=4)" is of the layer "dense". */
static bool
is_of (const char *spec, const char *name)
{
  const size_t n = strlen (name);

  return strncmp (spec, name, n) == 0 && (spec[n] == '\0' || spec[n] == '(');
}

/* --- its life in a model ------------------------------------------------- */

static void
test_host (const void *data)
{
  const Row *row = data;
  g_autofree char *chain = dnn_test_chain (row->spec);
  g_autoptr (DnnTest) alone = dnn_test_new (chain, row->inputs[0]);
  g_autofree char *behind = g_strdup_printf (
      "dense units=%d activation=tanh ! %s activation=tanh",
      (int) row->inputs[0].dims[row->inputs[0].n_dims - 1], chain);
  g_autoptr (DnnTest) both = dnn_test_new (behind, row->inputs[0]);

  g_test_summary ("Run by the host, alone and behind another layer, its "
                  "derivatives agree with finite differences");

  dnn_test_assert_gradients (alone);
  dnn_test_assert_gradients (both);
}

/* A row's result does not depend on the others, unless it says so. */
static void
test_per_sample (const void *data)
{
  const Row *row = data;
  g_autofree char *chain = dnn_test_chain (row->spec);
  g_autoptr (DnnTest) batch = dnn_test_new (chain, row->inputs[0]);
  DnnShape one = row->inputs[0];
  const float *x, *y;
  size_t n, n_y;

  g_test_summary ("In inference a batch gives what its samples give alone");

  dnn_test_training (batch, false);
  dnn_test_randomize (batch, 3);
  dnn_test_forward (batch);
  x = dnn_test_get (batch, "x", &n);
  y = dnn_test_get (batch, "y", &n_y);
  one.dims[0] = 1;
  n /= (size_t) row->inputs[0].dims[0];
  n_y /= (size_t) row->inputs[0].dims[0];
  for (size_t i = 0; i < (size_t) row->inputs[0].dims[0]; i++) {
    g_autoptr (DnnTest) sample = dnn_test_new (chain, one);

    dnn_test_training (sample, false);
    dnn_test_randomize (sample, 3);
    dnn_test_set (sample, "x", x + i * n, n);

    dnn_test_forward (sample);

    dnn_test_assert (sample, "y", y + i * n_y, n_y);
  }
}

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free ((char *) row->spec);
  g_free (row);
}

static Row *
row_copy (const Row *row)
{
  Row *copy = g_memdup2 (row, sizeof *row);

  copy->spec = g_strdup (row->spec);
  return copy;
}

/* Behind another layer there are no whole numbers. */
static bool
expects_integer (const Row *row)
{
  GError *error = NULL;
  g_autoptr (DnnComponent) component = dnn_component_parse (
      dnn_test_registry (), DNN_KIND_LAYER, row->spec, &error);
  const DnnTensor x = dnn_tensor_of (&row->inputs[0]);
  const DnnTensor *const list[] = { &x };
  g_autofree DnnBuilt *built = NULL;

  g_assert_no_error (error);
  built = dnn_build (component, row->spec, list, 1, &error);
  g_assert_no_error (error);
  return built->expected[0].set;
}

static void
add_row (const Row *row, const char *name, size_t number)
{
  g_autofree char *host =
      g_strdup_printf ("/all-layers/%s/%zu/host", name, number);
  g_autofree char *alone =
      g_strdup_printf ("/all-layers/%s/%zu/per-sample", name, number);

  dnn_test_add_checks ("all-layers", DNN_KIND_LAYER, row->spec, row->inputs,
                       row->n_inputs);
  if (row->n_inputs != 1 || expects_integer (row))
    return;
  g_test_add_data_func_full (host, row_copy (row), test_host, row_free);
  g_test_add_data_func_full (alone, row_copy (row), test_per_sample, row_free);
}

static void
add_layer (const char *name)
{
  g_autoptr (DnnExample) example = dnn_test_example (DNN_KIND_LAYER, name);
  Row row = { .spec = example->spec, .n_inputs = example->n_inputs };

  memcpy (row.inputs, example->inputs, sizeof row.inputs);
  add_row (&row, name, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_of (rows[i].spec, name))
      add_row (&rows[i], name, i + 1);
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_LAYER);
  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t i = 0; names[i] != NULL; i++)
    add_layer (names[i]);

  return g_test_run ();
}
