/* test-all-layers.c - every layer there is keeps the contract
 *
 * Asks the registry.  A layer with required parameters, or one that wants
 * certain shapes, has rows in the table; any other is tried on shapes that
 * most layers take.
 */
#include "dnn-test.h"

#include <string.h>

enum { MOST_INPUTS = 3 };

typedef struct {
  const char *spec;
  DnnShape inputs[MOST_INPUTS];
  uint32_t n_inputs;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

static const Row rows[] = {
  { "activation", { SHAPE (4, 5) }, 1 },
  { "add", { SHAPE (3, 4), SHAPE (3, 4) }, 2 },
  { "add", { SHAPE (2, 3), SHAPE (2, 3), SHAPE (2, 3) }, 3 },
  { "alpha_dropout(rate=0.3)", { SHAPE (5, 7) }, 1 },
  { "batch_normalization", { SHAPE (6, 5) }, 1 },
  { "batch_normalization", { SHAPE (3, 2, 4) }, 1 },
  { "batch_normalization(center=false)", { SHAPE (6, 3) }, 1 },
  { "batch_normalization(scale=false)", { SHAPE (6, 70) }, 1 },
  { "concatenate", { SHAPE (3, 4), SHAPE (3, 2) }, 2 },
  { "concatenate(axis=1)", { SHAPE (2, 1, 3), SHAPE (2, 4, 3) }, 2 },
  { "dense(units=4)", { SHAPE (5, 3) }, 1 },
  { "dense(units=1, use_bias=false)", { SHAPE (5, 6) }, 1 },
  { "dense(units=3)", { SHAPE (2, 3, 4) }, 1 },
  { "dropout(rate=0.4)", { SHAPE (5, 7) }, 1 },
  { "dropout(rate=1)", { SHAPE (2, 3) }, 1 },
  { "flatten", { SHAPE (3, 2, 4) }, 1 },
  { "gaussian_noise(stddev=0.5)", { SHAPE (5, 7) }, 1 },
  { "layer_normalization", { SHAPE (4, 6) }, 1 },
  { "layer_normalization(center=false)", { SHAPE (4, 6) }, 1 },
  { "layer_normalization(scale=false)", { SHAPE (2, 3, 5) }, 1 },
  { "prelu", { SHAPE (6, 4) }, 1 },
  { "prelu", { SHAPE (3, 2, 5) }, 1 },
  { "prelu(shared_axes=1)", { SHAPE (3, 4, 2) }, 1 },
  { "prelu(shared_axes=1,2)", { SHAPE (2, 4, 3, 2) }, 1 },
  { "prelu(shared_axes=2)", { SHAPE (3, 4, 2) }, 1 },
  { "rescaling(scale=0.5, offset=-1)", { SHAPE (4, 6) }, 1 },
  { "reshape(target_shape=3,-1)", { SHAPE (2, 6) }, 1 },
};

static const Row guesses[] = {
  { "", { SHAPE (4, 6) }, 1 },
  { "", { SHAPE (2, 5, 4) }, 1 },
  { "", { SHAPE (2, 6, 6, 3) }, 1 },
  { "", { SHAPE (3, 4), SHAPE (3, 4) }, 2 },
};

/* "dense(units=4)" is of the layer "dense". */
static bool
is_of (const char *spec, const char *name)
{
  const size_t n = strlen (name);

  return strncmp (spec, name, n) == 0 && (spec[n] == '\0' || spec[n] == '(');
}

static bool
add_checks (const char *spec, const Row *row)
{
  const DnnCheckSubject subject = {
    .registry = dnn_test_registry (),
    .kind = DNN_KIND_LAYER,
    .spec = spec,
    .inputs = row->inputs,
    .n_inputs = row->n_inputs,
  };
  g_autoptr (DnnCheckReport) can = dnn_check_run (&subject, "overwrite", NULL);

  if (can == NULL)
    return false;
  dnn_test_add_checks ("all-layers", DNN_KIND_LAYER, spec, row->inputs,
                       row->n_inputs);
  return true;
}

/* Says which layer has no row that fits. */
static void
test_unknown (const void *data)
{
  g_error ("'%s' takes none of the shapes tried: give it a row",
           (const char *) data);
}

/* What people read about it. */
static void
test_words (const void *data)
{
  GError *error = NULL;
  const DnnPlugin *plugin =
      dnn_registry_find (dnn_test_registry (), DNN_KIND_LAYER, data, &error);

  g_test_summary ("It says what it is, and what its parameters are for");

  g_assert_no_error (error);
  g_assert_cmpstr (plugin->name, ==, data);
  g_assert_cmpstr (plugin->title, !=, "");
  g_assert_cmpstr (plugin->summary, !=, "");
  g_assert_cmpstr (plugin->version, !=, "");
  for (uint32_t i = 0; i < plugin->n_params; i++)
    g_assert_cmpstr (dnn_param_at (plugin, i)->help, !=, "");
}

/* --- its life in a model ------------------------------------------------- */

/* The row's spec as a chain writes it. */
static char *
chain_of (const Row *row)
{
  GError *error = NULL;
  g_autoptr (DnnSpec) spec =
      dnn_spec_parse (row->spec, (DnnPlace){ 0 }, &error);
  g_autoptr (GString) chain = g_string_new (NULL);

  g_assert_no_error (error);
  g_string_append (chain, spec->name);
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    g_string_append_printf (chain, " %s=%s", arg->key, arg->value);
  }
  return g_string_free (g_steal_pointer (&chain), FALSE);
}

static void
test_host (const void *data)
{
  const Row *row = data;
  g_autofree char *chain = chain_of (row);
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
  g_autofree char *chain = chain_of (row);
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
add_life (const Row *row, const char *name, size_t number)
{
  g_autofree char *host =
      g_strdup_printf ("/all-layers/%s/%zu/host", name, number);
  g_autofree char *alone =
      g_strdup_printf ("/all-layers/%s/%zu/per-sample", name, number);

  if (row->n_inputs != 1)
    return;
  g_test_add_data_func (host, row, test_host);
  g_test_add_data_func (alone, row, test_per_sample);
}

static void
add_layer (const char *name)
{
  g_autofree char *words = g_strdup_printf ("/all-layers/%s/words", name);
  bool found = false;

  g_test_add_data_func_full (words, g_strdup (name), test_words, g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_of (rows[i].spec, name)) {
      found = add_checks (rows[i].spec, &rows[i]) || found;
      add_life (&rows[i], name, i);
    }
  for (size_t i = 0; !found && i < G_N_ELEMENTS (guesses); i++)
    found = add_checks (name, &guesses[i]);
  if (!found) {
    g_autofree char *path = g_strdup_printf ("/all-layers/%s/unknown", name);

    g_test_add_data_func_full (path, g_strdup (name), test_unknown, g_free);
  }
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
