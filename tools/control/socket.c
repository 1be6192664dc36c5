/* socket.c - Unix sockets in folders of any depth */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "control.sock"

/* Connections that wait to be taken. */
enum { BACKLOG = 64 };

static void
set_error (const char *folder, const char *what, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s/" NAME ": %s: %s", folder,
               what, g_strerror (errno));
}

/* An address holds 108 bytes and a path may be longer, so the folder is named
 * by its descriptor.  Binds to it, or connects. */
static bool
take_address (int fd, const char *folder,
              int (*take) (int fd, const struct sockaddr *address,
                           socklen_t size))
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int at = g_open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  int result, cause;

  if (at < 0)
    return false;
  g_snprintf (address.sun_path, sizeof address.sun_path,
              "/proc/self/fd/%d/" NAME, at);
  result = take (fd, (const struct sockaddr *) &address, sizeof address);
  cause = errno;
  close (at);
  errno = cause;
  return result == 0;
}

static int
bind_to (int fd, const struct sockaddr *address, socklen_t size)
{
  return bind (fd, address, size);
}

static int
connect_to (int fd, const struct sockaddr *address, socklen_t size)
{
  return connect (fd, address, size);
}

int
control_socket_listen (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, NAME, NULL);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0) {
    set_error (folder, "cannot be made", error);
    return -1;
  }
  g_unlink (path);
  /* The mode goes over to the file, so that there is no moment without it. */
  if (fchmod (fd, 0600) != 0 || !take_address (fd, folder, bind_to) ||
      listen (fd, BACKLOG) != 0) {
    set_error (folder, "cannot be listened at", error);
    close (fd);
    return -1;
  }
  return fd;
}

/* True if a process takes connections in that folder. */
static bool
is_alive (const char *folder)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool alive = fd >= 0 && (take_address (fd, folder, connect_to) ||
                           errno == EAGAIN || errno == EINPROGRESS);

  if (fd >= 0)
    close (fd);
  return alive;
}

void
control_socket_close (int fd, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, NAME, NULL);

  close (fd);
  if (!is_alive (folder))
    g_unlink (path);
}

/* The run's lock would tell more; but whoever tries it holds it for a moment,
 * in which a run cannot begin. */
static void
set_silent (const char *folder, GError **error)
{
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "no run listens in '%s': it is over ('dnnrun train --resume' "
                 "goes on with it), has just begun, or was begun with "
                 "--no-control",
                 folder);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "there is no folder '%s'; control takes the folder of a run",
                 folder);
}

int
control_socket_connect (const char *folder, GError **error)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0) {
    set_error (folder, "cannot be made", error);
    return -1;
  }
  if (take_address (fd, folder, connect_to))
    return fd;
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR)
    set_silent (folder, error);
  else
    set_error (folder, "cannot be reached", error);
  close (fd);
  return -1;
}
