/* probe.c - every plugin file there is, each opened in a process of its own */
#include "probe.h"

#include "child.h"
#include "command.h"

#include <dnn-kind.h>
#include <dnn-loader.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_TO_LOAD = 10 };

/* --- the child ----------------------------------------------------------- */

/* Opens the file and prints kind, name, version and summary of each plugin, a
 * line each. */
bool
cmd_probe (const Command *self, int *argc, char ***argv, GError **error)
{
  g_autoptr (GPtrArray) plugins = NULL;

  (void) self;
  if (*argc != 3) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "probe-plugin takes PATH and NAME");
    return false;
  }
  plugins = dnn_loader_open ((*argv)[1], (*argv)[2], NULL, error);
  for (guint i = 0; plugins != NULL && i < plugins->len; i++) {
    const DnnPlugin *plugin = g_ptr_array_index (plugins, i);
    g_autofree char *version = g_strdup (plugin->version);
    g_autofree char *summary = g_strdup (plugin->summary);

    printf ("%s\t%s\t%s\t%s\n", dnn_kind_name ((DnnKind) plugin->kind),
            plugin->name, g_strdelimit (version, "\t\n", ' '),
            g_strdelimit (summary, "\t\n", ' '));
  }
  return plugins != NULL;
}

/* --- the parent ---------------------------------------------------------- */

static void
probe_free (gpointer data)
{
  Probe *self = data;

  g_free (self->version);
  g_free (self->summary);
  g_free (self->problem);
  g_free (self->advice);
  g_free (self);
}

const char *
probe_kind (const Probe *self)
{
  return self->candidate->kind != 0 ? dnn_kind_name (self->candidate->kind)
                                    : "?";
}

/* A reason often ends in what would be right: "..., and this program has 1;
 * build it again with this version's header". */
static void
split_advice (Probe *self)
{
  const char *mark = g_strrstr (self->problem, "; ");

  if (mark != NULL) {
    self->advice = g_strdup (mark + 2);
    self->problem[mark - self->problem] = '\0';
    return;
  }
  self->advice = g_strdup ("move the file out of its folder, or build it again "
                           "from source that is mended");
}

/* A file in the folder of another kind is refused when it is named. */
static void
take_kind (Probe *self, DnnCandidate *candidate, const char *name)
{
  const DnnKind kind = dnn_kind_from_name (name);

  if (candidate->kind == 0 || candidate->kind == kind) {
    candidate->kind = kind;
    return;
  }
  self->problem = g_strdup_printf (
      "it is of kind %s, and its folder is for kind %s; move it to %s/", name,
      dnn_kind_name (candidate->kind), dnn_kind_folder (kind));
}

static char *
open_in_child (const char *path, const char *name, char **ret_fault)
{
  const char *const arguments[] = { "probe-plugin", path, name, NULL };
  char *out = NULL;

  return child_run (arguments, SECONDS_TO_LOAD, &out, ret_fault) ? out : NULL;
}

static Probe *
new_probe (DnnCandidate *candidate, const char *line)
{
  Probe *self = g_new0 (Probe, 1);
  g_auto (GStrv) info = g_strsplit (line, "\t", 4);

  self->candidate = candidate;
  if (g_strv_length (info) == 4 && dnn_kind_from_name (info[0]) != 0)
    take_kind (self, candidate, info[0]);
  else
    self->problem = g_strdup ("it ends the program when it is loaded");
  if (self->problem != NULL) {
    split_advice (self);
    return self;
  }
  self->version = g_strdup (info[2]);
  self->summary = g_strdup (info[3]);
  return self;
}

/* Another plugin of the candidate's file, which is added to the list. */
static DnnCandidate *
add_member (GPtrArray *list, const DnnCandidate *file)
{
  DnnCandidate *member = g_new0 (DnnCandidate, 1);

  member->kind = file->kind;
  member->path = g_strdup (file->path);
  member->order = file->order;
  g_ptr_array_add (list, member);
  return member;
}

static void
set_name (DnnCandidate *self, const char *line)
{
  g_auto (GStrv) info = g_strsplit (line, "\t", 4);

  if (g_strv_length (info) < 4)
    return;
  g_free (self->name);
  self->name = g_strdup (info[1]);
}

/* Adds what there is in the file of candidate `i`: the plugin, or what is wrong
 * with it, or several plugins. */
static void
probe_file (GPtrArray *list, guint i, GPtrArray *probes)
{
  DnnCandidate *file = g_ptr_array_index (list, i);
  const DnnCandidate first = *file;
  char *fault = NULL;
  g_autofree char *out = open_in_child (file->path, file->name, &fault);
  g_auto (GStrv) lines = g_strsplit (out != NULL ? out : "", "\n", -1);

  if (out == NULL) {
    Probe *self = g_new0 (Probe, 1);

    self->candidate = file;
    self->problem = fault;
    split_advice (self);
    g_ptr_array_add (probes, self);
    return;
  }
  for (size_t j = 0; j == 0 || (lines[j] != NULL && *lines[j] != '\0'); j++) {
    DnnCandidate *candidate = j == 0 ? file : add_member (list, &first);
    const char *line = lines[j] != NULL ? lines[j] : "";

    set_name (candidate, line);
    g_ptr_array_add (probes, new_probe (candidate, line));
  }
}

char **
probe_members (const char *path)
{
  g_autoptr (GStrvBuilder) members = g_strv_builder_new ();
  g_autofree char *name = g_path_get_basename (path), *fault = NULL;
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_str_has_suffix (name, ".so"))
    name[strlen (name) - strlen (".so")] = '\0';
  out = open_in_child (path, name, &fault);
  lines = g_strsplit (out != NULL ? out : "", "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) info = g_strsplit (lines[i], "\t", 4);

    if (g_strv_length (info) == 4) {
      g_autofree char *member = g_strconcat (info[0], "/", info[1], NULL);

      g_strv_builder_add (members, member);
    }
  }
  return g_strv_builder_end (members);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const DnnCandidate *x = (*(Probe *const *) a)->candidate;
  const DnnCandidate *y = (*(Probe *const *) b)->candidate;
  const int order = strcmp (x->name, y->name);

  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  return order != 0 ? order : (int) x->order - (int) y->order;
}

GPtrArray *
probe_all (GPtrArray *list)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func (probe_free);
  const guint n = list->len;

  for (guint i = 0; i < n; i++)
    probe_file (list, i, probes);
  dnn_candidates_mark_shadowed (list);
  g_ptr_array_sort (probes, compare);
  return probes;
}
