/* sweep.c - dnnrun sweep: many runs of one experiment, side by side */
#include "command.h"
#include "sweep-folder.h"
#include "sweep-table.h"

#include <dnn-child.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char **overs; /* (owned) */
  char **sets;  /* (owned) */
  char *out;    /* (owned) */
  char *by;     /* (owned) NULL: the loss */
  gint64 runs, seeds, seed, jobs;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->overs);
  g_strfreev (self->sets);
  g_free (self->out);
  g_free (self->by);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* A sweep at work. */
typedef struct {
  SweepView view;
  const char *experiment; /* path of sweep.dnn */
  DnnCrowd *crowd;
  GPtrArray *runs;     /* of DnnSweepRun: all */
  GPtrArray *children; /* of DnnChild, for what is to be run */
  size_t n_ended;
  GError *failure; /* (owned) what could not be written down */
} Work;

static bool
check_number (const char *option, gint64 value, gint64 min, gint64 max,
              GError **error)
{
  if (value >= min && value <= max)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "%s must be a whole number from %" G_GINT64_FORMAT
               " to %" G_GINT64_FORMAT ", not '%" G_GINT64_FORMAT "'",
               option, min, max, value);
  return false;
}

static bool
parse (const Command *self, int *argc, char ***argv, Options *options,
       Common *common, GError **error)
{
  const GOptionEntry entries[] = {
    { "over", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->overs,
      "A key and its values: a,b,c or lo..hi or lo..hi:log",
      "SECTION.KEY=VALUES" },
    { "runs", 0, 0, G_OPTION_ARG_INT64, &options->runs,
      "Draw so many trials at random (default: the whole grid)", "N" },
    { "seeds", 0, 0, G_OPTION_ARG_INT64, &options->seeds,
      "Seeds to train each trial with (default: 1)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed,
      "Of the draws, and the first of training (default: the experiment's)",
      "N" },
    { "jobs", 0, 0, G_OPTION_ARG_INT64, &options->jobs,
      "Runs at a time (default: one a processor)", "N" },
    { "by", 0, 0, G_OPTION_ARG_STRING, &options->by,
      "Column that is compared (default: val_loss, or else loss)", "COLUMN" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets,
      "Set a key of the experiment", "SECTION.KEY=VALUE" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options->out,
      "Folder of the sweep (default: runs/NAME-sweep)", "DIR" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, common, error))
    return false;
  return (options->runs == 0 ||
          check_number ("--runs", options->runs, 1, 10000, error)) &&
         check_number ("--seeds", options->seeds, 1, 10000, error) &&
         (options->jobs == 0 ||
          check_number ("--jobs", options->jobs, 1, 1024, error)) &&
         (options->seed == G_MININT64 ||
          check_number ("--seed", options->seed, 0, G_GINT64_CONSTANT (1) << 52,
                        error));
}

/* --- before -------------------------------------------------------------- */

/* What a sweep sets for each run is not to be swept. */
static bool
check_axes (const DnnSweep *sweep, GError **error)
{
  static const char *const own[][2] = {
    { "train.seed", "--seeds N trains each trial with several" },
    { "train.threads", "each run has one" },
  };

  for (size_t i = 0; i < dnn_sweep_n_axes (sweep); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (own); j++) {
      if (strcmp (dnn_sweep_axis (sweep, i)->key, own[j][0]) != 0)
        continue;
      g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                   "--over '%s' cannot be: %s", own[j][0], own[j][1]);
      return false;
    }
  return true;
}

/* The first trial as a run, untrained: what is wrong with it is most likely
 * wrong with all. */
static DnnSweepGoal *
try_first (const DnnExperiment *experiment, const DnnSweep *sweep,
           const Options *options, const Common *common, GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnExperiment) first = dnn_experiment_copy (experiment);
  g_autoptr (DnnRun) run = NULL;
  g_autofree char *what = dnn_sweep_describe (sweep, 0);

  dnn_experiment_set (first, "train", "threads", "1");
  if (!dnn_sweep_apply (sweep, 0, first, error))
    return NULL;
  run = dnn_run_new (registry, first, error);
  common_print_notes (common, registry);
  if (run == NULL) {
    g_prefix_error (error, "%s: ", what);
    return NULL;
  }
  return dnn_sweep_goal_new (run, options->by, error);
}

