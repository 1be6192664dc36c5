/* inspect.c - dnnrun inspect: what a plugin is and takes */
#include "child.h"
#include "command.h"
#include "inspect-json.h"
#include "json.h"
#include "probe.h"

#include <dnn-kind.h>
#include <dnn-text.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_TO_INSPECT = 10, INDENT = 24 };

/* --- one ----------------------------------------------------------------- */

static bool
inspect_one (DnnRegistry *registry, DnnKind kind, const char *name, bool json,
             GError **error)
{
  g_autoptr (DnnInspection) inspection =
      dnn_inspect (registry, kind, name, error);
  g_autofree char *text = NULL;

  if (inspection == NULL)
    return false;
  if (json) {
    print_inspection (inspection);
    return true;
  }
  text = dnn_inspection_to_text (inspection);
  printf ("%s", text);
  return true;
}

static bool
parse_kind (const char *text, DnnKind *ret_kind, GError **error)
{
  g_autofree char *nearest = NULL;

  *ret_kind = dnn_kind_from_name (text);
  if (*ret_kind != 0)
    return true;
  nearest = dnn_kind_suggest (text);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no kind of plugin '%s'; %s", text, nearest);
  return false;
}

/* "dense" or "layer/dense".  A name that several kinds have means them all. */
static bool
inspect_name (DnnRegistry *registry, const char *text, bool json,
              GError **error)
{
  const char *slash = strchr (text, '/');
  const char *name = slash != NULL ? slash + 1 : text;
  g_autofree char *before =
      slash != NULL ? g_strndup (text, (gsize) (slash - text)) : NULL;
  const unsigned n_kinds = dnn_kind_count ();
  g_autofree DnnKind *kinds = g_new (DnnKind, n_kinds);
  size_t n = 1;

  if (before != NULL && !parse_kind (before, &kinds[0], error))
    return false;
  if (before == NULL)
    n = dnn_inspect_kinds (registry, name, kinds);
  if (n == 0) {
    for (unsigned i = 0; i < n_kinds; i++)
      kinds[i] = (DnnKind) (i + 1);
    dnn_registry_set_unknown (registry, kinds, n_kinds, name, error);
  }
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && !json)
      printf ("\n");
    if (!inspect_one (registry, kinds[i], name, json, error))
      return false;
  }
  return n > 0;
}

/* --- all ----------------------------------------------------------------- */

static void
print_broken (const Probe *probe, const char *problem)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "kind", probe_kind (probe));
  add_json_text (b, "name", probe->candidate->name);
  add_json_text (b, "path", probe->candidate->path);
  add_json_text (b, "problem", problem);
  json_builder_end_object (b);
  print_json (b);
}

/* Its example is built in a process of its own, too. */
static void
print_all_of (const Probe *probe, const Common *common)
{
  const char *folders = common->plugin_path;
  g_autofree char *word =
      g_strdup_printf ("%s/%s", probe_kind (probe), probe->candidate->name);
  g_autofree char *path =
      g_strdup_printf ("--plugin-path=%s", folders != NULL ? folders : "");
  const char *const arguments[] = { "inspect", "--json", path, word, NULL };
  g_autofree char *out = NULL, *fault = NULL;

  if (probe->problem != NULL)
    print_broken (probe, probe->problem);
  else if (child_run (arguments, SECONDS_TO_INSPECT, &out, &fault))
    printf ("%s", out);
  else
    print_broken (probe, fault);
}

/* A heading where a kind begins, and a row. */
static void
print_row (const Probe *probe, DnnKind *kind)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnCandidate *candidate = probe->candidate;

  if (candidate->kind != *kind)
    printf ("%s%s\n", *kind != 0 ? "\n" : "", probe_kind (probe));
  *kind = candidate->kind;
  dnn_text_row (text, candidate->name,
                probe->problem != NULL ? probe->problem : probe->summary,
                INDENT);
  printf ("%s", text->str);
}

static void
inspect_all (DnnRegistry *registry, const Common *common)
{
  g_autoptr (GPtrArray) list = dnn_registry_list (registry);
  g_autoptr (GPtrArray) probes = probe_all (list);
  DnnKind kind = (DnnKind) 0;

  for (guint i = 0; i < probes->len; i++) {
    const Probe *probe = g_ptr_array_index (probes, i);

    if (probe->candidate->shadowed)
      continue;
    if (common->json)
      print_all_of (probe, common);
    else
      print_row (probe, &kind);
  }
}

bool
cmd_inspect (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autoptr (DnnRegistry) registry = NULL;
  bool done = true;

  if (!command_parse (self, argc, argv, NULL, &common, error))
    return false;
  registry = common_registry (&common);
  if (*argc > 1)
    done = inspect_name (registry, (*argv)[1], common.json, error);
  else
    inspect_all (registry, &common);
  common_print_notes (&common, registry);
  return done;
}
