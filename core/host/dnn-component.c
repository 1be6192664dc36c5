/* dnn-component.c - an instance and the schedules that drive it */
#include "dnn-component.h"

#include "dnn-param.h"

/* The component that is being filled. */
typedef struct {
  DnnComponent *self;
  DnnRegistry *registry;
} Target;

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
  dnn_instance_free (self->instance);
  g_free (self);
}

/* True if `text` names a schedule rather than a number. */
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
  dnn_param_set_number (
      param, self->self,
      dnn_component_value_at (self, param, 0, (DnnLength){ 0 }));
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

/* A DnnInstanceSet. */
static bool
set_value (const DnnInstance *instance, const DnnParam *param, const char *text,
           void *data, GError **error)
{
  const Target *target = data;

  drop_schedule (target->self, param);
  if (is_schedule (param, text))
    return add_schedule (target->self, target->registry, param, text, error);
  return dnn_param_set (param, instance->self, text, error);
}

DnnComponent *
dnn_component_new (DnnRegistry *registry, DnnKind kind, const DnnSpec *spec,
                   const char *const *host_keys, GError **error)
{
  g_autoptr (DnnComponent) self = g_new0 (DnnComponent, 1);
  Target target = { self, registry };

  self->instance = dnn_instance_new (registry, kind, spec, error);
  if (self->instance == NULL)
    return NULL;
  self->plugin = self->instance->plugin;
  self->code = self->instance->code;
  self->self = self->instance->self;
  self->spec = self->instance->spec;
  self->host_args = self->instance->host_args;
  self->schedules = g_ptr_array_new_with_free_func (driven_free);
  return dnn_instance_fill (self->instance, host_keys, set_value, &target,
                            error)
             ? g_steal_pointer (&self)
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
                        uint64_t step, DnnLength length)
{
  for (guint i = 0; i < self->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (self->schedules, i);

    if (driven->param == param)
      return CLAMP (dnn_schedule_value (driven->schedule, step, length),
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
