/* train.c - dnnrun train */
#include "command.h"
#include "resources.h"
#include "sweep.h"
#include "training.h"

#include <dnn-data-notes.h>
#include <dnn-model-file.h>
#include <dnn-parse.h>
#include <dnn-run.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char **sets;                   /* (owned) */
  char *layers;                  /* (owned) */
  char *data;                    /* (owned) */
  char *target;                  /* (owned) */
  char *report;                  /* (owned) what was chosen for a table */
  char *out;                     /* (owned) */
  char *weights;                 /* (owned) */
  char *resume;                  /* (owned) */
  char *tensorboard;             /* (owned) */
  char *epochs, *seed, *threads; /* (owned) NULL: not given */
  char *memory_limit;            /* (owned) likewise */
  char *checkpoint_every;        /* (owned) likewise */
  DnnSaveEvery saves;            /* the same, read */
  gint64 folds;                  /* 0: none */
  gboolean overwrite, partial, health, no_control;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->sets);
  g_free (self->layers);
  g_free (self->data);
  g_free (self->target);
  g_free (self->report);
  g_free (self->out);
  g_free (self->weights);
  g_free (self->resume);
  g_free (self->tensorboard);
  g_free (self->epochs);
  g_free (self->seed);
  g_free (self->threads);
  g_free (self->memory_limit);
  g_free (self->checkpoint_every);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static bool
parse (const Command *self, int *argc, char ***argv, Options *options,
       Common *common, GError **error)
{
  const GOptionEntry entries[] = {
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets,
      "Set a key of the experiment", "SECTION.KEY=VALUE" },
    { "epochs", 0, 0, G_OPTION_ARG_STRING, &options->epochs,
      "Passes over the training rows", "N" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options->seed,
      "Of all random numbers (default 1)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options->threads,
      "Threads to use (default: one a processor)", "N" },
    { "memory-limit", 0, 0, G_OPTION_ARG_STRING, &options->memory_limit,
      "Memory to use, half of it for rows of the data, as 300M", "BYTES" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options->out,
      "Folder of the run (default: runs/NAME)", "DIR" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite,
      "Replace a run that is there", NULL },
    { "resume", 0, 0, G_OPTION_ARG_FILENAME, &options->resume,
      "Go on with the run in this folder; --epochs may raise its end", "DIR" },
    { "checkpoint-every", 0, 0, G_OPTION_ARG_STRING, &options->checkpoint_every,
      "Save every N steps, or 'N epochs', or 'N minutes'", "N" },
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options->weights,
      "Start from the weights of a safetensors file, by name", "F" },
    { "partial", 0, 0, G_OPTION_ARG_NONE, &options->partial,
      "Take what --weights has, leave the rest", NULL },
    { "health", 0, 0, G_OPTION_ARG_NONE, &options->health,
      "After every epoch, show how gradients fare in every layer", NULL },
    { "tensorboard", 0, 0, G_OPTION_ARG_FILENAME, &options->tensorboard,
      "Write event files for TensorBoard to this folder", "DIR" },
    { "no-control", 0, 0, G_OPTION_ARG_NONE, &options->no_control,
      "Do not listen to dnnrun control", NULL },
    { "layers", 0, 0, G_OPTION_ARG_STRING, &options->layers,
      "The model as a chain, instead of a file", "CHAIN" },
    { "data", 0, 0, G_OPTION_ARG_STRING, &options->data,
      "With --layers: a data set by name, or a file with a section [data]",
      "NAME|FILE.dnn" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options->target,
      "Of a table: the column to predict (default: the last)", "COLUMN" },
    { "folds", 0, 0, G_OPTION_ARG_INT64, &options->folds,
      "Train K times: each fold of the rows validates once", "K" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  return command_parse (self, argc, argv, entries, common, error);
}

/* --- the experiment ------------------------------------------------------ */

