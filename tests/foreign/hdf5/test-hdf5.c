/* test-hdf5.c - files of h5py's, held against what h5py finds in them */
#include "dnn-assert.h"
#include "dnn-hdf5.h"
#include "foreign/h5py-files.h"

static void
assert_dataset (const DnnHdf5 *file, const char *path, JsonObject *expected)
{
  const DnnHdf5Node *node = dnn_hdf5_find (file, path);

  g_assert_nonnull (node);
  g_assert_false (node->is_group);
  g_assert_cmpstr (node->tensor.name, ==, path);
  h5py_assert_tensor (&node->tensor, expected);
}

static void
assert_texts (DnnHdf5 *file, const char *place, JsonArray *expected)
{
  const char *at = strrchr (place, '@');
  g_autofree char *path = g_strndup (place, (gsize) (at - place));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts =
      dnn_hdf5_get_texts (file, dnn_hdf5_find (file, path), at + 1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (texts), ==,
                    json_array_get_length (expected));
  for (guint i = 0; texts[i] != NULL; i++)
    g_assert_cmpstr (texts[i], ==, json_array_get_string_element (expected, i));
}

static size_t
count_nodes (const DnnHdf5Node *node)
{
  size_t n = 1;

  for (guint i = 0; i < node->children->len; i++)
    n += count_nodes (g_ptr_array_index (node->children, i));
  return n;
}

static void
test_file (gconstpointer name)
{
  g_autofree char *path = h5py_path (name);
  g_autoptr (JsonNode) expected = h5py_load (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHdf5) file = dnn_hdf5_read (path, &error);
  JsonObject *root = json_node_get_object (expected), *datasets, *attributes;
  JsonArray *groups = json_object_get_array_member (root, "groups");
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  g_test_summary ("Groups, numbers and texts are those that h5py finds");

  g_assert_no_error (error);
  datasets = json_object_get_object_member (root, "datasets");
  attributes = json_object_get_object_member (root, "attributes");
  for (guint i = 0; i < json_array_get_length (groups); i++) {
    const char *group = json_array_get_string_element (groups, i);

    g_assert_true (dnn_hdf5_find (file, group)->is_group);
  }
  json_object_iter_init (&iter, datasets);
  while (json_object_iter_next (&iter, &key, &value))
    assert_dataset (file, key, json_node_get_object (value));
  json_object_iter_init (&iter, attributes);
  while (json_object_iter_next (&iter, &key, &value))
    assert_texts (file, key, json_node_get_array (value));
  g_assert_cmpuint (count_nodes (dnn_hdf5_find (file, "")), ==,
                    json_array_get_length (groups) +
                        json_object_get_size (datasets));
}

/* --- refusals ------------------------------------------------------------ */

static const struct Refused {
  const char *name;
  const char *piece;
} refused[] = {
  { "soft", "'link' is a soft link" },
  { "soft-latest", "'link' is a soft link" },
  { "external", "'link' is an external link" },
  { "storage", "'d': has external storage" },
  { "virtual", "'d': is a virtual dataset" },
  { "gzip", "'d': is packed by a filter" },
  { "chunks-latest", "'d': must be contiguous, compact or in chunks" },
  { "nothing", "'d': its shape asks for more bytes" },
  { "big-endian", "'d': its numbers must be little-endian" },
  { "strings", "'d': must be numbers, not lists of any length" },
  { "complex", "'d': must be numbers, not records" },
  { "nine-axes", "'d': must have at most 8 axes, not '9'" },
  { "links", "has its links in a fractal heap" },
  { "attributes", "has its attributes in a fractal heap" },
  { "committed", "'type': must be a group or a dataset" },
  { "cycle", "'a': the link 'up' leads to an object that has another" },
  { "twice", "the link 'other' leads to an object that has another" },
};

