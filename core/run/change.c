/* change.c - a run that is changed while it trains
 *
 * A change is a phase that begins at the next step: the one that is trained is
 * broken off where it is (`ends_after`), and another comes behind it.  Both are
 * written in the run's experiment, so that the run is what its experiment says,
 * and training it from the start takes the same steps.
 */
#include "dnn-run-private.h"

#include "dnn-optimizer.h"
#include "dnn-trainer-steps.h"

#include <string.h>

#define OPTIMIZER "optimizer."
#define TRAIN     "train."

/* The changed run. */
typedef struct {
  DnnExperiment *experiment; /* (owned) */
  GPtrArray *phases;         /* (owned) of DnnPhase */
} Plan;

static void
plan_clear (Plan *self)
{
  dnn_experiment_free (self->experiment);
  g_clear_pointer (&self->phases, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* --- sections ------------------------------------------------------------ */

static char *
section_of (const DnnPhase *phase)
{
  return g_strconcat ("phase ", phase->name, NULL);
}

/* "train 2" behind "train" and "train 3" behind "train 2": the first number
 * that is free. */
static char *
find_name (const DnnExperiment *experiment, const char *name)
{
  g_autofree char *stem = g_strdup (name);
  const size_t n = strlen (stem);
  size_t end = n;
  unsigned number = 2;
  char *found;

  while (end > 0 && g_ascii_isdigit (stem[end - 1]))
    end--;
  if (end > 1 && end < n && stem[end - 1] == ' ')
    stem[end - 1] = '\0';
  found = g_strdup_printf ("phase %s %u", stem, number);
  while (dnn_experiment_find (experiment, found) != NULL) {
    g_free (found);
    found = g_strdup_printf ("phase %s %u", stem, ++number);
  }
  return found;
}

static void
set_number (DnnSpec *section, const char *key, int64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  dnn_spec_set (section, key, text, (DnnPlace){ 0 });
}

/* --- what is asked for --------------------------------------------------- */

/* "train.batch_size" and "batch_size" are the same, as in a phase. */
static const char *
key_of_phase (const char *key, GError **error)
{
  const char *rest = g_str_has_prefix (key, TRAIN) ? key + strlen (TRAIN) : key;

  if (g_str_has_prefix (rest, OPTIMIZER) || strchr (rest, '.') == NULL)
    return rest;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "'%s' cannot be set while a run trains; keys of [train] and "
               "optimizer.KEY can",
               key);
  return NULL;
}

/* Another type starts from its own defaults. */
static void
remove_optimizer (DnnSpec *section)
{
  for (guint i = section->args->len; i-- > 0;) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (g_str_has_prefix (arg->key, OPTIMIZER))
      g_ptr_array_remove_index (section->args, i);
  }
}

/* The keys that are asked for, as a section. */
static DnnSpec *
parse_sets (const char *const *sets, GError **error)
{
  g_autoptr (DnnSpec) asked = dnn_spec_new ("set", (DnnPlace){ 0 });

  for (size_t i = 0; sets[i] != NULL; i++) {
    g_autofree char *key = NULL, *value = NULL;
    const char *name;

    if (!dnn_parse_assignment (sets[i], &key, &value, error))
      return NULL;
    name = key_of_phase (key, error);
    if (name == NULL)
      return NULL;
    if (dnn_spec_find (asked, name) != NULL) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "'%s' is set twice", name);
      return NULL;
    }
    dnn_spec_add (asked, name, value, (DnnPlace){ 0 });
  }
  return g_steal_pointer (&asked);
}

/* Puts them over what stands there. */
static void
apply_sets (DnnSpec *section, const DnnSpec *asked)
{
  if (dnn_spec_find (asked, OPTIMIZER "type") != NULL)
    remove_optimizer (section);
  if (dnn_spec_find (asked, "epochs") != NULL)
    dnn_spec_remove (section, "steps");
  if (dnn_spec_find (asked, "steps") != NULL)
    dnn_spec_remove (section, "epochs");
  for (guint i = 0; i < asked->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (asked->args, i);

    dnn_spec_set (section, arg->key, arg->value, arg->place);
  }
}

/* --- a new phase --------------------------------------------------------- */

/* Sets the epochs, or the steps, that the broken-off phase had left. */
static void
set_rest (const DnnRun *self, DnnSpec *section)
{
  const DnnTrainSettings *settings = &dnn_run_phase (self)->settings;
  const int64_t steps = dnn_trainer_phase_step (self->trainer);

  if (settings->steps > 0)
    set_number (section, "steps", settings->steps - steps);
  else
    set_number (section, "epochs",
                settings->epochs - dnn_trainer_epochs_done (self->trainer));
  if (settings->ends_after > 0)
    set_number (section, "ends_after", settings->ends_after - steps);
}

/* A rate that a callback has set goes on as it is. */
static bool
keep_rate (const DnnRun *self, DnnSpec *section, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  const double rate = dnn_trainer_rate (self->trainer);
  g_autoptr (DnnOptimizer) said = NULL;

  if (!dnn_trainer_sets_rate (self->trainer))
    return true;
  said = dnn_optimizer_new (dnn_model_registry (self->model),
                            dnn_run_phase (self)->optimizer, error);
  if (said == NULL)
    return false;
  if (dnn_optimizer_rate (said, 0) != rate)
    dnn_spec_set (section, OPTIMIZER "learning_rate",
                  g_ascii_dtostr (text, sizeof text, rate), (DnnPlace){ 0 });
  return true;
}

