/* plugins.c - a plugin that a run is to open, tried elsewhere first */
#include "plugins.h"

#include "verbs/probe.h"

#include <string.h>

/* True if `name` is in `value` as a whole word. */
static bool
names (const char *value, const char *name)
{
  const size_t n = strlen (name);

  for (const char *at = value; (at = strstr (at, name)) != NULL; at++) {
    const char before = at == value ? ' ' : at[-1];

    if (!g_ascii_isalnum (before) && strchr ("_.-", before) == NULL &&
        !g_ascii_isalnum (at[n]) && (at[n] == '\0' || at[n] != '_'))
      return true;
  }
  return false;
}

static bool
is_named (const DnnCandidate *candidate, const char *const *sets)
{
  for (size_t i = 0; sets[i] != NULL; i++) {
    const char *equals = strchr (sets[i], '=');

    if (equals != NULL && names (equals + 1, candidate->name))
      return true;
  }
  return false;
}

bool
check_plugins (DnnRun *run, const char *const *sets, const char *folders,
               GError **error)
{
  DnnRegistry *own = dnn_model_registry (dnn_run_model (run));
  g_autofree char *before =
      g_strjoinv (":", (char **) dnn_registry_folders (own));
  g_autofree char *all =
      g_strjoin (":", folders != NULL ? folders : "", before, NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (all);
  g_autoptr (GPtrArray) list = dnn_registry_list (registry);
  g_autoptr (GPtrArray) probes = NULL;

  for (guint i = list->len; i-- > 0;)
    if (!is_named (g_ptr_array_index (list, i), sets))
      g_ptr_array_remove_index (list, i);
  probes = probe_all (list);
  for (guint i = 0; i < probes->len; i++) {
    const Probe *probe = g_ptr_array_index (probes, i);

    if (probe->problem == NULL || probe->candidate->shadowed)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: %s; %s",
                 probe->candidate->path, probe->problem, probe->advice);
    return false;
  }
  return true;
}
