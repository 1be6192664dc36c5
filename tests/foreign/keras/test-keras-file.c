/* test-keras-file.c - archives and files of Keras', and what they must not be
 */
#include "dnn-json.h"
#include "dnn-keras-file.h"
#include "dnn-zip-file.h"
#include "foreign/h5py-files.h"

/* --- what is in them ----------------------------------------------------- */

/* A file, and where its groups' weights are in HDF5. */
static const struct File {
  const char *name;
  DnnKerasForm form;
  const char *version;
  const char *class; /* of the model; NULL: weights alone */
  guint n_layers;
  size_t n_groups;
  size_t n_weights; /* of all groups */
  size_t n_optimizer;
  const char *format; /* of the path, from a group's and a weight's name */
} files[] = {
  { "sequential.keras", DNN_KERAS_3, "3.15.1", "Sequential", 8, 6, 14, 0,
    "%s/vars/%s" },
  { "functional.keras", DNN_KERAS_3, "3.15.1", "Functional", 7, 6, 14, 0,
    "%s/vars/%s" },
  { "packed.keras", DNN_KERAS_3, "3.15.1", "Sequential", 3, 2, 4, 10,
    "%s/vars/%s" },
  { "layers.weights.h5", DNN_KERAS_3, NULL, NULL, 0, 2, 4, 10, "%s/vars/%s" },
  { "trained.h5", DNN_KERAS_LEGACY, "3.15.1", "Sequential", 3, 2, 4, 10,
    "model_weights/%s/%s" },
  { "keras2.h5", DNN_KERAS_LEGACY, "2.2.4", "Sequential", 2, 2, 5, 0,
    "model_weights/%s/%s" },
  { "keras2.weights.h5", DNN_KERAS_LEGACY, "2.2.4", NULL, 0, 1, 2, 0, "%s/%s" },
};

static DnnKerasFile *
load (const char *name)
{
  g_autofree char *path = h5py_path (name);
  g_autoptr (GError) error = NULL;
  DnnKerasFile *file = dnn_keras_file_read (path, &error);

  g_assert_no_error (error);
  return file;
}

/* Puts the names in the place of the two %s of `format`. */
static char *
join (const char *format, const char *group, const char *weight)
{
  g_auto (GStrv) parts = g_strsplit (format, "%s", -1);

  return g_strconcat (parts[0], group, parts[1], weight, NULL);
}

static void
test_groups (gconstpointer data)
{
  const struct File *row = data;
  g_autofree char *path = h5py_path (row->name);
  g_autoptr (JsonNode) expected = h5py_load (path);
  g_autoptr (DnnKerasFile) file = load (row->name);
  JsonObject *datasets = json_object_get_object_member (
      json_node_get_object (expected), "datasets");
  size_t n_weights = 0;

  g_test_summary ("Every weight is in one group, with the numbers of h5py");

  g_assert_cmpuint (dnn_keras_file_count (file), ==, row->n_groups);
  for (size_t i = 0; i < row->n_groups; i++) {
    const DnnKerasGroup *group = dnn_keras_file_at (file, i);

    g_assert_true (dnn_keras_file_find (file, group->name) == group);
    for (size_t k = 0; k < group->n_weights; k++, n_weights++) {
      const DnnNamedTensor *weight = &group->weights[k];
      g_autofree char *place = join (row->format, group->name, weight->name);

      g_assert_true (dnn_keras_group_find (group, weight->name) == weight);
      h5py_assert_tensor (weight,
                          json_object_get_object_member (datasets, place));
    }
  }
  g_assert_cmpuint (n_weights, ==, row->n_weights);
  g_assert_cmpuint (dnn_keras_file_n_optimizer (file), ==, row->n_optimizer);
}

static void
test_model (gconstpointer data)
{
  const struct File *row = data;
  g_autoptr (DnnKerasFile) file = load (row->name);
  JsonObject *model = dnn_keras_file_model (file);
  JsonArray *layers = dnn_keras_file_layers (file);

  g_test_summary ("Form, version and layers are those of the file");

  g_assert_cmpint (dnn_keras_file_form (file), ==, row->form);
  g_assert_cmpstr (dnn_keras_file_version (file), ==, row->version);
  g_assert_true ((model != NULL) == (row->class != NULL));
  g_assert_true ((layers != NULL) == (row->class != NULL));
  if (row->class == NULL)
    return;
  g_assert_cmpstr (dnn_json_text (model, "class_name"), ==, row->class);
  g_assert_cmpuint (json_array_get_length (layers), ==, row->n_layers);
}

