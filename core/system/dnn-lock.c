/* dnn-lock.c - flock, and who holds it */
#include "dnn-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct DnnLock {
  int fd; /* (owned) */
};

void
dnn_lock_free (DnnLock *self)
{
  if (self == NULL)
    return;
  close (self->fd); /* and so the lock */
  g_free (self);
}

/* The holder of the lock has written the number of its process. */
static void
set_locked (const char *folder, int fd, GError **error)
{
  char holder[32] = "";

  if (pread (fd, holder, sizeof holder - 1, 0) <= 0)
    g_strlcpy (holder, "?", sizeof holder);
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' is being written by another run, process %s; let it end, "
               "or take another folder",
               folder, g_strstrip (holder));
}

/* Best effort: the lock holds without it. */
static void
write_holder (int fd)
{
  g_autofree char *text = g_strdup_printf ("%ld\n", (long) getpid ());
  ssize_t n = ftruncate (fd, 0) == 0 ? pwrite (fd, text, strlen (text), 0) : 0;

  (void) n;
}

DnnLock *
dnn_lock_new (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, ".lock", NULL);
  DnnLock *self;
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

  if (fd < 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: cannot be written: %s",
                 path, g_strerror (errno));
    return NULL;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    set_locked (folder, fd, error);
    close (fd);
    return NULL;
  }
  write_holder (fd);
  self = g_new0 (DnnLock, 1);
  self->fd = fd;
  return self;
}
