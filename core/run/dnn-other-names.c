/* dnn-other-names.c - one parameter by two names, of which the user's counts */
#include "dnn-other-names.h"

#include "dnn-param.h"

#include <string.h>

/* The plugin that a section's `type` names; NULL: it is not there. */
static const DnnPlugin *
find_plugin (DnnRegistry *registry, const DnnSpec *section)
{
  const DnnArg *type = dnn_spec_find (section, "type");
  const bool optimizer = strcmp (section->name, "optimizer") == 0;

  if (type == NULL ||
      (!optimizer && !g_str_has_prefix (section->name, "layer ")))
    return NULL;
  return dnn_registry_find (registry,
                            optimizer ? DNN_KIND_OPTIMIZER : DNN_KIND_LAYER,
                            type->value, NULL);
}

static const DnnArg *
find_other (const DnnPlugin *plugin, const DnnSpec *section, const DnnArg *arg)
{
  const DnnParam *param = dnn_param_find (plugin, arg->key);

  for (guint i = 0; param != NULL && i < section->args->len; i++) {
    const DnnArg *other = g_ptr_array_index (section->args, i);

    if (other != arg && !dnn_arg_is_override (other) &&
        dnn_param_find (plugin, other->key) == param)
      return other;
  }
  return NULL;
}

static void
drop_in (DnnExperiment *experiment, const DnnSpec *section,
         const DnnPlugin *plugin)
{
  for (guint i = 0; i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);
    const DnnArg *other =
        dnn_arg_is_override (arg) ? find_other (plugin, section, arg) : NULL;

    if (other == NULL)
      continue;
    dnn_experiment_unset (experiment, section->name, other->key);
    i = (guint) -1; /* places have moved */
  }
}

void
dnn_other_names_drop (DnnRegistry *registry, DnnExperiment *experiment)
{
  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const DnnSpec *section = dnn_experiment_section (experiment, i);
    const DnnPlugin *plugin = find_plugin (registry, section);

    if (plugin != NULL)
      drop_in (experiment, section, plugin);
  }
}