static void
test_order (void)
{
  g_autoptr (DnnKerasFile) file = load ("keras2.h5");
  const DnnKerasGroup *body = dnn_keras_file_find (file, "body");
  g_autoptr (DnnKerasFile) third = load ("sequential.keras");
  const DnnKerasGroup *norm =
      dnn_keras_file_find (third, "layers/batch_normalization");

  g_test_summary ("Weights keep the order of the list, or of their numbers");

  g_assert_cmpstr (body->weights[0].name, ==, "b/gamma:0");
  g_assert_cmpstr (body->weights[2].name, ==, "b/moving_mean:0");
  g_assert_null (dnn_keras_file_find (file, "dropout_1"));
  g_assert_null (dnn_keras_group_find (body, "gamma"));
  for (size_t i = 0; i < 4; i++)
    g_assert_cmpint (norm->weights[i].name[0], ==, '0' + (char) i);
  g_assert_cmpstr (dnn_keras_file_find (third, "layers/conv2d")->layer, ==,
                   "c");
}

/* A stored member is not copied: the numbers lie in the archive. */
static void
test_zero_copy (void)
{
  g_autoptr (GBytes) bytes = h5py_read ("sequential.keras");
  g_autoptr (DnnKerasFile) file = dnn_keras_file_parse ("a", bytes, NULL);
  const char *data = g_bytes_get_data (bytes, NULL),
             *at = dnn_keras_file_at (file, 0)->weights[0].data;

  g_test_summary ("Numbers of a stored member stay where they are");

  g_assert_true (at > data && at < data + g_bytes_get_size (bytes));
}

/* --- what they must not be ----------------------------------------------- */

#define GOOD_METADATA "{\"keras_version\":\"3.0.0\"}"
#define GOOD_CONFIG   LAYERS ("")
#define LAYERS(layer)                                                          \
  "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[" layer "]}}"

/* An archive of three members; NULL: without it. */
static const struct Bad {
  const char *label;
  const char *metadata;
  const char *config;
  const char *weights; /* a file, or another member's name with '!' */
  int code;
  const char *piece;
} bad[] = {
  { "no-metadata", NULL, GOOD_CONFIG, "layers.weights.h5", DNN_ERROR_NAME,
    "has no member 'metadata.json'" },
  { "no-config", GOOD_METADATA, NULL, "layers.weights.h5", DNN_ERROR_FORMAT,
    "is no .keras archive: it has no 'config.json'" },
  { "no-weights", GOOD_METADATA, GOOD_CONFIG, NULL, DNN_ERROR_NAME,
    "has no member 'model.weights.h5'" },
  { "pickled", GOOD_METADATA, GOOD_CONFIG, "!model.weights.npz",
    DNN_ERROR_FORMAT, "its weights are pickled" },
  { "climbing", GOOD_METADATA, GOOD_CONFIG, "!../x", DNN_ERROR_FORMAT,
    "has a member '../x'; a name must be relative" },
  { "absolute", GOOD_METADATA, GOOD_CONFIG, "!/etc/x", DNN_ERROR_FORMAT,
    "has a member '/etc/x'; a name must be relative" },
  { "version", "{}", GOOD_CONFIG, "layers.weights.h5", DNN_ERROR_FORMAT,
    "metadata.json: must have a 'keras_version'" },
  { "not-json", GOOD_METADATA, "{'a':1}", "layers.weights.h5", DNN_ERROR_FORMAT,
    "config.json: must be JSON: there is no such character" },
  { "infinity", GOOD_METADATA, "{\"a\":Infinity}", "layers.weights.h5",
    DNN_ERROR_FORMAT, "at byte '5'" },
  { "twice", GOOD_METADATA, "{\"a\":1,\"a\":2}", "layers.weights.h5",
    DNN_ERROR_FORMAT, "without a name twice: 'a'" },
  { "two-values", GOOD_METADATA, "{} {}", "layers.weights.h5", DNN_ERROR_FORMAT,
    "there is more than one value at byte '3'" },
  { "zero", GOOD_METADATA, "{\"a\":\"\\u0000\"}", "layers.weights.h5",
    DNN_ERROR_FORMAT, "a string has a zero character" },
  { "open", GOOD_METADATA, "{\"a\":[", "layers.weights.h5", DNN_ERROR_FORMAT,
    "an object has no end" },
  { "open-string", GOOD_METADATA, "{\"a", "layers.weights.h5", DNN_ERROR_FORMAT,
    "a string has no end" },
  { "not-utf8", GOOD_METADATA, "{\"\xff\":1}", "layers.weights.h5",
    DNN_ERROR_FORMAT, "there is no UTF-8 at byte '2'" },
  { "no-layers", GOOD_METADATA, "{\"class_name\":\"Mine\",\"config\":{}}",
    "layers.weights.h5", DNN_ERROR_FORMAT, "a list of 'layers'" },
  { "layer-text", GOOD_METADATA, LAYERS ("\"dense\""), "layers.weights.h5",
    DNN_ERROR_FORMAT, "layer '0' must be an object" },
  { "lambda", GOOD_METADATA,
    LAYERS ("{\"class_name\":\"Lambda\",\"config\":{\"name\":\"evil\"}}"),
    "layers.weights.h5", DNN_ERROR_FORMAT,
    "layer 'evil' has Python code in it ('Lambda')" },
  { "lambda-inside", GOOD_METADATA,
    LAYERS ("{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\","
            "\"activation\":[{\"class_name\":\"__lambda__\"}]}}"),
    "layers.weights.h5", DNN_ERROR_FORMAT,
    "layer 'd' has Python code in it ('__lambda__')" },
  { "legacy-weights", GOOD_METADATA, GOOD_CONFIG, "keras2.weights.h5",
    DNN_ERROR_FORMAT, "must be of Keras 3, not a legacy file" },
  { "no-hdf5", GOOD_METADATA, GOOD_CONFIG, "types.h5.json", DNN_ERROR_FORMAT,
    "a.keras:model.weights.h5: it is no HDF5 file" },
  { "no-vars", GOOD_METADATA, GOOD_CONFIG, "types.h5", DNN_ERROR_FORMAT,
    "a weight must be in a group 'vars'" },
  { "external", GOOD_METADATA, GOOD_CONFIG, "refused/external.h5",
    DNN_ERROR_FORMAT, "'link' is an external link" },
};

