/* lr-apply.c - writes a rate where an experiment has its own */
#include "dnn-lr-find.h"
#include "dnn-parse.h"

#include "dnn-experiment-edit.h"
#include "dnn-optimizer.h"
#include "dnn-param.h"

#include <math.h>

#define OPTIMIZER_PREFIX "optimizer."

/* Where the rate of a phase is said. */
typedef struct {
  char *section;     /* (owned) */
  char *key;         /* (owned) */
  const DnnArg *old; /* of the experiment; NULL: the plugin's default */
} Target;

static void
target_clear (Target *self)
{
  g_free (self->section);
  g_free (self->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

/* The argument of a section that is the rate, under whatever alias. */
static const DnnArg *
find_rate (const DnnSpec *section, const char *prefix, const DnnPlugin *code)
{
  const DnnParam *rate = dnn_param_find (code, "learning_rate");

  for (guint i = 0; section != NULL && i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (g_str_has_prefix (arg->key, prefix) &&
        dnn_param_find (code, arg->key + strlen (prefix)) == rate)
      return arg;
  }
  return NULL;
}

/* The phase's own, where it has one or an optimizer of its own; else that of
 * [optimizer]. */
static Target
find_target (const DnnExperiment *experiment, const DnnPhase *phase,
             const DnnPlugin *code)
{
  g_autofree char *name = g_strconcat ("phase ", phase->name, NULL);
  const DnnSpec *own = dnn_experiment_find (experiment, name);
  const DnnSpec *all = dnn_experiment_find (experiment, "optimizer");
  const DnnArg *old = find_rate (own, OPTIMIZER_PREFIX, code);

  if (old != NULL)
    return (Target){ g_steal_pointer (&name), g_strdup (old->key), old };
  if (own != NULL && dnn_spec_find (own, OPTIMIZER_PREFIX "type") != NULL)
    return (Target){ g_steal_pointer (&name),
                     g_strdup (OPTIMIZER_PREFIX "learning_rate"), NULL };
  old = find_rate (all, "", code);
  return (Target){ g_strdup ("optimizer"),
                   g_strdup (old != NULL ? old->key : "learning_rate"), old };
}

static bool
find (DnnRegistry *registry, const DnnExperiment *experiment,
      const DnnPhase *phase, Target *ret_target, GError **error)
{
  g_autoptr (DnnOptimizer) optimizer =
      dnn_optimizer_new (registry, phase->optimizer, error);
  const DnnPlugin *code;
  const DnnArg *used;
  double number;

  if (optimizer == NULL)
    return false;
  code = dnn_optimizer_component (optimizer)->code;
  *ret_target = find_target (experiment, phase, code);
  used = find_rate (phase->optimizer, "", code);
  if (used == NULL ||
      (ret_target->old != NULL &&
       dnn_parse_float (used->value, -INFINITY, INFINITY, &number, NULL)))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               ret_target->old != NULL
                   ? "%s is '%s', a schedule, which a number would replace; "
                     "write the rate into it yourself"
                   : "%s is '%s' in the parentheses of the type; give it a "
                     "line of its own",
               used->key, used->value);
  dnn_error_prefix_place (error, used->place);
  return false;
}

bool
dnn_lr_check_apply (DnnRegistry *registry, const DnnExperiment *experiment,
                    const DnnPhase *phase, GError **error)
{
  g_auto (Target) target = { 0 };

  return find (registry, experiment, phase, &target, error);
}

char *
dnn_lr_to_string (double rate)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.2g", rate));
}

bool
dnn_lr_apply (DnnRegistry *registry, const char *path, const DnnPhase *phase,
              double rate, char **ret_text, GError **error)
{
  /* As the file is now: it may have been changed during the sweep. */
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  g_auto (Target) target = { 0 };
  g_autofree char *value = dnn_lr_to_string (rate);

  if (experiment == NULL ||
      !find (registry, experiment, phase, &target, error) ||
      !dnn_experiment_edit_file (path, target.section, target.key, value,
                                 error))
    return false;
  *ret_text =
      g_strdup_printf ("[%s] %s = %s", target.section, target.key, value);
  return true;
}
