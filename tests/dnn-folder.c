/* dnn-folder.c - makes and removes folders for tests */
#include "dnn-folder.h"

#include <glib/gstdio.h>
#include <string.h>

DnnFolder *
dnn_folder_new (void)
{
  DnnFolder *self = g_new0 (DnnFolder, 1);

  self->path = g_dir_make_tmp ("dnn-test-XXXXXX", NULL);
  g_assert_nonnull (self->path);
  return self;
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_chmod (path, 0700);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR) &&
        !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
      remove_all (child);
    else
      g_assert_cmpint (g_unlink (child), ==, 0);
  }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

void
dnn_folder_free (DnnFolder *self)
{
  if (self == NULL)
    return;
  remove_all (self->path);
  g_free (self->path);
  g_free (self);
}

char *
dnn_folder_write (DnnFolder *self, const char *to, const char *bytes, size_t n)
{
  char *path = g_build_filename (self->path, to, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_file_set_contents_full (path, bytes, (gssize) n, G_FILE_SET_CONTENTS_NONE,
                            0644, &error);
  g_assert_no_error (error);
  return path;
}

char *
dnn_folder_copy (DnnFolder *self, const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_file_get_contents (from, &bytes, &n, &error);
  g_assert_no_error (error);
  return dnn_folder_write (self, to, bytes, n);
}

char *
dnn_built_plugin (const char *plugin)
{
  g_autofree char *file = g_strconcat (plugin, ".so", NULL);

  return g_build_filename (g_getenv ("DNN_TEST_PLUGINS"), file, NULL);
}

char *
dnn_bad_plugin (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);

  return g_build_filename (g_getenv ("DNN_TEST_BAD_PLUGINS"), file, NULL);
}

char *
dnn_folder_copy_plugin (DnnFolder *self, const char *plugin, const char *to)
{
  g_autofree char *from = dnn_built_plugin (plugin);

  return dnn_folder_copy (self, from, to);
}
