/* dnn-process.c - the state of a process, looked at and put back */
#include "dnn-process.h"

#include <fenv.h>
#include <locale.h>
#include <signal.h>

enum { N_SIGNALS = 31 };

struct DnnProcess {
  fenv_t floats;
  char *locale; /* (owned) */
  struct sigaction handlers[N_SIGNALS + 1];
  size_t n_threads;
  size_t n_files;
};

/* Of a folder; one that cannot be read has none. */
static size_t
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  size_t n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

DnnProcess *
dnn_process_new (void)
{
  DnnProcess *self = g_new0 (DnnProcess, 1);

  fegetenv (&self->floats);
  self->locale = g_strdup (setlocale (LC_ALL, NULL));
  for (int i = 1; i <= N_SIGNALS; i++)
    sigaction (i, NULL, &self->handlers[i]);
  self->n_threads = count_entries ("/proc/self/task");
  self->n_files = count_entries ("/proc/self/fd");
  return self;
}

void
dnn_process_free (DnnProcess *self)
{
  if (self == NULL)
    return;
  g_free (self->locale);
  g_free (self);
}

const char *
dnn_process_restore (DnnProcess *self)
{
  const char *changed = NULL;
  fenv_t now;

  fegetenv (&now);
#ifdef __x86_64__
  /* Control bits: rounding, masks, flush to zero; not the sticky flags. */
  if ((now.__mxcsr & ~0x3fu) != (self->floats.__mxcsr & ~0x3fu))
    changed = "the floating-point mode";
#endif
  fesetenv (&self->floats);
  if (g_strcmp0 (self->locale, setlocale (LC_ALL, NULL)) != 0) {
    changed = "the locale";
    setlocale (LC_ALL, self->locale);
  }
  for (int i = 1; i <= N_SIGNALS; i++) {
    struct sigaction handler;

    if (sigaction (i, NULL, &handler) == 0 &&
        handler.sa_handler != self->handlers[i].sa_handler) {
      changed = "a signal handler";
      sigaction (i, &self->handlers[i], NULL);
    }
  }
  return changed;
}

const char *
dnn_process_find_leak (const DnnProcess *self)
{
  if (count_entries ("/proc/self/task") > self->n_threads)
    return "threads";
  return count_entries ("/proc/self/fd") > self->n_files ? "open files" : NULL;
}