/* Takes the whole section [data] of another file. */
static bool
take_data (DnnExperiment *experiment, const char *path, GError **error)
{
  g_autoptr (DnnExperiment) other = dnn_experiment_load (path, error);
  const DnnSpec *section =
      other != NULL ? dnn_experiment_find (other, "data") : NULL;

  if (other == NULL)
    return false;
  if (section == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: it has no section [data]", path);
    return false;
  }
  dnn_experiment_remove (experiment, "data");
  for (guint i = 0; i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    dnn_experiment_set (experiment, "data", arg->key, arg->value);
  }
  return true;
}

static DnnExperiment *
compose (const Options *options, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_new ();

  if (options->data == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--layers needs --data, the name of a data set or a file with "
                 "a section [data]");
    return NULL;
  }
  if (dnn_table_is_named (options->data)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' is a table, which stands alone: dnnrun train %s "
                 "--layers CHAIN",
                 options->data, options->data);
    return NULL;
  }
  if (!g_str_has_suffix (options->data, ".dnn"))
    dnn_experiment_set (experiment, "data", "dataset", options->data);
  else if (!take_data (experiment, options->data, error))
    return NULL;
  dnn_experiment_set (experiment, "model", "layers", options->layers);
  return g_steal_pointer (&experiment);
}

/* True if a default would contradict what the user has set: another optimizer
 * has other rates, and validation rows are chosen in one way. */
static bool
is_settled (const DnnExperiment *experiment, const char *section,
            const char *key)
{
  static const char *const validation[] = { "validation_first",
                                            "validation_inputs" };

  if (dnn_experiment_get (experiment, section, key) != NULL)
    return true;
  if (strcmp (section, "optimizer") == 0 &&
      dnn_experiment_get (experiment, section, "type") != NULL)
    return strcmp (key, "type") != 0;
  for (size_t i = 0; i < G_N_ELEMENTS (validation); i++)
    if (g_str_has_prefix (key, "validation_") &&
        dnn_experiment_get (experiment, section, validation[i]) != NULL)
      return true;
  return false;
}

/* Sets what --layers leaves open. */
static bool
fill_defaults (DnnExperiment *experiment, GError **error)
{
  g_autoptr (DnnExperiment) defaults = load_resource ("defaults.dnn", error);
  g_autoptr (DnnExperiment) said = dnn_experiment_copy (experiment);

  for (size_t i = 0;
       defaults != NULL && i < dnn_experiment_n_sections (defaults); i++) {
    const DnnSpec *section = dnn_experiment_section (defaults, i);

    for (guint j = 0; j < section->args->len; j++) {
      const DnnArg *arg = g_ptr_array_index (section->args, j);

      if (!is_settled (said, section->name, arg->key))
        dnn_experiment_set (experiment, section->name, arg->key, arg->value);
    }
  }
  return defaults != NULL;
}

/* A text that is no whole number is wrong use; the table of [train] checks the
 * limits. */
static bool
set_number (DnnExperiment *experiment, const char *key, const char *value,
            GError **error)
{
  int64_t number;

  if (value == NULL)
    return true;
  if (dnn_parse_int (value, INT64_MIN, INT64_MAX, &number, NULL)) {
    dnn_experiment_set (experiment, "train", key, value);
    return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--%s must be a whole number, not '%s'", key, value);
  return false;
}

/* Results depend on it, so it is kept with the experiment. */
static bool
set_memory_limit (DnnExperiment *experiment, const char *value, GError **error)
{
  int64_t bytes;

  if (value == NULL)
    return true;
  if (dnn_parse_bytes (value, &bytes, error)) {
    dnn_experiment_set (experiment, "data", "memory_limit", value);
    return true;
  }
  g_prefix_error (error, "--memory-limit ");
  if (error != NULL)
    (*error)->code = DNN_ERROR_USAGE;
  return false;
}

/* The run's own; what else is said must agree with it. */
static bool
is_its_own (const Options *options, const char *file)
{
  return options->resume != NULL && file == NULL && options->layers == NULL;
}

/* A table instead of an experiment. */
static bool
is_table (const Options *options, const char *file)
{
  return file != NULL && (options->target != NULL || dnn_table_is_named (file));
}

static DnnExperiment *
choose (Options *options, const char *file, GError **error)
{
  g_autoptr (DnnTableChoice) choice = choose_for_table (
      file, options->target, options->layers, options->sets, error);

  if (choice == NULL)
    return NULL;
  options->report = g_steal_pointer (&choice->report);
  return g_steal_pointer (&choice->experiment);
}

static DnnExperiment *
begin_experiment (Options *options, const char *file, GError **error)
{
  if (is_table (options, file) && options->resume == NULL)
    return choose (options, file, error);
  if (options->target != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--target '%s' is for a table: dnnrun train TABLE.csv",
                 options->target);
    return NULL;
  }
  if (is_its_own (options, file))
    return dnn_run_read_experiment (options->resume, error);
  if ((file != NULL) == (options->layers != NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "train takes FILE.dnn, TABLE.csv or --layers CHAIN (try "
                 "dnnrun train --help)");
    return NULL;
  }
  return file != NULL ? dnn_experiment_load (file, error)
                      : compose (options, error);
}

