/* test-data-source.c - data sets by name: where their files are looked for
 *
 * The tests run in a folder of their own.
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>

/* Three images of 2 x 2 and one to test with, as the four files of MNIST. */
static void
write_set (const char *folder, const char *suffix)
{
  static const struct {
    const char *name;
    DnnShape shape;
  } files[] = {
    { "train-images-idx3-ubyte", { 3, 0, { 3, 2, 2 } } },
    { "train-labels-idx1-ubyte", { 1, 0, { 3 } } },
    { "t10k-images-idx3-ubyte", { 3, 0, { 1, 2, 2 } } },
    { "t10k-labels-idx1-ubyte", { 1, 0, { 1 } } },
  };
  const uint8_t bytes[] = { 1, 2, 9, 4, 5, 6, 7, 8, 9, 10, 11, 255 };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *file = g_strconcat (files[i].name, suffix, NULL);
    g_autofree char *path = g_build_filename (folder, file, NULL);

    dnn_test_write_idx (path, bytes, files[i].shape);
  }
}

typedef struct {
  const char *name;
  const char *folder; /* of the files */
  const char *variable;
  const char *suffix;
} Named;

static const Named named[] = {
  { "plain", "set-a", "set-a", "" },
  { "packed", "set-b", "set-b", ".gz" },
  { "below", "set-c/fashion-mnist", "set-c", "" },
};

static void
test_named (gconstpointer data)
{
  const Named *row = data;
  g_autoptr (DnnData) loaded = NULL;
  float x[12], y;

  g_test_summary ("A data set is looked up in DNN_DATA_DIR");

  write_set (row->folder, row->suffix);
  g_setenv ("DNN_DATA_DIR", row->variable, TRUE);

  loaded = dnn_test_load_good ("dataset = fashion-mnist");

  g_assert_cmpint (loaded->train->n, ==, 3);
  g_assert_cmpint (loaded->test->n, ==, 1);
  dnn_array_to_float (dnn_split_input (loaded->train)->array, 0, 12, x);
  g_assert_cmpfloat (x[0], ==, 1);
  g_assert_cmpfloat (x[11], ==, 255);
  dnn_data_targets (loaded, loaded->train, &(int64_t){ 2 }, 1, &y);
  g_assert_cmpfloat (y, ==, 9);
  g_assert_cmpuint (dnn_data_input_shape (loaded).n_dims, ==, 2);
  g_assert_cmpuint (g_strv_length (loaded->preprocess->class_names), ==, 10);
  g_assert_cmpstr (loaded->preprocess->class_names[9], ==, "Ankle boot");
}

static void
test_named_files_win (void)
{
  g_autoptr (DnnData) data = NULL;

  g_test_summary ("test_inputs replaces the data set's own test files");

  write_set ("set-d", "");
  dnn_test_write_idx ("test-x", (const uint8_t[]){ 8, 8, 8, 8, 7, 7, 7, 7 },
                      DNN_SHAPE (2, 2, 2));
  dnn_test_write_idx ("test-y", (const uint8_t[]){ 0, 1 }, DNN_SHAPE (2));
  g_setenv ("DNN_DATA_DIR", "set-d", TRUE);

  data = dnn_test_load_good ("dataset = fashion-mnist\ntest_inputs = test-x\n"
                             "test_targets = test-y\nclass_names = a,b");

  g_assert_cmpint (data->test->n, ==, 2);
  g_assert_cmpstr (data->preprocess->class_names[0], ==, "a");
}

static void
test_incomplete (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A data set with a file missing is not there: told by name");

  if (g_file_test ("/usr/share/datasets", G_FILE_TEST_EXISTS) ||
      g_file_test ("/usr/local/share/datasets", G_FILE_TEST_EXISTS)) {
    g_test_skip ("this machine has data sets of its own");
    return;
  }
  write_set ("set-e", "");
  g_assert_cmpint (g_unlink ("set-e/t10k-labels-idx1-ubyte"), ==, 0);
  g_setenv ("DNN_DATA_DIR", "set-e", TRUE);

  g_assert_null (dnn_test_load ("dataset = fashion-mnist", &error));

  dnn_assert_error (error, DNN_ERROR_DATA, "set-e");
  dnn_assert_error (error, DNN_ERROR_DATA, "dataset-fashion-mnist");
  dnn_assert_error (error, DNN_ERROR_DATA, "DNN_DATA_DIR");
  g_assert_true (g_str_has_prefix (error->message, "run.dnn:1: [data] "));
}

static void
test_truncated (void)
{
  const char head[] = "\0\0\x08\x03\0\0\0\x03\0\0\0\x02";
  g_autoptr (GError) error = NULL;

  g_test_summary ("A broken file of a data set is named");

  write_set ("set-f", "");
  g_assert_true (g_file_set_contents ("set-f/train-images-idx3-ubyte", head,
                                      sizeof head - 1, NULL));
  g_setenv ("DNN_DATA_DIR", "set-f", TRUE);

  g_assert_null (dnn_test_load ("dataset = fashion-mnist", &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "set-f/train-images-idx3-ubyte: ");
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (folder->path), ==, 0);

  for (size_t i = 0; i < G_N_ELEMENTS (named); i++)
    dnn_add_row ("/data-source", named[i].name, &named[i], test_named);
  g_test_add_func ("/data-source/files-win", test_named_files_win);
  g_test_add_func ("/data-source/incomplete", test_incomplete);
  g_test_add_func ("/data-source/truncated", test_truncated);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