static gint64
first_seed (const Options *options, const DnnExperiment *experiment)
{
  const char *text = dnn_experiment_get (experiment, "train", "seed");

  if (options->seed != G_MININT64)
    return options->seed;
  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 1;
}

static char *
folder_of (const Options *options, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *sweep = NULL;

  if (options->out != NULL)
    return g_strdup (options->out);
  if (g_str_has_suffix (name, ".dnn"))
    name[strlen (name) - 4] = '\0';
  sweep = g_strconcat (name, "-sweep", NULL);
  return g_build_filename ("runs", sweep, NULL);
}

/* --- runs ---------------------------------------------------------------- */

/* This program again, to train one trial with one seed on one thread. */
static void
add_child (Work *self, DnnSweepRun *run)
{
  const DnnSweep *sweep = self->view.sweep;
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, run->seed);
  DnnChild *child;

  g_strv_builder_add_many (words, program, "train", self->experiment, "--quiet",
                           "--overwrite", "--threads", "1", "--seed", seed,
                           "--out", run->folder, NULL);
  if (self->view.common->plugin_path != NULL)
    g_strv_builder_add_many (words, "--plugin-path",
                             self->view.common->plugin_path, NULL);
  for (size_t i = 0; i < dnn_sweep_n_axes (sweep); i++) {
    g_autofree char *set =
        g_strconcat (dnn_sweep_axis (sweep, i)->key, "=",
                     dnn_sweep_value (sweep, run->trial, i), NULL);

    g_strv_builder_add_many (words, "--set", set, NULL);
  }
  child = dnn_child_new (g_strv_builder_end (words));
  child->data = run;
  g_ptr_array_add (self->children, child);
}

/* Why it did not end well: the last line that it wrote, without the program's
 * name. */
static char *
sentence_of (const DnnChild *child)
{
  g_autofree char *text =
      g_strchomp (g_strdup (child->err != NULL ? child->err : ""));
  const char *line = strrchr (text, '\n');

  if (child->fault != NULL)
    return g_strdup (child->fault);
  if (child->signal != 0)
    return g_strdup_printf ("it was ended by signal %d (%s)", child->signal,
                            g_strsignal (child->signal));
  line = line != NULL ? line + 1 : text;
  if (g_str_has_prefix (line, "dnnrun: "))
    line += strlen ("dnnrun: ");
  return g_strdup (line);
}

static void
on_done (void *data, DnnChild *child)
{
  Work *self = data;
  DnnSweepRun *run = child->data;
  g_autofree char *sentence = NULL;
  DnnSweepStatus status = child->status == EXIT_DONE       ? DNN_SWEEP_DONE
                          : child->status == EXIT_DIVERGED ? DNN_SWEEP_DIVERGED
                                                           : DNN_SWEEP_FAILED;

  /* Broken off: to be run again. */
  if (dnn_crowd_is_interrupted (self->crowd) && status == DNN_SWEEP_FAILED)
    return;
  sentence = status == DNN_SWEEP_DONE ? g_strdup ("") : sentence_of (child);
  if (!dnn_sweep_run_finish (run, self->view.goal, status, sentence,
                             self->failure == NULL ? &self->failure : NULL)) {
    dnn_crowd_interrupt (self->crowd);
    return;
  }
  sweep_print_run (&self->view, run, ++self->n_ended, self->children->len,
                   child->seconds);
}

static gboolean
on_signal (gpointer data)
{
  dnn_crowd_interrupt (((Work *) data)->crowd);
  return G_SOURCE_CONTINUE;
}

