/* dnn-phase.c - what each phase of an experiment comes to */
#include "dnn-phase.h"

#include "dnn-summary.h"

#include <string.h>

#define OPTIMIZER_PREFIX "optimizer."

void
dnn_phase_free (DnnPhase *self)
{
  if (self == NULL)
    return;
  dnn_spec_free (self->optimizer);
  g_free (self);
}

char *
dnn_phase_describe (const DnnPhase *self, const DnnModel *model,
                    const char *slots)
{
  const DnnCounts counts = dnn_model_count (model);
  g_autofree char *optimizer = dnn_spec_to_string (self->optimizer);

  return g_strdup_printf (
      "phase %s: %" G_GINT64_FORMAT " parameters train, %" G_GINT64_FORMAT
      " do not; %s%s%s",
      self->name, counts.trainable, counts.non_trainable, optimizer,
      slots != NULL && *slots != '\0' ? "; " : "", slots != NULL ? slots : "");
}

static void
phase_free (gpointer data)
{
  dnn_phase_free (data);
}

/* It stands in history.csv and in file names of others. */
static bool
check_name (const DnnSpec *section, GError **error)
{
  const char *name = section->name + strlen ("phase ");

  if (strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789_-. ") == strlen (name))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "a phase's name must be of letters, digits, '_', '-', '.' and "
               "blanks, not '%s'",
               name);
  dnn_error_prefix_place (error, section->place);
  return false;
}

/* A key of the whole run cannot be set in one phase. */
static bool
check_keys (const DnnSpec *section, GError **error)
{
  static const char *const whole[] = { "seed", "threads", "save_every",
                                       "metrics", "weighted_metrics" };

  for (size_t i = 0; i < G_N_ELEMENTS (whole); i++) {
    const DnnArg *arg = dnn_spec_find (section, whole[i]);

    if (arg == NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[%s] %s is one for the whole run; set it in [train]",
                 section->name, arg->key);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  if (dnn_spec_find (section, "epochs") == NULL ||
      dnn_spec_find (section, "steps") == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[%s] sets both epochs and steps; one of them ends a phase",
               section->name);
  dnn_error_prefix_place (error, section->place);
  return false;
}

/* [train] with the phase's keys put over it. */
static DnnSpec *
merge_train (const DnnSpec *train, const DnnSpec *section)
{
  DnnSpec *merged = train != NULL ? dnn_spec_copy (train)
                                  : dnn_spec_new ("train", section->place);

  /* One of the two ends a phase: its own counts. */
  if (dnn_spec_find (section, "epochs") != NULL)
    dnn_spec_remove (merged, "steps");
  if (dnn_spec_find (section, "steps") != NULL)
    dnn_spec_remove (merged, "epochs");
  for (guint i = 0; i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (!g_str_has_prefix (arg->key, OPTIMIZER_PREFIX))
      dnn_spec_set (merged, arg->key, arg->value, arg->place);
  }
  return merged;
}

/* [optimizer] with the phase's keys; another type starts from its defaults. */
static DnnSpec *
merge_optimizer (const DnnExperiment *experiment, const DnnSpec *section,
                 GError **error)
{
  const DnnArg *type = dnn_spec_find (section, OPTIMIZER_PREFIX "type");
  DnnSpec *merged =
      type != NULL
          ? dnn_spec_parse (type->value, type->place, error)
          : dnn_experiment_plugin_spec (experiment, "optimizer", error);

  for (guint i = 0; merged != NULL && i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (arg != type && g_str_has_prefix (arg->key, OPTIMIZER_PREFIX))
      dnn_spec_set (merged, arg->key + strlen (OPTIMIZER_PREFIX), arg->value,
                    arg->place);
  }
  return merged;
}

static DnnPhase *
parse_phase (const DnnExperiment *experiment, const DnnSpec *section,
             GError **error)
{
  const DnnSpec *train = dnn_experiment_find (experiment, "train");
  g_autoptr (DnnSpec) merged = merge_train (train, section);
  g_autoptr (DnnPhase) self = g_new0 (DnnPhase, 1);

  self->name = g_intern_string (section->name + strlen ("phase "));
  self->place = section->place;
  if (!check_name (section, error) || !check_keys (section, error) ||
      !dnn_train_settings_parse (merged, &self->settings, error))
    return NULL;
  self->optimizer = merge_optimizer (experiment, section, error);
  return self->optimizer != NULL ? g_steal_pointer (&self) : NULL;
}

static DnnPhase *
only_phase (const DnnExperiment *experiment, GError **error)
{
  g_autoptr (DnnPhase) self = g_new0 (DnnPhase, 1);

  self->name = "train";
  if (dnn_experiment_find (experiment, "train") != NULL)
    self->place = dnn_experiment_find (experiment, "train")->place;
  if (!dnn_train_settings_parse (dnn_experiment_find (experiment, "train"),
                                 &self->settings, error))
    return NULL;
  self->optimizer = dnn_experiment_plugin_spec (experiment, "optimizer", error);
  return self->optimizer != NULL ? g_steal_pointer (&self) : NULL;
}

GPtrArray *
dnn_phases_parse (const DnnExperiment *experiment, GError **error)
{
  g_autoptr (GPtrArray) phases = g_ptr_array_new_with_free_func (phase_free);

  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const DnnSpec *section = dnn_experiment_section (experiment, i);
    DnnPhase *phase;

    if (!g_str_has_prefix (section->name, "phase "))
      continue;
    phase = parse_phase (experiment, section, error);
    if (phase == NULL)
      return NULL;
    g_ptr_array_add (phases, phase);
  }
  if (phases->len == 0) {
    DnnPhase *phase = only_phase (experiment, error);

    if (phase == NULL)
      return NULL;
    g_ptr_array_add (phases, phase);
  }
  return g_steal_pointer (&phases);
}
