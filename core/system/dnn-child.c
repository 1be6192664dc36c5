/* dnn-child.c - starts children, waits for them, kills the slow ones */
#include "dnn-child.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

struct DnnCrowd {
  GMainContext *context; /* (owned) */
  GPtrArray *children;
  guint next;       /* the first that is not started */
  GPtrArray *alive; /* (owned) of Life: started, and not done */
  unsigned n_parallel;
  double seconds;
  bool interrupted;
  void (*done) (void *data, DnnChild *child);
  void *data;
};

/* A child that is alive. */
typedef struct {
  DnnCrowd *crowd;
  DnnChild *child;
  GSubprocess *process; /* (owned) */
  GSource *timeout;     /* (owned) NULL: it has time */
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

/* --- lives --------------------------------------------------------------- */

static void
life_free (gpointer data)
{
  Life *self = data;

  if (self->timeout != NULL) {
    g_source_destroy (self->timeout);
    g_source_unref (self->timeout);
  }
  g_object_unref (self->process);
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
tell (const DnnCrowd *self, DnnChild *child)
{
  if (self->done != NULL)
    self->done (self->data, child);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  Life *life = data;
  DnnCrowd *crowd = life->crowd;
  DnnChild *child = life->child;

  g_subprocess_communicate_utf8_finish (process, result, &child->out,
                                        &child->err, NULL);
  child->seconds = (double) (g_get_monotonic_time () - life->begin) / 1e6;
  if (g_subprocess_get_if_signaled (process))
    child->signal = g_subprocess_get_term_sig (process);
  else if (g_subprocess_get_if_exited (process))
    child->status = g_subprocess_get_exit_status (process);
  g_ptr_array_remove_fast (crowd->alive, life);
  tell (crowd, child);
}

static void
limit (Life *self, double seconds)
{
  self->timeout = g_timeout_source_new ((guint) (seconds * 1000));
  g_source_set_callback (self->timeout, on_timeout, self, NULL);
  g_source_attach (self->timeout, self->crowd->context);
}

/* In the child, before its program: `data` is the parent's id. */
static void
set_up (gpointer data)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  /* The parent may be gone already. */
  if (getppid () != GPOINTER_TO_INT (data))
    raise (SIGKILL);
}

static void
start (DnnCrowd *self, DnnChild *child)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  GSubprocess *process;
  Life *life;

  g_subprocess_launcher_set_child_setup (launcher, set_up,
                                         GINT_TO_POINTER (getpid ()), NULL);
  process = g_subprocess_launcher_spawnv (
      launcher, (const char *const *) child->arguments, &error);
  if (process == NULL) {
    child->fault = g_strdup (error->message);
    tell (self, child);
    return;
  }
  life = g_new0 (Life, 1);
  *life = (Life){ self, child, process, NULL, g_get_monotonic_time () };
  if (self->seconds > 0)
    limit (life, self->seconds);
  g_ptr_array_add (self->alive, life);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_done, life);
}

/* --- crowds -------------------------------------------------------------- */

DnnCrowd *
dnn_crowd_new (GPtrArray *children, unsigned n_parallel, double seconds,
               void (*done) (void *data, DnnChild *child), void *data)
{
  DnnCrowd *self = g_new0 (DnnCrowd, 1);

  self->context = g_main_context_new ();
  self->children = children;
  self->alive = g_ptr_array_new_with_free_func (life_free);
  self->n_parallel = MAX (n_parallel, 1);
  self->seconds = seconds;
  self->done = done;
  self->data = data;
  return self;
}

void
dnn_crowd_free (DnnCrowd *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->alive);
  g_main_context_unref (self->context);
  g_free (self);
}

void
dnn_crowd_run (DnnCrowd *self)
{
  g_main_context_push_thread_default (self->context);
  while (self->alive->len > 0 ||
         (self->next < self->children->len && !self->interrupted)) {
    while (self->next < self->children->len && !self->interrupted &&
           self->alive->len < self->n_parallel)
      start (self, g_ptr_array_index (self->children, self->next++));
    if (self->alive->len > 0)
      g_main_context_iteration (self->context, TRUE);
  }
  g_main_context_pop_thread_default (self->context);
}

void
dnn_crowd_interrupt (DnnCrowd *self)
{
  for (guint i = 0; i < self->alive->len; i++) {
    const Life *life = g_ptr_array_index (self->alive, i);

    g_subprocess_send_signal (life->process,
                              self->interrupted ? SIGKILL : SIGINT);
  }
  self->interrupted = true;
}

bool
dnn_crowd_is_interrupted (const DnnCrowd *self)
{
  return self->interrupted;
}

GMainContext *
dnn_crowd_context (const DnnCrowd *self)
{
  return self->context;
}

void
dnn_child_run_all (GPtrArray *children, unsigned n_parallel, double seconds)
{
  g_autoptr (DnnCrowd) crowd =
      dnn_crowd_new (children, n_parallel, seconds, NULL, NULL);

  dnn_crowd_run (crowd);
}
