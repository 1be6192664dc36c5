/* child.c - this program again, in a process of its own */
#include "child.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
  GMainLoop *loop;
  GSubprocess *process;
  char *out, *err; /* (owned) */
  bool timed_out;
} Child;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
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
fault_of (const Child *child, unsigned seconds)
{
  GSubprocess *process = child->process;
  const char *text = child->err != NULL ? child->err : "it cannot be loaded";

  if (child->timed_out)
    return g_strdup_printf ("it does not come back from loading within %u s",
                            seconds);
  if (g_subprocess_get_if_signaled (process))
    return g_strdup_printf ("it crashes when it is loaded (%s)",
                            g_strsignal (g_subprocess_get_term_sig (process)));
  if (g_subprocess_get_exit_status (process) == 0) {
    /* A library's initializer may call exit. */
    return child->out != NULL && *child->out != '\0'
               ? NULL
               : g_strdup ("it ends the program when it is loaded");
  }
  if (g_str_has_prefix (text, "dnnrun: "))
    text += strlen ("dnnrun: ");
  return g_strstrip (g_strdup (text));
}

static GSubprocess *
spawn (const char *const *arguments, GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;

  if (self == NULL)
    return NULL;
  g_strv_builder_add (builder, self);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  return g_subprocess_newv (
      (const char *const *) argv,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error);
}

bool
child_run (const char *const *arguments, unsigned seconds, char **ret_out,
           char **ret_fault)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = spawn (arguments, &error);
  Child child = { loop, process, NULL, NULL, false };
  char *fault;
  guint timeout;

  if (process == NULL) {
    *ret_fault = g_strdup (error->message);
    return false;
  }
  timeout = g_timeout_add_seconds (seconds, on_timeout, &child);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_done, &child);
  g_main_loop_run (loop);
  g_source_remove (timeout);

  fault = fault_of (&child, seconds);
  if (fault == NULL)
    *ret_out = g_steal_pointer (&child.out);
  else
    *ret_fault = fault;
  g_free (child.out);
  g_free (child.err);
  return fault == NULL;
}
