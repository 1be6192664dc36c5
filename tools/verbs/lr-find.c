/* lr-find.c - dnnrun lr-find: a sweep of the learning rate */
#include "command.h"
#include "json.h"

#include <dnn-lr-find.h>
#include <dnn-run.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of --apply without a word. */
#define APPLY_DEFAULT "--apply=valley"

typedef struct {
  char **sets;                   /* (owned) */
  char *from, *to, *apply, *out; /* (owned) NULL: not given */
  gint64 steps, threads;
  DnnLrRule rule; /* that --apply names */
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->sets);
  g_free (self->from);
  g_free (self->to);
  g_free (self->apply);
  g_free (self->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static bool
find_rule (const char *name, DnnLrRule *ret_rule)
{
  for (int i = 0; i < DNN_N_LR_RULES; i++)
    if (strcmp (name, dnn_lr_rule_name ((DnnLrRule) i)) == 0) {
      *ret_rule = (DnnLrRule) i;
      return true;
    }
  return false;
}

/* --apply may stand without a word: FILE.dnn behind it is none of its own. */
static void
complete_apply (int argc, char **argv)
{
  DnnLrRule rule;

  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--apply") == 0 &&
        (i + 1 == argc || *argv[i + 1] == '-' ||
         g_str_has_suffix (argv[i + 1], ".dnn") ||
         (i + 2 == argc && !find_rule (argv[i + 1], &rule))))
      argv[i] = (char *) APPLY_DEFAULT;
}

static bool
parse (const Command *self, int *argc, char ***argv, Options *options,
       Common *common, GError **error)
{
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_STRING, &options->from,
      "Rate of the first step (default: 1e-6)", "RATE" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options->to,
      "Rate of the last step (default: 10)", "RATE" },
    { "steps", 0, 0, G_OPTION_ARG_INT64, &options->steps,
      "Steps of the sweep (default: 200)", "N" },
    { "apply", 0, 0, G_OPTION_ARG_STRING, &options->apply,
      "Write a suggestion into FILE.dnn: steepest, valley (default), "
      "minimum/10 or slide",
      "RULE" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options->out,
      "Where the picture goes (default: lr-find.svg)", "PICTURE.svg" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets,
      "Set a key of the experiment", "SECTION.KEY=VALUE" },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options->threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  complete_apply (*argc, *argv);
  if (!command_parse (self, argc, argv, entries, common, error))
    return false;
  if (!check_threads (options->threads, error))
    return false;
  if (options->apply != NULL && !find_rule (options->apply, &options->rule)) {
    g_set_error (
        error, DNN_ERROR, DNN_ERROR_USAGE,
        "--apply takes steepest, valley, minimum/10 or slide, not '%s'",
        options->apply);
    return false;
  }
  if (options->apply == NULL || options->sets == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--apply writes a rate for what the file says, and --set '%s' "
               "says something else; leave one of them out",
               options->sets[0]);
  return false;
}

/* --- the sweep ----------------------------------------------------------- */

/* The progress on a terminal. */
typedef struct {
  gint64 step, steps;
} Bar;

static void
on_step (void *data, const DnnLrPoint *point)
{
  Bar *bar = data;

  fprintf (stderr,
           "\r%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
           " - learning_rate: %.2g - loss: %.4f\033[K",
           ++bar->step, bar->steps, point->rate, point->smooth);
}

static bool
fill_options (const Options *options, DnnLrOptions *ret_options, GError **error)
{
  *ret_options = (DnnLrOptions){ 1e-6, 10, options->steps, NULL, NULL };
  return parse_rate ("--from", options->from, &ret_options->from, error) &&
         parse_rate ("--to", options->to, &ret_options->to, error);
}

static DnnLrFind *
sweep (const DnnRun *run, const DnnPhase *phase, const Options *options,
       const Common *common, GError **error)
{
  Bar bar = { 0, options->steps };
  DnnLrOptions how;
  DnnLrFind *found;

  if (!fill_options (options, &how, error))
    return NULL;
  if (isatty (STDERR_FILENO) && !common->quiet) {
    how.step = on_step;
    how.data = &bar;
  }
  found =
      dnn_lr_find (dnn_run_model (run), dnn_run_data (run), phase, &how, error);
  if (how.step != NULL)
    fprintf (stderr, "\n");
  return found;
}

/* --- the result ---------------------------------------------------------- */

