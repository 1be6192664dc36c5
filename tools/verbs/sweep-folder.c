/* sweep-folder.c - makes the folder of a sweep, or finds it again */
#include "sweep-folder.h"

#include "command.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

static char *
record_of (const DnnExperiment *experiment, char **overs, bool drawn,
           int64_t seed)
{
  g_autofree char *text = dnn_experiment_to_string (experiment);
  GString *record = g_string_new (NULL);

  for (size_t i = 0; overs[i] != NULL; i++)
    g_string_append_printf (record, DNN_SWEEP_OVER "%s\n", overs[i]);
  g_string_append_printf (record, "# %s, --seed %" G_GINT64_FORMAT "\n\n%s",
                          drawn ? "drawn" : "the whole grid", seed, text);
  return g_string_free (record, FALSE);
}

/* A folder that holds something else is not for a sweep to write into. */
static bool
check_record (const char *folder, const char *path, const char *record,
              GError **error)
{
  g_autofree char *old = NULL;
  g_autofree char *history = g_build_filename (folder, "history.csv", NULL);

  if (g_file_test (history, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' holds a run; --out takes another folder", folder);
    return false;
  }
  if (!g_file_get_contents (path, &old, NULL, NULL))
    return write_text (path, record, error);
  if (strcmp (old, record) == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' holds a sweep over other values, or of another experiment "
               "or seed; --out takes another folder",
               folder);
  return false;
}

char *
sweep_folder_open (const char *folder, const DnnExperiment *experiment,
                   char **overs, bool drawn, int64_t seed, DnnLock **ret_lock,
                   GError **error)
{
  g_autofree char *record = record_of (experiment, overs, drawn, seed);
  g_autofree char *path = g_build_filename (folder, "sweep.dnn", NULL);
  g_autoptr (DnnLock) lock = NULL;

  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
                 folder, g_strerror (errno));
    return NULL;
  }
  lock = dnn_lock_new (folder, error);
  if (lock == NULL || !check_record (folder, path, record, error))
    return NULL;
  *ret_lock = g_steal_pointer (&lock);
  return g_steal_pointer (&path);
}