static DnnZipMember
text_member (const char *name, const char *text)
{
  return (DnnZipMember){ name, ZIP_CM_STORE, text, strlen (text) };
}

static GBytes *
make_archive (const struct Bad *row)
{
  g_autoptr (GBytes) weights = NULL;
  DnnZipMember members[3];
  size_t n = 0;

  if (row->metadata != NULL)
    members[n++] = text_member ("metadata.json", row->metadata);
  if (row->config != NULL)
    members[n++] = text_member ("config.json", row->config);
  if (row->weights != NULL && row->weights[0] == '!')
    members[n++] = text_member (row->weights + 1, "x");
  else if (row->weights != NULL) {
    weights = h5py_read (row->weights);
    members[n] = (DnnZipMember){ .name = "model.weights.h5" };
    members[n].data = g_bytes_get_data (weights, &members[n].n);
    n++;
  }
  return dnn_zip_file_make (members, n);
}

static void
test_bad (gconstpointer data)
{
  const struct Bad *row = data;
  g_autoptr (GBytes) bytes = make_archive (row);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An archive that is not Keras', or needs code, is refused");

  g_assert_null (dnn_keras_file_parse ("a.keras", bytes, &error));

  dnn_assert_error (error, row->code, row->piece);
  g_assert_true (g_str_has_prefix (error->message, "a.keras:"));
}

/* One text in a good HDF5 file for another of its length. */
static const struct Swap {
  const char *label;
  const char *file;
  const char *was;
  const char *is;
  const char *piece;
} swaps[] = {
  { "lambda", "keras2.h5", "{\"class_name\": \"Dense\"",
    "{\"class_name\":\"Lambda\"", "has Python code in it ('Lambda')" },
  { "layers", "keras2.h5", "\"layers\"", "\"Layers\"", "a list of 'layers'" },
  { "weight-missing", "keras2.h5", "dense_1/bias:0", "dense_1/bias:9",
    "'model_weights/dense_1': lists the weight 'dense_1/bias:9'" },
  { "no-lists", "keras2.weights.h5", "layer_names", "layer_nameS",
    "a weight must be in a group 'vars'" },
  { "no-weight-list", "keras2.weights.h5", "weight_names", "weight_nameS",
    "has no attribute 'weight_names'" },
};

static void
test_swap (gconstpointer data)
{
  const struct Swap *row = data;
  const size_t length = strlen (row->was);
  gsize n;
  char *bytes = g_bytes_unref_to_data (h5py_read (row->file), &n);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A legacy file is held to the same rules");

  g_assert_cmpuint (strlen (row->is), ==, length);
  memcpy (h5py_find (bytes, n, row->was), row->is, length);
  changed = g_bytes_new_take (bytes, n);

  g_assert_null (dnn_keras_file_parse ("a.h5", changed, &error));

  g_assert_nonnull (strstr (error->message, row->piece));
  g_assert_true (g_str_has_prefix (error->message, "a.h5: "));
}

/* A member that says less or more than it has. */
static void
test_checksum (void)
{
  gsize n;
  char *bytes = g_bytes_unref_to_data (h5py_read ("sequential.keras"), &n);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A stored member that was changed is refused");

  h5py_find (bytes, n, "TREE")[8] ^= 1;
  changed = g_bytes_new_take (bytes, n);

  g_assert_null (dnn_keras_file_parse ("a.keras", changed, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "a.keras:model.weights.h5: its packed data are broken");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    dnn_add_row ("/keras-file/groups", files[i].name, &files[i], test_groups);
    dnn_add_row ("/keras-file/model", files[i].name, &files[i], test_model);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/keras-file/bad", bad[i].label, &bad[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (swaps); i++)
    dnn_add_row ("/keras-file/swap", swaps[i].label, &swaps[i], test_swap);
  g_test_add_func ("/keras-file/order", test_order);
  g_test_add_func ("/keras-file/zero-copy", test_zero_copy);
  g_test_add_func ("/keras-file/checksum", test_checksum);
  return g_test_run ();
}
