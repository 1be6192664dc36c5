/* input.c - the standard input, as a file that can be read more than once */
#include "input.h"

#include <errno.h>
#include <stdlib.h>
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

static bool
set_unreadable (GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               STANDARD_INPUT ": cannot be read: %s", g_strerror (errno));
  return false;
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
  set_unreadable (error);
  return NULL;
}

/* --- lines --------------------------------------------------------------- */

void
input_lines_clear (InputLines *self)
{
  free (self->line);
  if (self->from != NULL)
    fclose (self->from);
  if (self->to >= 0)
    close (self->to);
}

bool
input_lines_begin (InputLines *self, GError **error)
{
  const int from = dup (STDIN_FILENO);

  *self = (InputLines){ .to = memfd_create ("stdin", MFD_CLOEXEC) };
  self->from = from >= 0 ? fdopen (from, "r") : NULL;
  return (self->from != NULL && self->to >= 0 &&
          dup2 (self->to, STDIN_FILENO) == STDIN_FILENO) ||
         set_unreadable (error);
}

bool
input_lines_next (InputLines *self)
{
  ssize_t n = getline (&self->line, &self->room, self->from);

  if (n < 0)
    return false;
  if (n > 0 && self->line[n - 1] == '\n')
    n--;
  if (n > 0 && self->line[n - 1] == '\r')
    n--;
  /* A text would end at a byte of 0, and what is behind it be lost. */
  for (ssize_t i = 0; i < n; i++)
    if (self->line[i] == '\0')
      self->line[i] = '?';
  self->line[n] = '\0';
  self->number++;
  return true;
}

const char *
input_lines_file (const InputLines *self, const char *header, GError **error)
{
  g_autofree char *text =
      g_strconcat (header != NULL ? header : "", header != NULL ? "\n" : "",
                   self->line, "\n", NULL);

  if (ftruncate (self->to, 0) == 0 && lseek (self->to, 0, SEEK_SET) == 0 &&
      write_all (self->to, text, strlen (text)))
    return STANDARD_INPUT;
  set_unreadable (error);
  return NULL;
}
