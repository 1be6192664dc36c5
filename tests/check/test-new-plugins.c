/* test-new-plugins.c - plugins of minor 1 pass the checks of their kinds */
#include "dnn-check-file.h"
#include "dnn-kind.h"

#include <string.h>

/* Runs all checks of a file in this process. */
static void
check_file (gconstpointer data)
{
  const char *path = data;
  DnnFileChecker checker;

  for (size_t i = 0; dnn_check_table[i].name != NULL; i++) {
    dnn_file_checker_init (&checker, path, g_getenv ("DNN_TEST_PLUGINS"), 1);
    dnn_file_checker_run (&checker, &dnn_check_table[i]);
    for (guint j = 0; j < checker.failures->len; j++)
      g_printerr ("%s: %s: %s\n", path, dnn_check_table[i].name,
                  (const char *) g_ptr_array_index (checker.failures, j));
    g_assert_cmpuint (checker.failures->len, ==, 0);
    dnn_file_checker_clear (&checker);
  }
}

int
main (int argc, char *argv[])
{
  const char *folder = g_getenv ("DNN_TEST_NEW_PLUGINS");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  g_test_init (&argc, &argv, NULL);
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (file, ".so")) {
      g_autofree char *name = g_strdup_printf ("/new-plugins/%s", file);

      g_test_add_data_func_full (name, g_build_filename (folder, file, NULL),
                                 check_file, g_free);
    }
  return g_test_run ();
}
