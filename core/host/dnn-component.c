/* dnn-component.c - from a spec to a plugin's filled struct */
#include "dnn-component.h"

#include "dnn-kind.h"
#include "dnn-param.h"

#include <string.h>

static void
driven_free (gpointer data)
{
  DnnDriven *driven = data;

  dnn_schedule_free (driven->schedule);
  g_free (driven);
}

void
dnn_component_free (DnnComponent *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->schedules, g_ptr_array_unref);
  dnn_spec_free (self->host_args);
  dnn_spec_free (self->spec);
  g_free (self->self);
  g_free (self);
}

static bool
matches (const char *const *patterns, const char *key)
{
  for (size_t i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (g_pattern_match_simple (patterns[i], key))
      return true;
  return false;
}

/* Whether `text` names a schedule rather than a number. */
static bool
is_schedule (const DnnParam *param, const char *text)
{
  return (param->flags & DNN_SCHEDULABLE) != 0 && g_ascii_isalpha (*text) &&
         g_ascii_strncasecmp (text, "inf", 3) != 0;
}

static bool
add_schedule (DnnComponent *self, DnnRegistry *registry, const DnnParam *param,
              const char *text, GError **error)
{
  g_autoptr (DnnSchedule) schedule = dnn_schedule_parse (
      registry, text, dnn_param_get_number (param, self->self), error);
  DnnDriven *driven;

  if (schedule == NULL) {
    g_prefix_error (error, "%s must be a number or a schedule: ", param->name);
    return false;
  }
  driven = g_new0 (DnnDriven, 1);
  driven->param = param;
  driven->schedule = g_steal_pointer (&schedule);
  g_ptr_array_add (self->schedules, driven);
  dnn_param_set_number (param, self->self,
                        dnn_component_value_at (self, param, 0, 0));
  return true;
}

/* The last value counts, also where a schedule stood before. */
static void
drop_schedule (DnnComponent *self, const DnnParam *param)
{
  for (guint i = self->schedules->len; i-- > 0;) {
    const DnnDriven *driven = g_ptr_array_index (self->schedules, i);

    if (driven->param == param)
      g_ptr_array_remove_index (self->schedules, i);
  }
}

/* Two names of one parameter in the same spec. */
static bool
check_aliases (const DnnComponent *self, const DnnSpec *spec, guint i,
               GError **error)
{
  const DnnArg *arg = g_ptr_array_index (spec->args, i);
  const DnnParam *param = dnn_param_find (self->code, arg->key);

  for (guint j = 0; param != NULL && j < i; j++) {
    const DnnArg *other = g_ptr_array_index (spec->args, j);

    if (dnn_param_find (self->code, other->key) == param) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "'%s' and '%s' are the same parameter", arg->key,
                   other->key);
      return false;
    }
  }
  return true;
}

static bool
apply_arg (DnnComponent *self, DnnRegistry *registry, const DnnArg *arg,
           const char *const *host_keys, GError **error)
{
  const DnnParam *param = dnn_param_find (self->code, arg->key);

  if (param == NULL && matches (host_keys, arg->key)) {
    dnn_spec_add (self->host_args, arg->key, arg->value, arg->place);
    return true;
  }
  if (param == NULL) {
    dnn_param_set_unknown (self->code, "parameter", host_keys, arg->key, error);
    return false;
  }
  drop_schedule (self, param);
  if (is_schedule (param, arg->value))
    return add_schedule (self, registry, param, arg->value, error);
  return dnn_param_set (param, self->self, arg->value, error);
}

static bool
apply (DnnComponent *self, DnnRegistry *registry, const DnnSpec *spec,
       const char *const *host_keys, GError **error)
{
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (check_aliases (self, spec, i, error) &&
        apply_arg (self, registry, arg, host_keys, error))
      continue;
    g_prefix_error (error, "%s: ", spec->name);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  return true;
}

/* A required parameter that neither the base's defaults nor the user set. */
static const DnnParam *
find_unset (const DnnComponent *self, const DnnSpec *defaults)
{
  for (uint32_t i = 0; i < self->code->n_params; i++) {
    const DnnParam *param = dnn_param_at (self->code, i);
    bool set = (param->flags & DNN_REQUIRED) == 0;
    const DnnSpec *const specs[] = { defaults, self->spec };

    for (size_t j = 0; j < 2; j++)
      for (guint k = 0; k < specs[j]->args->len; k++) {
        const DnnArg *arg = g_ptr_array_index (specs[j]->args, k);

        set = set || dnn_param_find (self->code, arg->key) == param;
      }
    if (!set)
      return param;
  }
  return NULL;
}

DnnSpec *
dnn_plugin_parse_defaults (const DnnPlugin *plugin, GError **error)
{
  return dnn_spec_parse_words (plugin->name, plugin->defaults, error);
}

static bool
fill (DnnComponent *self, DnnRegistry *registry, const char *const *host_keys,
      GError **error)
{
  g_autoptr (DnnSpec) defaults =
      dnn_plugin_parse_defaults (self->plugin, error);
  const DnnParam *unset;

  if (defaults == NULL ||
      !dnn_param_set_defaults (self->code, self->self, error) ||
      !apply (self, registry, defaults, host_keys, error) ||
      !apply (self, registry, self->spec, host_keys, error))
    return false;
  unset = find_unset (self, defaults);
  if (unset == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s: %s must be given (%s)",
               self->spec->name, unset->name, unset->help);
  return false;
}

DnnComponent *
dnn_component_new (DnnRegistry *registry, DnnKind kind, const DnnSpec *spec,
                   const char *const *host_keys, GError **error)
{
  g_autoptr (DnnComponent) self = g_new0 (DnnComponent, 1);

  self->spec = dnn_spec_copy (spec);
  self->host_args = dnn_spec_new (spec->name, spec->place);
  self->schedules = g_ptr_array_new_with_free_func (driven_free);
  self->plugin = dnn_registry_find (registry, kind, spec->name, error);
  if (self->plugin == NULL)
    return NULL;
  self->code = dnn_registry_resolve (registry, self->plugin, error);
  if (self->code == NULL)
    return NULL;
  self->self = g_malloc0 ((size_t) self->code->self_size + 1);
  return fill (self, registry, host_keys, error) ? g_steal_pointer (&self)
                                                 : NULL;
}

DnnComponent *
dnn_component_parse (DnnRegistry *registry, DnnKind kind, const char *text,
                     GError **error)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, error);

  if (spec == NULL)
    return NULL;
  return dnn_component_new (registry, kind, spec, NULL, error);
}

double
dnn_component_value_at (const DnnComponent *self, const DnnParam *param,
                        uint64_t step, uint64_t n_steps)
{
  for (guint i = 0; i < self->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (self->schedules, i);

    if (driven->param == param)
      return CLAMP (dnn_schedule_value (driven->schedule, step, n_steps),
                    param->min, param->max);
  }
  return dnn_param_get_number (param, self->self);
}

void *
dnn_component_widest (const DnnComponent *self)
{
  void *copy = g_memdup2 (self->self, (gsize) self->code->self_size + 1);

  for (guint i = 0; i < self->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (self->schedules, i);

    dnn_param_set_number (driven->param, copy, driven->param->max);
  }
  return copy;
}
