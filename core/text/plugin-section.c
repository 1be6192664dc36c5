/* plugin-section.c - a section with the key `type` as a plugin with keys */
#include "dnn-experiment.h"

#include <string.h>

#define LAYER "layer "

static DnnSpec *
set_no_type (const char *name, const DnnSpec *section, GError **error)
{
  const bool is_layer = g_str_has_prefix (name, LAYER);

  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "[%s] type must be given%s",
               name, is_layer ? "" : ", as in --set optimizer.type=sgd");
  if (section != NULL)
    dnn_error_prefix_place (error, section->place);
  return NULL;
}

DnnSpec *
dnn_experiment_plugin_spec (const DnnExperiment *self, const char *name,
                            GError **error)
{
  const DnnSpec *section = dnn_experiment_find (self, name);
  const DnnArg *type = section != NULL ? dnn_spec_find (section, "type") : NULL;
  g_autoptr (DnnSpec) spec = NULL;

  if (type == NULL)
    return set_no_type (name, section, error);
  spec = dnn_spec_parse (type->value, section->place, error);
  if (spec == NULL) {
    dnn_error_prefix_place (error, type->place);
    return NULL;
  }
  if (g_str_has_prefix (name, LAYER))
    dnn_spec_add (spec, "name", name + strlen (LAYER), section->place);
  for (guint i = 0; i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (arg != type)
      dnn_spec_add (spec, arg->key, arg->value, arg->place);
  }
  return g_steal_pointer (&spec);
}
