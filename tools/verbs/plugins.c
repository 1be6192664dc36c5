/* plugins.c - dnnrun plugins: every plugin, and what is wrong with it */
#include "command.h"
#include "json.h"
#include "probe.h"

#include <dnn-text.h>
#include <stdio.h>

enum { INDENT = 11 };

static void
print_row (const Probe *probe)
{
  const DnnCandidate *candidate = probe->candidate;

  printf ("%-12s %-34s %s%s\n", probe_kind (probe), candidate->name,
          probe->problem != NULL ? probe->problem : probe->summary,
          candidate->shadowed ? " (shadowed)" : "");
}

static void
print_problem (const Probe *probe)
{
  g_autoptr (GString) text = g_string_new (NULL);

  dnn_text_row (text, "file:", probe->candidate->path, INDENT);
  dnn_text_row (text, "problem:", probe->problem, INDENT);
  dnn_text_row (text, "to do:", probe->advice, INDENT);
  printf ("%s/%s\n%s", probe_kind (probe), probe->candidate->name, text->str);
}

static void
print_object (const Probe *probe)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "kind", probe_kind (probe));
  add_json_text (b, "name", probe->candidate->name);
  add_json_text (b, "path", probe->candidate->path);
  add_json_text (b, "version", probe->version);
  add_json_text (b, "summary", probe->summary);
  add_json_text (b, "problem", probe->problem);
  add_json_text (b, "advice", probe->advice);
  add_json_bool (b, "shadowed", probe->candidate->shadowed);
  json_builder_end_object (b);
  print_json (b);
}

bool
cmd_plugins (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  gboolean problems = FALSE;
  const GOptionEntry entries[] = {
    { "problems", 0, 0, G_OPTION_ARG_NONE, &problems,
      "Only those that cannot be used, and what to do", NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (GPtrArray) list = NULL, probes = NULL;

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  registry = common_registry (&common);
  list = dnn_registry_list (registry);
  probes = probe_all (list);
  for (guint i = 0; i < probes->len; i++) {
    const Probe *probe = g_ptr_array_index (probes, i);

    if (problems && probe->problem == NULL)
      continue;
    if (common.json)
      print_object (probe);
    else if (problems)
      print_problem (probe);
    else
      print_row (probe);
  }
  return true;
}
