/* plot.c - dnnrun plot: the curves of runs, over one another */
#include "command.h"
#include "json.h"

#include <dnn-plot.h>
#include <dnn-suggest.h>
#include <dnn-sweep.h>
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

/* The values of a sweep's run, as its legend has them: "learning_rate=0.1".
 * NULL: it is no run of a sweep. */
static char *
sweep_name (const char *run)
{
  g_autofree char *folder = folder_of (run);
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *sweep = g_build_filename (parent, "sweep.dnn", NULL);
  g_autofree char *own = g_build_filename (folder, "experiment.dnn", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DnnExperiment) experiment = NULL;

  if (!g_file_get_contents (sweep, &text, NULL, NULL))
    return NULL;
  experiment = dnn_experiment_load (own, NULL);
  return experiment != NULL ? dnn_sweep_label (text, experiment) : NULL;
}

static bool
are_unique (char **names, size_t n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  bool unique = true;

  for (size_t i = 0; i < n; i++)
    unique &= g_hash_table_add (seen, names[i]);
  return unique;
}

/* Runs of sweeps are called after their values; else a run is called after its
 * folder, or as it was written where another's folder has that name too. */
static void
name_runs (char **runs, size_t n, char **ret_names)
{
  g_auto (GStrv) folders = g_new0 (char *, n + 1);
  g_auto (GStrv) values = g_new0 (char *, n + 1);
  bool unique, swept = true;

  for (size_t i = 0; i < n; i++) {
    folders[i] = short_name (runs[i]);
    values[i] = sweep_name (runs[i]);
    swept = swept && values[i] != NULL;
  }
  unique = swept && are_unique (values, n);
  for (size_t i = 0; i < n && swept; i++)
    ret_names[i] = unique ? g_strdup (values[i])
                          : g_strconcat (values[i], ", ", folders[i], NULL);
  unique = are_unique (folders, n);
  for (size_t i = 0; i < n && !swept; i++)
    ret_names[i] =
        unique ? g_strdup (folders[i]) : g_filename_display_name (runs[i]);
}

static bool
check_metric (const DnnPlotRun *runs, size_t n, const char *metric,
              GError **error)
{
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < n; i++)
    if (g_strv_contains ((const char *const *) runs[i].history->metrics,
                         metric))
      return true;
  nearest =
      dnn_suggest (metric, (const char *const *) runs[0].history->metrics);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "--metric: no run has a column '%s'; %s", metric,
               *nearest != '\0' ? nearest : "they have the loss alone");
  return false;
}

/* Of several, what is no run yet is left out; NULL: that is an error. */
static DnnHistory *
load_one (const char *run, bool several, const Common *common, GError **error)
{
  GError *cause = NULL;
  DnnHistory *history = load_run (run, &cause);

  if (history != NULL)
    return history;
  if (!several || !g_file_test (run, G_FILE_TEST_EXISTS)) {
    g_propagate_error (error, cause);
    return NULL;
  }
  if (!common->quiet)
    fprintf (stderr, "dnnrun: left out: %s\n", cause->message);
  g_error_free (cause);
  return NULL;
}

static char *
draw (char **runs, size_t n, const char *metric, const Common *common,
      GError **error)
{
  g_autoptr (GPtrArray) histories =
      g_ptr_array_new_with_free_func (history_free);
  g_autofree char **kept = g_new0 (char *, n + 1);
  g_auto (GStrv) names = g_new0 (char *, n + 1);
  g_autofree DnnPlotRun *plot = g_new0 (DnnPlotRun, n);
  GError *local = NULL;

  for (size_t i = 0; i < n; i++) {
    const bool last = i + 1 == n && histories->len == 0;
    DnnHistory *history = load_one (runs[i], n > 1 && !last, common, &local);

    if (local != NULL) {
      g_propagate_error (error, local);
      return NULL;
    }
    if (history == NULL)
      continue;
    kept[histories->len] = runs[i];
    g_ptr_array_add (histories, history);
  }
  name_runs (kept, histories->len, names);
  for (guint i = 0; i < histories->len; i++)
    plot[i] = (DnnPlotRun){ names[i], g_ptr_array_index (histories, i) };
  if (metric != NULL && !check_metric (plot, histories->len, metric, error))
    return NULL;
  return dnn_plot_to_svg (plot, histories->len, metric);
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
plot (char **runs, size_t n, const char *wanted, const char *metric,
      const Common *common, GError **error)
{
  const bool json = common->json;
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
  svg = draw (runs, n, metric, common, error);
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
  g_autofree char *out = NULL, *metric = NULL;
  g_auto (Common) common = { 0 };
  const GOptionEntry entries[] = {
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out,
      "Where the picture goes (default: curves.svg in the run's folder; of "
      "several runs, the standard output, also '-')",
      "FILE.svg" },
    { "metric", 0, 0, G_OPTION_ARG_STRING, &metric,
      "Beside the loss (default: the first of the runs' metrics)", "NAME" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  return plot (*argv + 1, (size_t) *argc - 1, out, metric, &common, error);
}