static void
test_refused (gconstpointer data)
{
  const struct Refused *row = data;
  g_autofree char *name = g_strdup_printf ("refused/%s.h5", row->name);
  g_autofree char *path = h5py_path (name);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is not read is refused by its name");

  g_assert_null (dnn_hdf5_read (path, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, row->piece);
  g_assert_true (g_str_has_prefix (error->message, path));
}

/* --- bytes that lie ------------------------------------------------------ */

/* One change to a good file: the first `find`, and `n` bytes `after` it. */
static const struct Lie {
  const char *label;
  const char *file;
  const char *find;
  size_t after;
  size_t n;
  uint64_t value;
  const char *piece;
} lies[] = {
  { "signature", "types.h5", "HDF", 0, 1, 'h', "it is no HDF5 file" },
  { "version-1", "types.h5", "HDF", 7, 1, 1, "version 0, 2 or 3, not '1'" },
  { "offsets", "types.h5", "HDF", 12, 1, 4, "must have 8 bytes, not '4'" },
  { "lengths", "latest.h5", "HDF", 9, 1, 4, "superblock is broken" },
  { "base", "types.h5", "HDF", 23, 8, 8, "base address must be 0, not '8'" },
  { "end", "types.h5", "HDF", 39, 8, 1 << 20, "is cut short" },
  { "root", "types.h5", "HDF", 63, 8, 1 << 30, "its object header of" },
  { "root-inside", "types.h5", "HDF", 63, 8, 8, "must hold an object header" },
  { "heap", "types.h5", "HEAP", 0, 1, 'h', "must hold a local heap" },
  { "heap-size", "types.h5", "HEAP", 8, 8, UINT64_MAX, "within the file's" },
  { "tree", "types.h5", "TREE", 0, 1, 't', "must hold a node of a tree" },
  { "tree-type", "types.h5", "TREE", 4, 1, 1, "not of type '1'" },
  { "tree-entries", "types.h5", "TREE", 6, 2, 0xffff, "a tree node of" },
  { "symbols", "types.h5", "SNOD", 0, 1, 's', "must hold a symbol node" },
  { "symbol-count", "types.h5", "SNOD", 6, 2, 0xffff, "a symbol node of" },
  { "symbol-name", "types.h5", "SNOD", 8, 8, 1 << 20, "in its local heap" },
  { "symbol-soft", "types.h5", "SNOD", 24, 4, 2, "is a soft link" },
  { "symbol-self", "types.h5", "SNOD", 16, 8, 96, "has another link" },
  { "header-sum", "latest.h5", "OHDR", 8, 1, 1, "wrong checksum" },
};

static void
test_lie (gconstpointer data)
{
  const struct Lie *row = data;
  gsize n;
  char *bytes = g_bytes_unref_to_data (h5py_read (row->file), &n);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A structure that lies is refused");

  memcpy (h5py_find (bytes, n, row->find) + row->after, &row->value, row->n);
  changed = g_bytes_new_take (bytes, n);

  g_assert_null (dnn_hdf5_parse ("a.h5", changed, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, row->piece);
  g_assert_true (g_str_has_prefix (error->message, "a.h5: "));
}

static void
test_cut (gconstpointer name)
{
  g_autoptr (GBytes) whole = h5py_read (name);

  g_test_summary ("A file cut anywhere is refused");

  for (gsize n = 0; n < g_bytes_get_size (whole); n += 1 + n / 97) {
    g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), n);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_hdf5_parse ("a.h5", part, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  }
}

/* --- attributes ---------------------------------------------------------- */

static void
test_attributes (void)
{
  g_autofree char *path = h5py_path ("types.h5");
  g_autoptr (DnnHdf5) file = dnn_hdf5_read (path, NULL);
  const DnnHdf5Node *root = dnn_hdf5_find (file, "");
  g_autofree char *text = dnn_hdf5_get_text (file, root, "bytes", NULL);
  g_autofree char *longer = dnn_hdf5_get_text (file, root, "longer", NULL);
  g_autoptr (GError) none = NULL, many = NULL;

  g_test_summary ("A text is read whole; none and three are refused");

  g_assert_cmpstr (text, ==, "one text");
  g_assert_cmpuint (strlen (longer), ==,
                    250 * strlen ("of a heap of its own "));
  g_assert_true (dnn_hdf5_has_attribute (file, root, "fixed"));
  g_assert_false (dnn_hdf5_has_attribute (file, root, "fixe"));
  g_assert_null (dnn_hdf5_get_text (file, root, "fixe", &none));
  dnn_assert_error (none, DNN_ERROR_NAME, "has no attribute 'fixe'");
  g_assert_null (dnn_hdf5_get_text (file, root, "fixed", &many));
  dnn_assert_error (many, DNN_ERROR_FORMAT, "must be one text, not '3'");
}

static void
test_zero_copy (void)
{
  g_autoptr (GBytes) bytes = h5py_read ("types.h5");
  g_autoptr (DnnHdf5) file = dnn_hdf5_parse ("a.h5", bytes, NULL);
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n),
             *at = dnn_hdf5_find (file, "f/float32")->tensor.data,
             *chunks = dnn_hdf5_find (file, "chunks")->tensor.data;

  g_test_summary ("Contiguous numbers stay where they are in the file");

  g_assert_true (at > data && at < data + n);
  g_assert_false (chunks > data && chunks < data + n);
}

int
main (int argc, char *argv[])
{
  static const char *const files[] = { "types.h5",         "latest.h5",
                                       "compact.h5",       "trained.h5",
                                       "keras2.h5",        "keras2.weights.h5",
                                       "layers.weights.h5" };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    dnn_add_row ("/hdf5/file", files[i], files[i], test_file);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/hdf5/refused", refused[i].name, &refused[i], test_refused);
  for (size_t i = 0; i < G_N_ELEMENTS (lies); i++)
    dnn_add_row ("/hdf5/lie", lies[i].label, &lies[i], test_lie);
  dnn_add_row ("/hdf5/cut", "types.h5", "types.h5", test_cut);
  dnn_add_row ("/hdf5/cut", "latest.h5", "latest.h5", test_cut);
  g_test_add_func ("/hdf5/attributes", test_attributes);
  g_test_add_func ("/hdf5/zero-copy", test_zero_copy);
  return g_test_run ();
}
