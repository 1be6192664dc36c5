/* dnn-schedule.c - schedules with their warm-up */
#include "dnn-schedule.h"

#include "dnn-host.h"
#include "dnn-instance.h"
#include "dnn-keys.h"
#include "dnn-kind.h"
#include "dnn-param.h"
#include "dnn-running.h"

#include <math.h>

struct DnnSchedule {
  DnnInstance *instance; /* (owned) */
  const DnnScheduleOps *ops;
  DnnWarmup warmup;
  double from; /* where the warm-up begins */
};

void
dnn_schedule_free (DnnSchedule *self)
{
  if (self == NULL)
    return;
  dnn_instance_free (self->instance);
  g_free (self);
}

/* --- making -------------------------------------------------------------- */

/* The parameter that the schedule begins with; NULL: it has none. */
static const DnnParam *
find_start (const DnnPlugin *code)
{
  for (uint32_t i = 0; i < code->n_params; i++)
    if ((dnn_param_at (code, i)->flags & DNN_START) != 0)
      return dnn_param_at (code, i);
  return NULL;
}

static bool
has_arg (const DnnSpec *spec, const DnnPlugin *code, const DnnParam *param)
{
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (dnn_param_find (code, arg->key) == param)
      return true;
  }
  return false;
}

/* Adds the initial value to a spec that leaves it open. */
static bool
complete_spec (DnnRegistry *registry, DnnSpec *spec, double initial,
               GError **error)
{
  const DnnPlugin *plugin =
      dnn_registry_find (registry, DNN_KIND_SCHEDULE, spec->name, error);
  const DnnPlugin *code =
      plugin != NULL ? dnn_registry_resolve (registry, plugin, error) : NULL;
  const DnnParam *start = code != NULL ? find_start (code) : NULL;
  g_autoptr (DnnSpec) defaults =
      code != NULL ? dnn_plugin_parse_defaults (plugin, error) : NULL;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (defaults == NULL)
    return false;
  if (start == NULL || has_arg (spec, code, start) ||
      has_arg (defaults, code, start))
    return true;
  dnn_spec_add (spec, start->name,
                g_ascii_dtostr (number, sizeof number, initial), spec->place);
  return true;
}

/* The fault of the keys of the warm-up, or NULL. */
static const char *
find_fault (const DnnSchedule *self, const DnnParam *start)
{
  const bool initial = isfinite (self->warmup.warmup_initial);
  const bool target = isfinite (self->warmup.warmup_target);

  if ((initial || target) && self->warmup.warmup_steps == 0)
    return "warmup_initial and warmup_target need warmup_steps";
  if (initial && target)
    return "with warmup_target the warm-up begins with the schedule's initial "
           "value, so warmup_initial cannot be set";
  if (target && start == NULL)
    return "it has no initial value, so warmup_target cannot be set; "
           "warmup_initial says where the warm-up begins";
  return NULL;
}

static bool
take_keys (DnnSchedule *self, GError **error)
{
  const DnnSpec *args = self->instance->host_args;
  const DnnParam *start = find_start (self->instance->code);
  const char *fault;

  if (!dnn_param_set_defaults (&dnn_schedule_keys, &self->warmup, error))
    return false;
  for (guint i = 0; i < args->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args->args, i);

    if (!dnn_param_set (dnn_param_find (&dnn_schedule_keys, arg->key),
                        &self->warmup, arg->value, error)) {
      g_prefix_error (error, "%s: ", args->name);
      return false;
    }
  }
  fault = find_fault (self, start);
  if (fault != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s: %s", args->name,
                 fault);
    return false;
  }
  if (isfinite (self->warmup.warmup_initial))
    self->from = self->warmup.warmup_initial;
  if (isfinite (self->warmup.warmup_target)) {
    self->from = dnn_param_get_number (start, self->instance->self);
    dnn_param_set_number (start, self->instance->self,
                          self->warmup.warmup_target);
  }
  return true;
}

static DnnRunning
running_of (const DnnSchedule *self, const char *call)
{
  const char *name = self->instance->plugin->name;

  return (DnnRunning){ "schedule", name, name, call };
}

/* Asks the plugin whether its parameters go together. */
static bool
check (const DnnSchedule *self, GError **error)
{
  DnnContext context = { 0 };
  const DnnCall call = { DNN_END_OF (DnnCall, host_data), 0, &context };
  const DnnRunning running = running_of (self, "check");
  int32_t status;

  if (self->ops->struct_size < DNN_END_OF (DnnScheduleOps, check) ||
      self->ops->check == NULL)
    return true;
  dnn_running_begin (&running);
  status = self->ops->check (self->instance->self, &dnn_host, &call);
  dnn_running_end ();
  if (status == 0 && context.message == NULL)
    return true;
  dnn_context_take_error (&context, self->instance->plugin->name,
                          DNN_ERROR_PARAM, error);
  return false;
}

DnnSchedule *
dnn_schedule_parse (DnnRegistry *registry, const char *text, double initial,
                    GError **error)
{
  g_autofree const char **host_keys = dnn_kind_key_names (DNN_KIND_SCHEDULE);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, error);
  g_autoptr (DnnSchedule) self = g_new0 (DnnSchedule, 1);

  if (spec == NULL || !complete_spec (registry, spec, initial, error))
    return NULL;
  self->instance = dnn_instance_new (registry, DNN_KIND_SCHEDULE, spec, error);
  if (self->instance == NULL ||
      !dnn_instance_fill (self->instance, host_keys, NULL, NULL, error))
    return NULL;
  self->ops = self->instance->code->ops;
  return take_keys (self, error) && check (self, error)
             ? g_steal_pointer (&self)
             : NULL;
}

/* --- values -------------------------------------------------------------- */

static double
call_value (const DnnSchedule *self, uint64_t step, uint64_t n_steps)
{
  const DnnRunning running = running_of (self, "value");
  double value;

  dnn_running_begin (&running);
  value = self->ops->value (self->instance->self, step, n_steps);
  dnn_running_end ();
  return value;
}

/* The plugin's value behind the warm-up, or at its end. */
static double
value_at (const DnnSchedule *self, uint64_t step, DnnLength length)
{
  const uint64_t warm = (uint64_t) self->warmup.warmup_steps;
  const uint64_t n = length.n_steps, epoch = length.epoch_steps;

  if (self->warmup.unit == DNN_UNIT_STEPS)
    return call_value (self, step > warm ? step - warm : 0,
                       n > warm ? n - warm : 0);
  return epoch > 0 ? call_value (self, step / epoch, (n + epoch - 1) / epoch)
                   : call_value (self, 0, 0);
}

double
dnn_schedule_value (const DnnSchedule *self, uint64_t step, DnnLength length)
{
  const uint64_t warm = (uint64_t) self->warmup.warmup_steps;
  const double to = value_at (self, MAX (step, warm), length);

  if (step >= warm)
    return to;
  return self->from + (to - self->from) * (double) step / (double) warm;
}