/* Of an experiment with phases every phase has epochs of its own. */
static void
set_phases_error (const Options *options, GError **error)
{
  if (options->resume != NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--epochs cannot raise the end of a run with phases; "
                 "--weights '%s/model.safetensors' begins another run with "
                 "what it has learnt",
                 options->resume);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--epochs is not for an experiment with phases; take --set "
                 "'phase NAME.epochs=%s'",
                 options->epochs);
}

static DnnExperiment *
make_experiment (Options *options, const char *file, GError **error)
{
  g_autoptr (DnnExperiment) experiment =
      begin_experiment (options, file, error);

  if (experiment == NULL)
    return NULL;
  /* of a table they are in what was chosen */
  for (size_t i = 0; options->report == NULL && options->sets != NULL &&
                     options->sets[i] != NULL;
       i++)
    if (!dnn_experiment_override (experiment, options->sets[i], error))
      return NULL;
  if (options->layers != NULL && options->report == NULL &&
      !fill_defaults (experiment, error))
    return NULL;
  if (options->epochs != NULL && dnn_experiment_has_phases (experiment)) {
    set_phases_error (options, error);
    return NULL;
  }
  if (!set_number (experiment, "epochs", options->epochs, error) ||
      !set_number (experiment, "seed", options->seed, error) ||
      !set_number (experiment, "threads", options->threads, error) ||
      !set_memory_limit (experiment, options->memory_limit, error))
    return NULL;
  return g_steal_pointer (&experiment);
}

/* --- the run ------------------------------------------------------------- */

/* runs/NAME, from the experiment's file or its data set. */
static char *
default_folder (const char *file, const DnnExperiment *experiment)
{
  const char *dataset = dnn_experiment_get (experiment, "data", "dataset");
  g_autofree char *name = g_path_get_basename (file != NULL      ? file
                                               : dataset != NULL ? dataset
                                                                 : "train");

  cut_suffix (name);
  return g_build_filename ("runs", name, NULL);
}

static bool
load_weights (DnnRun *run, const Options *options, const Common *common,
              GError **error)
{
  g_autoptr (DnnSafetensors) file = NULL;
  g_autofree char *report = NULL;

  if (options->weights == NULL)
    return true;
  file = dnn_safetensors_read (options->weights, error);
  if (file == NULL)
    return false;
  if (!dnn_run_load_weights (run, file, options->partial, &report, error)) {
    g_prefix_error (error, "%s: ", options->weights);
    return false;
  }
  if (!common->quiet)
    fprintf (stderr, "%s", report);
  return true;
}

/* A run that begins. */
static DnnRun *
begin (DnnRegistry *registry, const DnnExperiment *experiment,
       const Options *options, const Common *common, const char *file,
       GError **error)
{
  g_autofree char *folder = options->out != NULL
                                ? g_strdup (options->out)
                                : default_folder (file, experiment);
  g_autoptr (DnnRun) run = dnn_run_new (registry, experiment, error);

  common_print_notes (common, registry);
  if (run != NULL)
    print_data_notes (common, dnn_data_notes (dnn_run_data (run)));
  if (run == NULL || !load_weights (run, options, common, error) ||
      !dnn_run_open (run, folder, options->overwrite, error))
    return NULL;
  if (!common->quiet && !common->json)
    fprintf (stderr, "seed %s\n",
             dnn_experiment_get (dnn_run_experiment (run), "train", "seed"));
  return g_steal_pointer (&run);
}