static void
run_children (Work *self)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  GSource *sources[G_N_ELEMENTS (signals)];

  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++) {
    sources[i] = g_unix_signal_source_new (signals[i]);
    g_source_set_callback (sources[i], on_signal, self, NULL);
    g_source_attach (sources[i], dnn_crowd_context (self->crowd));
  }
  dnn_crowd_run (self->crowd);
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++) {
    g_source_destroy (sources[i]);
    g_source_unref (sources[i]);
  }
}

/* Whether all that was to be run was. */
static bool
check_end (Work *self, GError **error)
{
  if (self->failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&self->failure));
    return false;
  }
  if (!dnn_crowd_is_interrupted (self->crowd))
    return true;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
               "interrupted; the same command goes on with what is left");
  return false;
}

/* --- after --------------------------------------------------------------- */

/* No row with a result is a sweep for nothing. */
static bool
check_rows (const GPtrArray *rows, const GPtrArray *runs, GError **error)
{
  const DnnSweepRow *best = g_ptr_array_index (rows, 0);
  const DnnSweepRun *run = g_ptr_array_index (runs, 0);

  if (best->n_done > 0)
    return true;
  g_set_error (error, DNN_ERROR,
               best->status == DNN_SWEEP_DIVERGED ? DNN_ERROR_DIVERGED
                                                  : DNN_ERROR_PARAM,
               "none of the '%u' runs came to its end; the first: %s",
               runs->len, run->message != NULL ? run->message : "no message");
  return false;
}

static bool
work (Work *self, const char *folder, const Options *options, gint64 seed,
      GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;

  for (size_t i = 0; i < dnn_sweep_n_trials (self->view.sweep); i++)
    for (gint64 j = 0; j < options->seeds; j++) {
      DnnSweepRun *run =
          dnn_sweep_run_new (folder, i, seed + j, self->view.goal);

      g_ptr_array_add (self->runs, run);
      if (!dnn_sweep_run_is_complete (run))
        add_child (self, run);
    }
  if (self->children->len < self->runs->len && !self->view.common->quiet)
    fprintf (stderr, "%u of %u runs are there already\n",
             self->runs->len - self->children->len, self->runs->len);
  run_children (self);
  if (!check_end (self, error))
    return false;
  rows = dnn_sweep_rank (self->runs, self->view.goal);
  sweep_print_table (&self->view, rows);
  return check_rows (rows, self->runs, error);
}

static void
run_free (gpointer data)
{
  dnn_sweep_run_free (data);
}

static void
child_free (gpointer data)
{
  dnn_child_free (data);
}

static bool
carry_out (const Options *options, const Common *common, const char *path,
           GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  g_autoptr (DnnSweep) sweep = NULL;
  g_autoptr (DnnSweepGoal) goal = NULL;
  g_autoptr (DnnLock) lock = NULL;
  g_autoptr (DnnCrowd) crowd = NULL;
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (run_free);
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (child_free);
  g_autofree char *folder = folder_of (options, path), *record = NULL;
  Work self = { .runs = runs, .children = children };
  gint64 seed;
  bool done;

  if (experiment == NULL || !override_keys (experiment, options->sets, error))
    return false;
  seed = first_seed (options, experiment);
  sweep = dnn_sweep_new ((const char *const *) options->overs, options->runs,
                         seed, error);
  if (sweep == NULL || !check_axes (sweep, error))
    return false;
  goal = try_first (experiment, sweep, options, common, error);
  if (goal == NULL)
    return false;
  record = sweep_folder_open (folder, experiment, options->overs,
                              options->runs > 0, seed, &lock, error);
  crowd = dnn_crowd_new (children,
                         options->jobs > 0 ? (unsigned) options->jobs
                                           : g_get_num_processors (),
                         0, on_done, &self);
  self.view = (SweepView){ common, sweep, goal };
  self.experiment = record;
  self.crowd = crowd;
  done = record != NULL && work (&self, folder, options, seed, error);
  g_clear_error (&self.failure);
  return done;
}

bool
cmd_sweep (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { .seeds = 1, .seed = G_MININT64 };
  g_auto (Common) common = { 0 };

  if (!parse (self, argc, argv, &options, &common, error))
    return false;
  return carry_out (&options, &common, (*argv)[1], error);
}
