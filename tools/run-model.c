/* run-model.c - the model that a verb's argument means */
#include "run-model.h"

#include <stdio.h>

char *
find_model (const char *path, const Common *common, GError **error)
{
  static const struct {
    const char *name, *what;
  } files[] = {
    { "best.safetensors", "best" },
    { "model.safetensors", "last" },
  };

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *model = g_build_filename (path, files[i].name, NULL);

    if (!g_file_test (model, G_FILE_TEST_EXISTS))
      continue;
    if (!common->quiet)
      fprintf (stderr, "dnnrun: %s: its %s model, %s\n", path, files[i].what,
               model);
    return g_steal_pointer (&model);
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: is a folder without 'model.safetensors'; a model is a "
               "file, or the folder of a run",
               path);
  return NULL;
}
