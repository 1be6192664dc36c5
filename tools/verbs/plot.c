/* plot.c - dnnrun plot: the curves of runs, over one another */
#include "command.h"
#include "json.h"

#include <dnn-plot.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
history_free (gpointer data)
{
  dnn_history_free (data);
}

/* history.csv of a folder; a file is one itself. */
static char *
history_path (const char *run)
{
  return g_file_test (run, G_FILE_TEST_IS_DIR)
             ? g_build_filename (run, "history.csv", NULL)
             : g_strdup (run);
}

static char *
folder_of (const char *run)
{
  return g_file_test (run, G_FILE_TEST_IS_DIR) ? g_strdup (run)
                                               : g_path_get_dirname (run);
}

/* The name of the run's folder, "." included. */
static char *
short_name (const char *run)
{
  g_autofree char *folder = folder_of (run);
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);

  return g_filename_display_basename (absolute);
}

static DnnHistory *
load_run (const char *run, GError **error)
{
  g_autofree char *path = history_path (run);
  g_autoptr (DnnHistory) history = dnn_history_load (path, error);

  if (history == NULL || dnn_history_count (history) > 0)
    return g_steal_pointer (&history);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: no epoch has ended yet, so there is nothing to plot", path);
  return NULL;
}

/* A run is called after its folder, or as it was written where another's
 * folder has that name too. */
static void
name_runs (char **runs, size_t n, char **ret_names)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bool unique = true;

  for (size_t i = 0; i < n; i++)
    unique &= g_hash_table_add (seen, short_name (runs[i]));
  for (size_t i = 0; i < n; i++)
    ret_names[i] =
        unique ? short_name (runs[i]) : g_filename_display_name (runs[i]);
}

static char *
draw (char **runs, size_t n, GError **error)
{
  g_autoptr (GPtrArray) histories =
      g_ptr_array_new_with_free_func (history_free);
  g_auto (GStrv) names = g_new0 (char *, n + 1);
  g_autofree DnnPlotRun *plot = g_new0 (DnnPlotRun, n);

  name_runs (runs, n, names);
  for (size_t i = 0; i < n; i++) {
    DnnHistory *history = load_run (runs[i], error);

    if (history == NULL)
      return NULL;
    g_ptr_array_add (histories, history);
    plot[i] = (DnnPlotRun){ names[i], history };
  }
  return dnn_plot_to_svg (plot, n);
}

static void
print_path (const char *path, bool json)
{
  JsonBuilder *b;

  if (!json) {
    printf ("curves: %s\n", path);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "out");
  json_builder_add_string_value (b, path);
  json_builder_end_object (b);
  print_json (b);
}

/* Where the picture goes; "-" is the standard output. */
static char *
find_out (const char *out, char **runs, size_t n)
{
  g_autofree char *folder = NULL;

  if (out != NULL)
    return g_strdup (out);
  if (n > 1)
    return g_strdup ("-");
  folder = folder_of (runs[0]);
  return g_build_filename (folder, "curves.svg", NULL);
}

/* A picture is not to take the place of what it shows. */
static bool
check_places (const char *out, char **runs, size_t n, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (!check_out_is_not (out, runs[i], "a history", error))
      return false;
  return check_out_is_picture (out, error);
}

static bool
plot (char **runs, size_t n, const char *wanted, bool json, GError **error)
{
  g_autofree char *out = find_out (wanted, runs, n);
  g_autofree char *svg = NULL;
  bool to_stdout = strcmp (out, "-") == 0;

  if (to_stdout && (json || (wanted == NULL && isatty (STDOUT_FILENO)))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "the picture would go to the standard output, "
                 "which is %s; give --out FILE.svg",
                 json ? "taken by --json" : "a terminal");
    return false;
  }
  if (!to_stdout && !check_places (out, runs, n, error))
    return false;
  svg = draw (runs, n, error);
  if (svg == NULL)
    return false;
  if (to_stdout) {
    fputs (svg, stdout);
    return true;
  }
  if (!write_text (out, svg, error))
    return false;
  print_path (out, json);
  return true;
}

bool
cmd_plot (const Command *self, int *argc, char ***argv, GError **error)
{
  g_autofree char *out = NULL;
  g_auto (Common) common = { 0 };
  const GOptionEntry entries[] = {
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out,
      "Where the picture goes (default: curves.svg in the run's folder; of "
      "several runs, the standard output, also '-')",
      "FILE.svg" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  return plot (*argv + 1, (size_t) *argc - 1, out, common.json, error);
}
