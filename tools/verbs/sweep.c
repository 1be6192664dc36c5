/* sweep.c - dnnrun sweep: many runs of one experiment, side by side */
#include "sweep.h"

#include "resources.h"
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
  char *target; /* (owned) of a table; NULL: the last */
  gint64 runs, seeds, seed, jobs, folds;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->overs);
  g_strfreev (self->sets);
  g_free (self->out);
  g_free (self->by);
  g_free (self->target);
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
check_folds (gint64 folds, GError **error)
{
  return check_number ("--folds", folds, 2, 10000, error);
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
    { "folds", 0, 0, G_OPTION_ARG_INT64, &options->folds,
      "Train each trial so many times: each fold of the rows validates once",
      "K" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options->target,
      "Of a table: the column to predict (default: the last)", "COLUMN" },
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
         (options->folds == 0 || check_folds (options->folds, error)) &&
         (options->jobs == 0 ||
          check_number ("--jobs", options->jobs, 1, 1024, error)) &&
         (options->seed == G_MININT64 ||
          check_number ("--seed", options->seed, 0, G_GINT64_CONSTANT (1) << 52,
                        error));
}

/* --- before -------------------------------------------------------------- */

/* Refuses to sweep keys that the sweep sets for each run. */
static bool
check_axes (const DnnSweep *sweep, GError **error)
{
  static const char *const own[][2] = {
    { "train.seed", "--seeds N trains each trial with several" },
    { "train.threads", "each run has one" },
    { "data.fold", "--folds K lets each of them validate" },
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

/* True if only a mean over folds is wanted. */
static bool
only_folds (const Options *options)
{
  return options->folds > 0 && options->overs == NULL;
}

static char *
folder_of (const Options *options, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *sweep = NULL;

  if (options->out != NULL)
    return g_strdup (options->out);
  cut_suffix (name);
  sweep = g_strconcat (name, only_folds (options) ? "-folds" : "-sweep", NULL);
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
  if (run->fold > 0) {
    g_autofree char *set =
        g_strdup_printf ("data.fold=%" G_GINT64_FORMAT, run->fold);

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

/* True if every run has ended; else false with an error. */
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
    for (gint64 j = 0; j < options->seeds * MAX (options->folds, 1); j++) {
      DnnSweepRun *run = dnn_sweep_run_new_fold (
          folder, i, seed + j / MAX (options->folds, 1),
          options->folds > 0 ? j % options->folds + 1 : 0, self->view.goal);

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
  sweep_print_table (&self->view, rows, self->runs);
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

/* Where nobody has said which rows validate, folds are not the pieces of the
 * file, which may be sorted. */
static void
set_folds (DnnExperiment *experiment, Options *options)
{
  static const char *const others[] = { "validation_split", "validation_first",
                                        "fold" };
  g_autofree char *over =
      g_strdup_printf ("data.folds=%" G_GINT64_FORMAT, options->folds);
  g_autoptr (GStrvBuilder) overs = g_strv_builder_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    dnn_experiment_unset (experiment, "data", others[i]);
  if (dnn_experiment_get (experiment, "data", "split") == NULL)
    dnn_experiment_set (experiment, "data", "split", "random");
  for (size_t i = 0; options->overs != NULL && options->overs[i] != NULL; i++)
    g_strv_builder_add (overs, options->overs[i]);
  g_strv_builder_add (overs, over);
  g_strfreev (options->overs);
  options->overs = g_strv_builder_end (overs);
}

static bool
carry_out (Options *options, DnnExperiment *experiment, const Common *common,
           const char *path, GError **error)
{
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

  if (options->folds > 0)
    set_folds (experiment, options);
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

/* Of a table, what train would choose. */
static DnnExperiment *
load (const Options *options, const Common *common, const char *path,
      GError **error)
{
  g_autoptr (DnnExperiment) experiment = NULL;
  g_autoptr (DnnTableChoice) choice = NULL;

  if (options->target == NULL && !dnn_table_is_named (path)) {
    experiment = dnn_experiment_load (path, error);
    return experiment != NULL &&
                   override_keys (experiment, options->sets, error)
               ? g_steal_pointer (&experiment)
               : NULL;
  }
  choice = choose_for_table (path, options->target, NULL, options->sets, error);
  if (choice == NULL)
    return NULL;
  if (!common->quiet && !common->json)
    fprintf (stderr, "%s", choice->report);
  return g_steal_pointer (&choice->experiment);
}

bool
sweep_folds (DnnExperiment *experiment, const char *name, const char *out,
             int64_t folds, const Common *common, GError **error)
{
  g_auto (Options) options = { .seeds = 1, .seed = G_MININT64, .folds = folds };

  if (!check_folds (folds, error))
    return false;
  options.out = g_strdup (out);
  return carry_out (&options, experiment, common, name, error);
}

bool
cmd_sweep (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { .seeds = 1, .seed = G_MININT64 };
  g_auto (Common) common = { 0 };
  g_autoptr (DnnExperiment) experiment = NULL;

  if (!parse (self, argc, argv, &options, &common, error))
    return false;
  experiment = load (&options, &common, (*argv)[1], error);
  return experiment != NULL &&
         carry_out (&options, experiment, &common, (*argv)[1], error);
}
