/* test-hdf5-write.c - what is written is read back as it was */
#include "dnn-array.h"
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-hdf5-write.h"
#include "dnn-hdf5.h"

static DnnHdf5 *
read_back (const DnnHdf5Writer *writer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dnn_hdf5_writer_to_bytes (writer, &error);
  DnnHdf5 *file;

  g_assert_no_error (error);
  file = dnn_hdf5_parse ("a.h5", bytes, &error);
  g_assert_no_error (error);
  return file;
}

static void
add (DnnHdf5Writer *writer, const char *path, DnnDtype dtype, DnnShape shape,
     const void *data)
{
  const DnnNamedTensor tensor = { path, dtype, shape, data };
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_hdf5_writer_add (writer, &tensor, &error));
  g_assert_no_error (error);
}

static void
test_types (void)
{
  static const uint8_t data[48] = { 1, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (DnnHdf5) file = NULL;

  g_test_summary ("Every type comes back, with its shape and bytes");

  for (int i = DNN_FLOAT32; i <= DNN_BOOL8; i++)
    add (writer, dnn_dtype_name ((DnnDtype) i), (DnnDtype) i, DNN_SHAPE (2, 3),
         data);
  file = read_back (writer);

  for (int i = DNN_FLOAT32; i <= DNN_BOOL8; i++) {
    const char *name = dnn_dtype_name ((DnnDtype) i);
    const DnnNamedTensor *tensor = &dnn_hdf5_find (file, name)->tensor;
    const DnnShape shape = DNN_SHAPE (2, 3);
    const size_t n = 6 * dnn_dtype_size ((DnnDtype) i);

    g_assert_cmpint (tensor->dtype, ==, i);
    g_assert_cmpmem (&tensor->shape, sizeof shape, &shape, sizeof shape);
    g_assert_cmpmem (tensor->data, n, data, n);
  }
}

static void
test_shapes (void)
{
  static const float data[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (DnnHdf5) file = NULL;
  const DnnNamedTensor *tensor;

  g_test_summary ("No axis, no number, and eight axes come back");

  add (writer, "scalar", DNN_FLOAT32, DNN_SCALAR, data);
  add (writer, "none", DNN_FLOAT32, DNN_SHAPE (0, 3), NULL);
  add (writer, "eight", DNN_FLOAT32, DNN_SHAPE (1, 2, 1, 2, 1, 2, 1, 1), data);
  file = read_back (writer);

  tensor = &dnn_hdf5_find (file, "scalar")->tensor;
  g_assert_cmpuint (tensor->shape.n_dims, ==, 0);
  g_assert_cmpmem (tensor->data, 4, data, 4);
  tensor = &dnn_hdf5_find (file, "none")->tensor;
  g_assert_cmpuint (tensor->shape.n_dims, ==, 2);
  g_assert_cmpint (tensor->shape.dims[1], ==, 3);
  tensor = &dnn_hdf5_find (file, "eight")->tensor;
  g_assert_cmpuint (tensor->shape.n_dims, ==, 8);
  g_assert_cmpmem (tensor->data, 32, data, 32);
}

static void
test_groups (void)
{
  static const uint8_t data = 7;
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (DnnHdf5) file = NULL;
  const DnnHdf5Node *layers;

  g_test_summary ("Groups are made on the way, and keep their order");

  for (int i = 0; i < 300; i++) {
    g_autofree char *path = g_strdup_printf ("layers/l%d/vars/0", 299 - i);

    add (writer, path, DNN_UINT8, DNN_SCALAR, &data);
  }
  g_assert_true (dnn_hdf5_writer_add_group (writer, "layers/empty/vars", NULL));
  g_assert_true (dnn_hdf5_writer_add_group (writer, "layers/empty", NULL));
  file = read_back (writer);

  layers = dnn_hdf5_find (file, "layers");
  g_assert_cmpuint (layers->children->len, ==, 301);
  for (guint i = 0; i < 300; i++) {
    const DnnHdf5Node *layer = g_ptr_array_index (layers->children, i);
    g_autofree char *name = g_strdup_printf ("l%u", 299 - i);

    g_assert_cmpstr (layer->name, ==, name);
  }
  g_assert_true (dnn_hdf5_find (file, "layers/empty/vars")->is_group);
  g_assert_cmpuint (
      *(const uint8_t *) dnn_hdf5_find (file, "layers/l5/vars/0")->tensor.data,
      ==, 7);
}

static void
assert_text (DnnHdf5 *file, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      dnn_hdf5_get_text (file, dnn_hdf5_find (file, "d"), key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, value);
}

static void
test_texts (void)
{
  static const uint8_t data = 7;
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (DnnHdf5) file = NULL;
  g_autofree char *edge = g_strnfill (60000, 'e');
  g_autofree char *beyond = g_strnfill (60001, 'b');
  g_autofree char *huge = g_strnfill (1000000, 'h');
  const char *const texts[] = { "", "a", "\xc3\xa9", edge, beyond, huge };

  g_test_summary ("A text of any length comes back; the last of a key counts");

  add (writer, "d", DNN_UINT8, DNN_SCALAR, &data);
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *key = g_strdup_printf ("k%zu", i);

    dnn_hdf5_writer_set_text (writer, "d", key, "before", NULL);
    dnn_hdf5_writer_set_text (writer, "d", key, texts[i], NULL);
  }
  file = read_back (writer);

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *key = g_strdup_printf ("k%zu", i);

    assert_text (file, key, texts[i]);
  }
}