/* A run that goes on. */
static DnnRun *
go_on (DnnRegistry *registry, const DnnExperiment *experiment,
       const Options *options, const Common *common, GError **error)
{
  g_autoptr (DnnRun) run =
      dnn_run_resume (registry, options->resume, experiment, error);

  common_print_notes (common, registry);
  if (run != NULL && !common->quiet && !common->json)
    fprintf (stderr, "%s goes on after step %" G_GUINT64_FORMAT "\n",
             options->resume, dnn_trainer_step (dnn_run_trainer (run)));
  return g_steal_pointer (&run);
}

/* A bare number is of steps, as it always was; 0 is none. */
static bool
parse_saves (Options *options, GError **error)
{
  const char *text = options->checkpoint_every;
  int64_t steps;

  if (text == NULL)
    return true;
  if (dnn_parse_int (text, 0, INT64_MAX, &steps, NULL)) {
    options->saves.steps = steps;
    return true;
  }
  /* A number alone, of epochs to [train], is one below 0 here. */
  if (strchr (text, ' ') != NULL &&
      dnn_save_every_parse (text, &options->saves, NULL))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--checkpoint-every must be a number of steps, 0 or more, or as "
               "'5 epochs' or '10 minutes', not '%s'",
               text);
  return false;
}

static bool
check_options (Options *options, GError **error)
{
  if (!parse_saves (options, error))
    return false;
  if (options->resume == NULL ||
      (options->out == NULL && options->weights == NULL &&
       !options->overwrite && !options->partial))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--resume goes on in its own folder with its own weights; "
               "--out, --overwrite, --weights and --partial are not for it");
  return false;
}

static bool
train_folds (const Options *options, DnnExperiment *experiment,
             const Common *common, const char *file, GError **error)
{
  if (options->resume == NULL && options->weights == NULL &&
      options->tensorboard == NULL && options->checkpoint_every == NULL &&
      !options->overwrite && !options->health)
    return sweep_folds (experiment, file != NULL ? file : "train", options->out,
                        options->folds, common, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--folds '%" G_GINT64_FORMAT "' trains runs of their own, and "
               "goes on with what is left; --resume, --weights, --overwrite, "
               "--tensorboard, --health, --checkpoint-every are not for it",
               options->folds);
  return false;
}

static bool
carry_out (Options *options, const Common *common, const char *file,
           GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnExperiment) experiment = NULL;
  g_autoptr (DnnRun) run = NULL;

  if (!check_options (options, error))
    return false;
  experiment = make_experiment (options, file, error);
  if (experiment == NULL)
    return false;
  if (options->report != NULL && !common->quiet && !common->json)
    fprintf (stderr, "%s", options->report);
  if (options->folds != 0)
    return train_folds (options, experiment, common, file, error);
  run = options->resume != NULL
            ? go_on (registry, experiment, options, common, error)
            : begin (registry, experiment, options, common, file, error);
  if (run == NULL)
    return false;
  if (options->health &&
      !dnn_trainer_enable_health (dnn_run_trainer (run), error))
    return false;
  if (options->tensorboard != NULL &&
      !dnn_trainer_write_events (dnn_run_trainer (run), options->tensorboard,
                                 error))
    return false;
  if (options->checkpoint_every != NULL)
    dnn_run_set_saves (run, &options->saves);
  return train_run (run, common, !options->no_control, error) &&
         train_print_result (run, common, error);
}

bool
cmd_train (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { 0 };
  g_auto (Common) common = { 0 };

  if (!parse (self, argc, argv, &options, &common, error))
    return false;
  return carry_out (&options, &common, *argc > 1 ? (*argv)[1] : NULL, error);
}
