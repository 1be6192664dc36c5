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

/* Opens the plugin and prints its kind, version and summary. */
bool
cmd_probe (const Command *self, int *argc, char ***argv, GError **error)
{
  const DnnPlugin *plugin;

  (void) self;
  if (*argc != 3) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "probe-plugin takes PATH and NAME");
    return false;
  }
  plugin = dnn_loader_open ((*argv)[1], (*argv)[2], NULL, error);
  if (plugin == NULL)
    return false;
  printf ("%s\t%s\t%s", dnn_kind_name ((DnnKind) plugin->kind), plugin->version,
          plugin->summary);
  return true;
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

static Probe *
probe_file (DnnCandidate *candidate)
{
  Probe *self = g_new0 (Probe, 1);
  const char *const arguments[] = { "probe-plugin", candidate->path,
                                    candidate->name, NULL };
  g_autofree char *out = NULL;
  g_auto (GStrv) info = NULL;

  self->candidate = candidate;
  if (child_run (arguments, SECONDS_TO_LOAD, &out, &self->problem)) {
    info = g_strsplit (out, "\t", 3);
    if (g_strv_length (info) == 3 && dnn_kind_from_name (info[0]) != 0)
      take_kind (self, candidate, info[0]);
    else
      self->problem = g_strdup ("it ends the program when it is loaded");
  }
  if (self->problem != NULL) {
    split_advice (self);
    return self;
  }
  self->version = g_strdup (info[1]);
  self->summary = g_strdup (info[2]);
  return self;
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

  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (probes, probe_file (g_ptr_array_index (list, i)));
  dnn_candidates_mark_shadowed (list);
  g_ptr_array_sort (probes, compare);
  return probes;
}
