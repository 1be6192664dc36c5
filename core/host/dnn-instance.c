/* dnn-instance.c - from a spec to a plugin's filled struct */
#include "dnn-instance.h"

#include "dnn-param.h"

/* The arguments of dnn_instance_fill. */
typedef struct {
  const char *const *host_keys;
  DnnInstanceSet set;
  void *data;
} Filling;

DnnInstance *
dnn_instance_new (DnnRegistry *registry, DnnKind kind, const DnnSpec *spec,
                  GError **error)
{
  g_autoptr (DnnInstance) self = g_new0 (DnnInstance, 1);

  self->spec = dnn_spec_copy (spec);
  self->host_args = dnn_spec_new (spec->name, spec->place);
  self->plugin = dnn_registry_find (registry, kind, spec->name, error);
  if (self->plugin == NULL)
    return NULL;
  self->code = dnn_registry_resolve (registry, self->plugin, error);
  if (self->code == NULL)
    return NULL;
  self->self = g_malloc0 ((size_t) self->code->self_size + 1);
  return g_steal_pointer (&self);
}

void
dnn_instance_free (DnnInstance *self)
{
  if (self == NULL)
    return;
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

/* Two names of one parameter in the same spec. */
static bool
check_aliases (const DnnInstance *self, const DnnSpec *spec, guint i,
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
apply_arg (DnnInstance *self, const Filling *filling, const DnnArg *arg,
           GError **error)
{
  const DnnParam *param = dnn_param_find (self->code, arg->key);

  if (param == NULL && matches (filling->host_keys, arg->key)) {
    dnn_spec_add (self->host_args, arg->key, arg->value, arg->place);
    return true;
  }
  if (param == NULL) {
    if (self->code->kind == DNN_KIND_LAYER &&
        g_str_has_prefix (arg->key, "input_sh"))
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "there is no parameter '%s': a model takes rows of the "
                   "data's own shape, or of [model] input_shape = %s",
                   arg->key, arg->value);
    else
      dnn_param_set_unknown (self->code, "parameter", filling->host_keys,
                             arg->key, error);
    return false;
  }
  if (filling->set != NULL)
    return filling->set (self, param, arg->value, filling->data, error);
  return dnn_param_set (param, self->self, arg->value, error);
}

static bool
apply (DnnInstance *self, const Filling *filling, const DnnSpec *spec,
       GError **error)
{
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (check_aliases (self, spec, i, error) &&
        apply_arg (self, filling, arg, error))
      continue;
    g_prefix_error (error, "%s: ", spec->name);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  return true;
}

/* A required parameter that neither the base's defaults nor the user set. */
static const DnnParam *
find_unset (const DnnInstance *self, const DnnSpec *defaults)
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

bool
dnn_instance_fill (DnnInstance *self, const char *const *host_keys,
                   DnnInstanceSet set, void *data, GError **error)
{
  const Filling filling = { host_keys, set, data };
  g_autoptr (DnnSpec) defaults =
      dnn_plugin_parse_defaults (self->plugin, error);
  const DnnParam *unset;

  if (defaults == NULL ||
      !dnn_param_set_defaults (self->code, self->self, error) ||
      !apply (self, &filling, defaults, error) ||
      !apply (self, &filling, self->spec, error))
    return false;
  unset = find_unset (self, defaults);
  if (unset == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s: %s must be given (%s)",
               self->spec->name, unset->name, unset->help);
  return false;
}
