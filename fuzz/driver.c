/* driver.c - makes a target a test: each file of its corpus is a case
 *
 *     fuzz-npy [OPTION OF g_test...] FOLDER
 */
#include "fuzz.h"

static void
test_file (const void *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_test_summary ("The bytes do no harm, and a refusal says why");

  g_file_get_contents (path, &data, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (LLVMFuzzerTestOneInput ((const uint8_t *) data, n), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);

  folder = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *test = g_strconcat ("/", name, NULL);

    g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
    g_test_add_data_func (test, paths->pdata[paths->len - 1], test_file);
  }
  g_assert_cmpuint (paths->len, >, 0);

  return g_test_run ();
}
