/* input.c - the standard input, as a file that can be read more than once */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STANDARD_INPUT "/dev/stdin"

static bool
write_all (int fd, const char *data, size_t n)
{
  while (n > 0) {
    const ssize_t done = write (fd, data, n);

    if (done < 0)
      return false;
    data += done;
    n -= (size_t) done;
  }
  return true;
}

static bool
copy_all (int from, int to)
{
  char block[1 << 16];
  ssize_t n;

  while ((n = read (from, block, sizeof block)) > 0)
    if (!write_all (to, block, (size_t) n))
      return false;
  return n == 0;
}

/* Readers map files and begin again; a pipe can do neither. */
static bool
keep_stream (void)
{
  const int fd = memfd_create ("stdin", MFD_CLOEXEC);
  const bool ok = fd >= 0 && copy_all (STDIN_FILENO, fd) &&
                  dup2 (fd, STDIN_FILENO) == STDIN_FILENO;
  const int reason = errno;

  if (fd >= 0)
    close (fd);
  errno = reason;
  return ok;
}

const char *
input_open (const char *path, GError **error)
{
  struct stat st;

  if (strcmp (path, "-") != 0 && strcmp (path, STANDARD_INPUT) != 0)
    return path;
  if (fstat (STDIN_FILENO, &st) == 0 &&
      (S_ISREG (st.st_mode) || keep_stream ()))
    return STANDARD_INPUT;
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               STANDARD_INPUT ": cannot be read: %s", g_strerror (errno));
  return NULL;
}
