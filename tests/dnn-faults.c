/* dnn-faults.c - the wrapped calls, and the loop over them */
#include "dnn-faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* More calls than any try makes: it never came to an end. */
enum { MOST = 20000 };

/* Counts down at every call, on any thread; that which makes it 0 fails. */
static atomic_long calls_left;
static atomic_bool short_writes;
static atomic_uint n_syncs;
static const char *failed; /* the call that did, for the test's message */

static bool
fails (const char *name, int reason)
{
  if (atomic_load (&calls_left) <= 0 || atomic_fetch_sub (&calls_left, 1) != 1)
    return false;
  failed = name;
  errno = reason;
  return true;
}

/* The prototypes of one call: as it is, and as the linker names ours.  Those of
 * GLib that are macros have the C library's names here, with 64 where files may
 * be large. */
#define DECLARE(type, name, parameters)                                        \
  type __real_##name parameters;                                               \
  type __wrap_##name parameters

DECLARE (void *, aligned_alloc, (size_t align, size_t n));
DECLARE (void *, realloc, (void *block, size_t n));
DECLARE (int, open64, (const char *path, int flags, ...));
DECLARE (int, g_mkstemp_full, (char *path, int flags, int mode));
DECLARE (int, fstat64, (int fd, struct stat *st));
DECLARE (GMappedFile *, g_mapped_file_new_from_fd,
         (int fd, gboolean writable, GError **error));
DECLARE (ssize_t, write, (int fd, const void *data, size_t n));
DECLARE (int, fsync, (int fd));
DECLARE (int, close, (int fd));
DECLARE (int, rename, (const char *from, const char *to));
DECLARE (int, remove, (const char *path));
DECLARE (int, g_mkdir_with_parents, (const char *path, int mode));
DECLARE (int, flock, (int fd, int operation));

/* --- memory -------------------------------------------------------------- */

void *
__wrap_aligned_alloc (size_t align, size_t n)
{
  return fails ("aligned_alloc", ENOMEM) ? NULL
                                         : __real_aligned_alloc (align, n);
}

void *
__wrap_realloc (void *block, size_t n)
{
  return fails ("realloc", ENOMEM) ? NULL : __real_realloc (block, n);
}

/* --- files --------------------------------------------------------------- */

int
__wrap_open64 (const char *path, int flags, ...)
{
  va_list args;
  int mode;

  va_start (args, flags);
  mode = (flags & O_CREAT) != 0 ? va_arg (args, int) : 0;
  va_end (args);
  return fails ("open", EMFILE) ? -1 : __real_open64 (path, flags, mode);
}

int
__wrap_g_mkstemp_full (char *path, int flags, int mode)
{
  return fails ("g_mkstemp_full", ENOSPC)
             ? -1
             : __real_g_mkstemp_full (path, flags, mode);
}

int
__wrap_fstat64 (int fd, struct stat *st)
{
  return fails ("fstat", EIO) ? -1 : __real_fstat64 (fd, st);
}

GMappedFile *
__wrap_g_mapped_file_new_from_fd (int fd, gboolean writable, GError **error)
{
  if (!fails ("mmap", ENOMEM))
    return __real_g_mapped_file_new_from_fd (fd, writable, error);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOMEM, "%s",
               g_strerror (ENOMEM));
  return NULL;
}

ssize_t
__wrap_write (int fd, const void *data, size_t n)
{
  static atomic_uint turn;

  if (fails ("write", ENOSPC))
    return -1;
  if (!atomic_load (&short_writes))
    return __real_write (fd, data, n);
  if (atomic_fetch_add (&turn, 1) % 3 == 0) {
    errno = EINTR;
    return -1;
  }
  return __real_write (fd, data, MIN (n, 97));
}

/* Where nothing fails it says so at once: a disk would take its time, and
 * these files are not worth it. */
int
__wrap_fsync (int fd)
{
  (void) fd;
  atomic_fetch_add (&n_syncs, 1);
  return fails ("fsync", EIO) ? -1 : 0;
}

/* The file is closed even so. */
int
__wrap_close (int fd)
{
  const int reason = errno, status = __real_close (fd);

  if (fails ("close", EIO))
    return -1;
  if (status == 0)
    errno = reason;
  return status;
}

int
__wrap_rename (const char *from, const char *to)
{
  return fails ("rename", EIO) ? -1 : __real_rename (from, to);
}

int
__wrap_remove (const char *path)
{
  return fails ("remove", EIO) ? -1 : __real_remove (path);
}

int
__wrap_g_mkdir_with_parents (const char *path, int mode)
{
  return fails ("mkdir", ENOSPC) ? -1
                                 : __real_g_mkdir_with_parents (path, mode);
}

int
__wrap_flock (int fd, int operation)
{
  return fails ("flock", ENOLCK) ? -1 : __real_flock (fd, operation);
}

/* --- the loop ------------------------------------------------------------ */

static void
check_sentence (unsigned n, bool done, const GError *error)
{
  if (done != (error == NULL))
    g_error ("call %u (%s) failed: %s", n, failed,
             done ? "done, with an error" : "refused without a word");
  if (error == NULL)
    return;
  if (!g_error_matches (error, DNN_ERROR, DNN_ERROR_IO) ||
      strpbrk (error->message, "\n\r") != NULL ||
      g_str_has_suffix (error->message, "."))
    g_error ("call %u (%s) failed, which is told so: '%s'", n, failed,
             error->message);
}

unsigned
dnn_faults_each (DnnFaultsTry *try, DnnFaultsLook *look, void *data)
{
  for (unsigned n = 1; n < MOST; n++) {
    g_autoptr (GError) error = NULL;
    bool done, over;

    failed = "none";
    atomic_store (&calls_left, n);
    done = try (data, &error);
    over = atomic_exchange (&calls_left, 0) > 0;

    g_test_message ("call %u: %s: %s", n, failed,
                    error != NULL ? error->message : "done");
    check_sentence (n, done, error);
    if (look != NULL)
      look (data, error);
    if (over) {
      g_assert_no_error (error);
      return n - 1;
    }
  }
  g_error ("after %d failures it has still not come to an end", MOST);
}

unsigned
dnn_faults_count_syncs (void)
{
  return atomic_load (&n_syncs);
}

void
dnn_faults_short_writes (DnnFaultsTry *try, void *data)
{
  g_autoptr (GError) error = NULL;

  atomic_store (&short_writes, true);
  try (data, &error);
  atomic_store (&short_writes, false);
  g_assert_no_error (error);
}