/* The phase that is trained, as a section that is there. */
static DnnSpec *
find_current (const DnnRun *self, DnnExperiment *experiment)
{
  g_autofree char *name = section_of (dnn_run_phase (self));
  g_autoptr (DnnSpec) section = NULL;

  if (dnn_experiment_find (experiment, name) == NULL) {
    section = dnn_spec_new (name, (DnnPlace){ 0 });
    dnn_experiment_insert (experiment, section, NULL);
  }
  return dnn_spec_copy (dnn_experiment_find (experiment, name));
}

/* Breaks the phase off in the text, and writes the next one. */
static bool
add_phase (const DnnRun *self, const DnnSpec *asked, DnnExperiment *experiment,
           GError **error)
{
  g_autoptr (DnnSpec) current = find_current (self, experiment);
  g_autoptr (DnnSpec) section = dnn_spec_copy (current);
  g_autofree char *end = g_strdup_printf (
      "%" G_GINT64_FORMAT, dnn_trainer_phase_step (self->trainer));

  g_free (section->name);
  section->name = find_name (experiment, dnn_run_phase (self)->name);
  section->place = (DnnPlace){ 0 };
  dnn_spec_remove (section, "epochs");
  dnn_spec_remove (section, "steps");
  set_rest (self, section);
  if (!keep_rate (self, section, error))
    return false;
  apply_sets (section, asked);
  dnn_experiment_set (experiment, current->name, "ends_after", end);
  dnn_experiment_insert (experiment, section, current->name);
  return true;
}

/* The next step is the first of a phase that is there already. */
static bool
change_next (const DnnRun *self, const DnnSpec *asked,
             DnnExperiment *experiment, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (DnnSpec) section = NULL;

  if (self->phase + 1 == self->phases->len) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "the run has no step left that could be another");
    return false;
  }
  name = section_of (g_ptr_array_index (self->phases, self->phase + 1));
  section = dnn_spec_copy (dnn_experiment_find (experiment, name));
  apply_sets (section, asked);
  dnn_experiment_replace (experiment, section);
  return true;
}

/* --- all or nothing ------------------------------------------------------ */

/* The experiment as its file would be read: without lines, which are those of
 * another file, and only if it is what was written. */
static bool
read_again (DnnExperiment **experiment, GError **error)
{
  g_autofree char *text = dnn_experiment_to_string (*experiment);
  g_autoptr (DnnExperiment) again = dnn_experiment_parse (NULL, text, error);
  g_autofree char *twice =
      again != NULL ? dnn_experiment_to_string (again) : NULL;

  if (twice == NULL)
    return false;
  if (strcmp (text, twice) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "an experiment's file cannot hold these values: line ends and "
                 "blanks would not come back");
    return false;
  }
  dnn_experiment_free (*experiment);
  *experiment = g_steal_pointer (&again);
  return true;
}

static bool
make_plan (DnnRun *self, const char *const *sets, Plan *plan, char **ret_report,
           GError **error)
{
  g_autoptr (DnnSpec) asked = parse_sets (sets, error);

  if (asked == NULL)
    return false;
  plan->experiment = dnn_experiment_copy (self->experiment);
  if (!(dnn_trainer_is_spent (self->trainer)
            ? change_next (self, asked, plan->experiment, error)
            : add_phase (self, asked, plan->experiment, error)) ||
      !read_again (&plan->experiment, error))
    return false;
  plan->phases = dnn_phases_parse (plan->experiment, error);
  return plan->phases != NULL &&
         dnn_trainer_try_phase (
             self->trainer, g_ptr_array_index (plan->phases, self->phase + 1),
             ret_report, error);
}

/* The run is what `plan` says, and `plan` what the run was. */
static void
swap (DnnRun *self, Plan *plan)
{
  const Plan before = { self->experiment, self->phases };

  self->experiment = plan->experiment;
  self->phases = plan->phases;
  dnn_trainer_set_ends_after (self->trainer,
                              dnn_run_phase (self)->settings.ends_after);
  *plan = before;
}

static bool
save (DnnRun *self, GError **error)
{
  g_autofree char *text = dnn_experiment_to_string (self->experiment);

  return self->folder == NULL ||
         (dnn_run_save_checkpoint (self, error) &&
          dnn_run_write_text (self, "experiment.dnn", text, error));
}

/* Whoever was told that it is done can rely on it, whatever comes. */
static bool
take_plan (DnnRun *self, Plan *plan, GError **error)
{
  swap (self, plan);
  if (save (self, error))
    return true;
  swap (self, plan);
  save (self, NULL); /* as far as it goes: the disk is full, or worse */
  return false;
}

bool
dnn_run_change (DnnRun *self, const char *const *sets, const char *folders,
                char **ret_report, GError **error)
{
  DnnRegistry *registry = dnn_model_registry (self->model);
  g_auto (GStrv) before = g_strdupv ((char **) dnn_registry_folders (registry));
  g_auto (Plan) plan = { NULL, NULL };
  g_autofree char *report = NULL;

  if (!dnn_run_check_alive (self, error))
    return false;
  dnn_registry_add_folders (registry, folders);
  if (!make_plan (self, sets, &plan, &report, error) ||
      !take_plan (self, &plan, error)) {
    dnn_registry_set_folders (registry, (const char *const *) before);
    return false;
  }
  *ret_report = g_steal_pointer (&report);
  return true;
}
