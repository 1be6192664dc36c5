/* folder.c - the folder of a run: whose it is, and what may stand there */
#include "dnn-run-private.h"

#include "dnn-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

char *
dnn_run_path (const DnnRun *self, const char *file)
{
  return g_build_filename (self->folder, file, NULL);
}

bool
dnn_run_write_text (const DnnRun *self, const char *name, const char *text,
                    GError **error)
{
  g_autofree char *path = dnn_run_path (self, name);

  return dnn_file_replace (path, text, strlen (text), error);
}

/* --- opening ------------------------------------------------------------- */

/* A run never writes over the model that it begins with. */
static bool
check_base (const DnnRun *self, const char *folder, GError **error)
{
  const char *base = dnn_experiment_get (self->experiment, "model", "base");
  g_autofree char *above = NULL;
  GStatBuf a, b;

  if (base == NULL)
    return true;
  above = g_path_get_dirname (base);
  if (g_stat (above, &a) != 0 || g_stat (folder, &b) != 0 ||
      a.st_dev != b.st_dev || a.st_ino != b.st_ino)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' is the folder of the base, which would be overwritten; "
               "--out takes another",
               folder);
  return false;
}

/* Whoever has one of these has a run. */
static bool
check_free (const char *folder, GError **error)
{
  static const char *const signs[] = { "model.safetensors", "history.csv" };

  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *path = g_build_filename (folder, signs[i], NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' holds a run already; --resume goes on with it, "
                 "--overwrite replaces it, --out takes another folder",
                 folder);
    return false;
  }
  return true;
}

static const char *const files[] = { "model.safetensors", "best.safetensors",
                                     "history.csv",       "health.csv",
                                     "curves.svg",        "experiment.dnn" };

/* Takes away what is left of the run that is replaced. */
static bool
clear_folder (const char *folder, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (folder, files[i], NULL);

    if (g_remove (path) == 0 || errno == ENOENT)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot remove '%s': %s", path,
                 g_strerror (errno));
    return false;
  }
  return true;
}

void
dnn_run_take_folder (DnnRun *self, const char *folder)
{
  g_free (self->folder);
  self->folder = g_strdup (folder);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = dnn_run_path (self, files[i]);

    dnn_file_remove_temporaries (path);
  }
}

bool
dnn_run_open (DnnRun *self, const char *folder, bool overwrite, GError **error)
{
  g_autofree char *text = dnn_experiment_to_string (self->experiment);
  g_autoptr (DnnLock) lock = NULL;

  if (!overwrite && !check_free (folder, error))
    return false;
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
                 folder, g_strerror (errno));
    return false;
  }
  if (!check_base (self, folder, error))
    return false;
  lock = dnn_lock_new (folder, error);
  /* Looked at again: another may have begun and ended meanwhile. */
  if (lock == NULL || (!overwrite && !check_free (folder, error)) ||
      !clear_folder (folder, error))
    return false;
  dnn_lock_free (self->lock);
  self->lock = g_steal_pointer (&lock);
  dnn_run_take_folder (self, folder);
  return dnn_run_write_text (self, "experiment.dnn", text, error);
}