static void
assert_list (DnnHdf5 *file, const char *key, const char *const *values)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts =
      dnn_hdf5_get_texts (file, dnn_hdf5_find (file, ""), key, &error);

  g_assert_no_error (error);
  g_assert_true (g_strv_equal ((const char *const *) texts, values));
}

static void
test_lists (void)
{
  static const char *const none[] = { NULL }, *const two[] = { "ab", "", NULL };
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) many = NULL;
  g_autoptr (DnnHdf5) file = NULL;

  g_test_summary ("A list comes back, empty or cut into pieces, too");

  for (int i = 0; i < 9000; i++) {
    g_autofree char *text = g_strdup_printf ("block_%d/kernel", i);

    g_strv_builder_add (builder, text);
  }
  many = g_strv_builder_end (builder);
  dnn_hdf5_writer_set_texts (writer, "", "none", none, NULL);
  dnn_hdf5_writer_set_texts (writer, "", "two", two, NULL);
  dnn_hdf5_writer_set_texts (writer, "", "many", (const char *const *) many,
                             NULL);
  file = read_back (writer);

  assert_list (file, "none", none);
  assert_list (file, "two", two);
  assert_list (file, "many", (const char *const *) many);
  g_assert_false (
      dnn_hdf5_has_attribute (file, dnn_hdf5_find (file, ""), "many"));
  g_assert_true (
      dnn_hdf5_has_attribute (file, dnn_hdf5_find (file, ""), "many2"));
}

/* --- refusals ------------------------------------------------------------ */

static const struct Refused {
  const char *label;
  const char *path;
  const char *piece;
} refused[] = {
  { "twice", "a/b", "there is such a group or dataset already" },
  { "group", "a", "there is such a group or dataset already" },
  { "through", "a/b/c", "a part of the path is a dataset" },
  { "root", "", "there is such a group or dataset already" },
  { "slash", "/a", "must not have empty parts" },
  { "slashes", "x//y", "must not have empty parts" },
  { "not-utf8", "x\xff", "must be UTF-8" },
};

static void
test_refused (gconstpointer data)
{
  static const uint8_t byte = 7;
  const struct Refused *row = data;
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  const DnnNamedTensor tensor = { row->path, DNN_UINT8, DNN_SCALAR, &byte };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A path that cannot be written is refused");

  add (writer, "a/b", DNN_UINT8, DNN_SCALAR, &byte);

  g_assert_false (dnn_hdf5_writer_add (writer, &tensor, &error));

  dnn_assert_error (error, DNN_ERROR_NAME, row->piece);
}

static void
test_refused_attributes (void)
{
  g_autofree char *beyond = g_strnfill (60001, 'b');
  const char *const list[] = { "a", beyond, NULL };
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (GError) node = NULL, width = NULL;

  g_test_summary ("An attribute of no node, or of one too long, is refused");

  g_assert_false (dnn_hdf5_writer_set_text (writer, "x", "k", "v", &node));
  g_assert_false (dnn_hdf5_writer_set_texts (writer, "", "k", list, &width));

  dnn_assert_error (node, DNN_ERROR_NAME, "'x': there is no such group");
  dnn_assert_error (width, DNN_ERROR_PARAM, "at most 60000 bytes, not '60001'");
}

static void
test_write (void)
{
  static const float data[] = { 1.5f, 2.5f, 3.5f };
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = g_build_filename (folder->path, "a.h5", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DnnHdf5Writer) writer = dnn_hdf5_writer_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n = 0;

  g_test_summary ("A file has the bytes that memory has");

  add (writer, "layers/dense/vars/0", DNN_FLOAT32, DNN_SHAPE (3), data);
  dnn_hdf5_writer_set_text (writer, "layers/dense/vars", "name", "d", NULL);
  bytes = dnn_hdf5_writer_to_bytes (writer, NULL);
  dnn_hdf5_writer_write (writer, path, &error);

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  g_assert_cmpmem (text, n, g_bytes_get_data (bytes, NULL),
                   g_bytes_get_size (bytes));
  g_assert_cmpuint (n % 8, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hdf5-write/types", test_types);
  g_test_add_func ("/hdf5-write/shapes", test_shapes);
  g_test_add_func ("/hdf5-write/groups", test_groups);
  g_test_add_func ("/hdf5-write/texts", test_texts);
  g_test_add_func ("/hdf5-write/lists", test_lists);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/hdf5-write/refused", refused[i].label, &refused[i],
                 test_refused);
  g_test_add_func ("/hdf5-write/refused/attributes", test_refused_attributes);
  g_test_add_func ("/hdf5-write/write", test_write);
  return g_test_run ();
}