static void
print_table (const DnnLrFind *found, const char *out, const char *applied)
{
  const DnnLrPoint *last =
      &g_array_index (found->points, DnnLrPoint, found->points->len - 1);

  printf ("%-10s  %s\n", "rule", "learning_rate");
  for (int i = 0; i < DNN_N_LR_RULES; i++) {
    g_autofree char *rate = dnn_lr_to_string (found->suggestions[i]);

    printf ("%-10s  %s\n", dnn_lr_rule_name ((DnnLrRule) i),
            isnan (found->suggestions[i]) ? "-" : rate);
  }
  printf ("steps: %u, %s %.2g\npicture: %s\n", found->points->len,
          found->diverged ? "diverged at" : "to", last->rate, out);
  if (applied != NULL)
    printf ("applied: %s\n", applied);
}

static void
add_points (JsonBuilder *b, const DnnLrFind *found)
{
  json_builder_set_member_name (b, "points");
  json_builder_begin_array (b);
  for (guint i = 0; i < found->points->len; i++) {
    const DnnLrPoint *point = &g_array_index (found->points, DnnLrPoint, i);

    json_builder_begin_object (b);
    add_json_number (b, "learning_rate", point->rate);
    add_json_number (b, "loss", point->loss);
    add_json_number (b, "smoothed", point->smooth);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
print_object (const DnnLrFind *found, const char *out, const char *applied)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  for (int i = 0; i < DNN_N_LR_RULES; i++)
    add_json_number (b, dnn_lr_rule_name ((DnnLrRule) i),
                     found->suggestions[i]);
  json_builder_set_member_name (b, "diverged");
  json_builder_add_boolean_value (b, found->diverged);
  json_builder_set_member_name (b, "out");
  json_builder_add_string_value (b, out);
  json_builder_set_member_name (b, "applied");
  if (applied != NULL)
    json_builder_add_string_value (b, applied);
  else
    json_builder_add_null_value (b);
  add_points (b, found);
  json_builder_end_object (b);
  print_json (b);
}

/* Writes the picture, then the rate, then says so. */
static bool
finish (const DnnLrFind *found, DnnRegistry *registry, const char *path,
        const DnnPhase *phase, const Options *options, const Common *common,
        GError **error)
{
  const bool json = common->json;
  const char *out = options->out != NULL ? options->out : "lr-find.svg";
  const double rate = found->suggestions[options->rule];
  g_autofree char *svg = dnn_lr_find_to_svg (found);
  g_autofree char *applied = NULL;
  bool done = true;

  if (!write_text (out, svg, error))
    return false;
  if (options->apply != NULL && isnan (rate)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "the curve has no rate by the rule '%s', so nothing is "
                 "applied; see %s",
                 options->apply, out);
    done = false;
  } else if (options->apply != NULL) {
    done = dnn_lr_apply (registry, path, phase, rate, &applied, error);
  }
  if (json) {
    print_object (found, out, applied);
    return done;
  }
  print_table (found, out, applied);
  if (options->apply == NULL && isfinite (rate) && !common->quiet &&
      isatty (STDERR_FILENO))
    fprintf (stderr,
             "dnnrun: %s is a rate to begin with; --apply writes it into %s\n",
             dnn_lr_rule_name (options->rule), path);
  return done;
}

static bool
carry_out (const Options *options, const Common *common, const char *path,
           GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnExperiment) experiment = NULL;
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (GPtrArray) phases = NULL;
  g_autoptr (DnnLrFind) found = NULL;
  DnnPhase *phase;

  if (options->out != NULL &&
      (!check_out_is_not (options->out, path, "the experiment", error) ||
       !check_out_is_picture (options->out, error)))
    return false;
  experiment = dnn_experiment_load (path, error);
  if (experiment == NULL || !override_keys (experiment, options->sets, error))
    return false;
  run = dnn_run_new (registry, experiment, error);
  common_print_notes (common, registry);
  if (run == NULL)
    return false;
  phases = dnn_phases_parse (dnn_run_experiment (run), error);
  if (phases == NULL)
    return false;
  phase = g_ptr_array_index (phases, 0);
  phase->settings.threads = options->threads;
  if (options->apply != NULL &&
      !dnn_lr_check_apply (registry, experiment, phase, error))
    return false;
  found = sweep (run, phase, options, common, error);
  return found != NULL &&
         finish (found, registry, path, phase, options, common, error);
}

bool
cmd_lr_find (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { .steps = 200 };
  g_auto (Common) common = { 0 };

  if (!parse (self, argc, argv, &options, &common, error))
    return false;
  return carry_out (&options, &common, (*argv)[1], error);
}
