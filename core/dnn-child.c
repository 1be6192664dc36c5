/* dnn-child.c - starts children, waits for them, kills the slow ones */
#include "dnn-child.h"

#include <gio/gio.h>

/* The children of one call. */
typedef struct {
  GMainContext *context; /* (owned) */
  GPtrArray *children;
  guint next;    /* the first that is not started */
  guint n_alive; /* started, and not done */
  double seconds;
} Crowd;

/* A child that is alive. */
typedef struct {
  Crowd *crowd;
  DnnChild *child;
  GSubprocess *process; /* (owned) */
  GSource *timeout;     /* (owned) */
  gint64 begin;         /* µs */
} Life;

DnnChild *
dnn_child_new (char **arguments)
{
  DnnChild *self = g_new0 (DnnChild, 1);

  self->arguments = arguments;
  self->status = -1;
  return self;
}

void
dnn_child_free (DnnChild *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->arguments);
  g_free (self->out);
  g_free (self->err);
  g_free (self->fault);
  g_free (self);
}

static gboolean
on_timeout (gpointer data)
{
  Life *life = data;

  life->child->timed_out = true;
  g_subprocess_force_exit (life->process);
  return G_SOURCE_REMOVE;
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  Life *life = data;
  DnnChild *child = life->child;

  g_subprocess_communicate_utf8_finish (process, result, &child->out,
                                        &child->err, NULL);
  child->seconds = (double) (g_get_monotonic_time () - life->begin) / 1e6;
  if (g_subprocess_get_if_signaled (process))
    child->signal = g_subprocess_get_term_sig (process);
  else if (g_subprocess_get_if_exited (process))
    child->status = g_subprocess_get_exit_status (process);
  life->crowd->n_alive--;
  g_source_destroy (life->timeout);
  g_source_unref (life->timeout);
  g_object_unref (life->process);
  g_free (life);
}

static void
start (Crowd *crowd, DnnChild *child)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_newv (
      (const char *const *) child->arguments,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  Life *life;

  if (process == NULL) {
    child->fault = g_strdup (error->message);
    return;
  }
  life = g_new0 (Life, 1);
  *life = (Life){ crowd, child, process, NULL, g_get_monotonic_time () };
  life->timeout = g_timeout_source_new ((guint) (crowd->seconds * 1000));
  g_source_set_callback (life->timeout, on_timeout, life, NULL);
  g_source_attach (life->timeout, crowd->context);
  crowd->n_alive++;
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_done, life);
}

void
dnn_child_run_all (GPtrArray *children, unsigned n_parallel, double seconds)
{
  Crowd crowd = { g_main_context_new (), children, 0, 0, seconds };

  g_main_context_push_thread_default (crowd.context);
  while (crowd.next < children->len || crowd.n_alive > 0) {
    while (crowd.next < children->len && crowd.n_alive < MAX (n_parallel, 1))
      start (&crowd, g_ptr_array_index (children, crowd.next++));
    if (crowd.n_alive > 0)
      g_main_context_iteration (crowd.context, TRUE);
  }
  g_main_context_pop_thread_default (crowd.context);
  g_main_context_unref (crowd.context);
}
