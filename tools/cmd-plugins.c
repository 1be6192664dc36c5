/* cmd-plugins.c - dnnrun plugins: every plugin, opened in a process of its own
 */
#include "command.h"

#include <dnn-kind.h>
#include <dnn-loader.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_TO_LOAD = 10 };

/* What came of opening one file. */
typedef struct {
  char *fault; /* (owned) NULL: it can be used */
  char **info; /* (owned) kind, version, summary */
} Probe;

static void
probe_clear (Probe *self)
{
  g_free (self->fault);
  g_strfreev (self->info);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Probe, probe_clear)

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

typedef struct {
  GMainLoop *loop;
  GSubprocess *process;
  char *out, *err; /* (owned) */
  bool timed_out;
} Child;

static void
on_child_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Child *child = data;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result,
                                        &child->out, &child->err, NULL);
  g_main_loop_quit (child->loop);
}

static gboolean
on_timeout (gpointer data)
{
  Child *child = data;

  child->timed_out = true;
  g_subprocess_force_exit (child->process);
  return G_SOURCE_CONTINUE;
}

/* Why the child did not print what it should; NULL: it did. */
static char *
fault_of (const Child *child)
{
  GSubprocess *process = child->process;

  if (child->timed_out)
    return g_strdup_printf ("it does not come back from loading within %d s",
                            SECONDS_TO_LOAD);
  if (g_subprocess_get_if_signaled (process))
    return g_strdup_printf ("it crashes when it is loaded (%s)",
                            g_strsignal (g_subprocess_get_term_sig (process)));
  if (g_subprocess_get_exit_status (process) != 0) {
    const char *text = child->err != NULL ? child->err : "it cannot be loaded";

    if (g_str_has_prefix (text, "dnnrun: "))
      text += strlen ("dnnrun: ");
    return g_strstrip (g_strdup (text));
  }
  return NULL;
}

static void
probe_file (const char *path, const char *name, Probe *ret_probe)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
      self, "probe-plugin", path, name, NULL);
  Child child = { loop, process, NULL, NULL, false };
  guint timeout;

  if (process == NULL) {
    ret_probe->fault = g_strdup (error->message);
    return;
  }
  timeout = g_timeout_add_seconds (SECONDS_TO_LOAD, on_timeout, &child);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_child_done,
                                       &child);
  g_main_loop_run (loop);
  g_source_remove (timeout);

  ret_probe->fault = fault_of (&child);
  if (ret_probe->fault == NULL)
    ret_probe->info = g_strsplit (child.out != NULL ? child.out : "", "\t", 3);
  if (ret_probe->info != NULL && g_strv_length (ret_probe->info) != 3)
    ret_probe->fault = g_strdup ("it ends the program when it is loaded");
  g_free (child.out);
  g_free (child.err);
}

/* --- output -------------------------------------------------------------- */

static void
add_text (JsonBuilder *b, const char *name, const char *value)
{
  json_builder_set_member_name (b, name);
  if (value != NULL)
    json_builder_add_string_value (b, value);
  else
    json_builder_add_null_value (b);
}

static void
print_candidate (const DnnCandidate *candidate, const Probe *probe, bool json)
{
  bool ok = probe->fault == NULL;
  const char *kind = ok                     ? probe->info[0]
                     : candidate->kind != 0 ? dnn_kind_name (candidate->kind)
                                            : "?";
  JsonBuilder *b;

  if (!json) {
    printf ("%-12s %-34s %s%s\n", kind, candidate->name,
            ok ? probe->info[2] : probe->fault,
            candidate->shadowed ? " (shadowed)" : "");
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  add_text (b, "kind", kind);
  add_text (b, "name", candidate->name);
  add_text (b, "path", candidate->path);
  add_text (b, "version", ok ? probe->info[1] : NULL);
  add_text (b, "summary", ok ? probe->info[2] : NULL);
  add_text (b, "problem", probe->fault);
  json_builder_set_member_name (b, "shadowed");
  json_builder_add_boolean_value (b, candidate->shadowed);
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
      "Only those that cannot be used", NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (GPtrArray) list = NULL;

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  registry = common_registry (&common);
  list = dnn_registry_list (registry);
  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);
    g_auto (Probe) probe = { 0 };

    probe_file (candidate->path, candidate->name, &probe);
    if (!problems || probe.fault != NULL)
      print_candidate (candidate, &probe, common.json);
  }
  return true;
}
