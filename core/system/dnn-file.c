/* dnn-file.c - mapped reading, gzip unpacking, atomic writing */
#include "dnn-file.h"

#include "dnn-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Ends the temporary names, so that no file of a user's is taken for one. */
#define PARTIAL ".partial"

/* Of what another program writes, which is kept in memory. */
enum { MOST_OF_PIPE = 1 << 28 };

struct DnnFile {
  char *path;      /* (owned) */
  char *temporary; /* (owned) NULL once it has its final name */
  int fd;          /* (owned) -1 once closed */
};

typedef struct Inflater {
  const char *name;
  z_stream z;
  const uint8_t *in;
  size_t n_in;  /* still to read */
  uint8_t *out; /* (owned) */
  size_t n_out;
  size_t room;
  size_t most; /* what it may unpack to */
} Inflater;

static bool
fail_io (const char *path, const char *what, int reason, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: %s: %s", path, what,
               g_strerror (reason));
  return false;
}

static bool
check_regular (const char *path, const char *what, const struct stat *st,
               GError **error)
{
  if (S_ISREG (st->st_mode))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               "%s: %s: it must be a regular file, not a %s", path, what,
               S_ISDIR (st->st_mode) ? "directory" : "device or pipe");
  return false;
}

/* Waits for those who write until they have all closed it.  A pipe into which
 * nobody has written anything is no file. */
static GBytes *
read_pipe (const char *path, int fd, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  uint8_t block[1 << 14];
  ssize_t n = 1;

  while (n != 0) {
    struct pollfd wait = { fd, POLLIN, 0 };

    n = read (fd, block, sizeof block);
    if (n < 0 && errno == EAGAIN)
      poll (&wait, 1, -1);
    else if (n < 0 && errno != EINTR)
      break;
    if (n > 0 && bytes->len > MOST_OF_PIPE) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                   "%s: cannot be read: more than '%d' bytes come from the "
                   "pipe; write them to a file",
                   path, MOST_OF_PIPE);
      return NULL;
    }
    if (n > 0)
      g_byte_array_append (bytes, block, (guint) n);
  }
  if (n < 0)
    fail_io (path, "cannot be read", errno, error);
  return n < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GBytes *
map_fd (const char *path, int fd, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = NULL;
  struct stat st;

  if (fstat (fd, &st) != 0) {
    fail_io (path, "cannot be read", errno, error);
    return NULL;
  }
  if (S_ISFIFO (st.st_mode)) {
    GBytes *piped = read_pipe (path, fd, error);

    if (piped == NULL || g_bytes_get_size (piped) > 0)
      return piped;
    g_bytes_unref (piped);
  }
  if (!check_regular (path, "cannot be read", &st, error))
    return NULL;

  file = g_mapped_file_new_from_fd (fd, FALSE, &cause);
  if (file == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: cannot be read: %s", path,
                 cause->message);
    return NULL;
  }
  /* An empty file has no pages, and NULL is no text. */
  if (g_mapped_file_get_length (file) == 0)
    return g_bytes_new_static ("", 0);
  return g_mapped_file_get_bytes (file);
}

GBytes *
dnn_file_read (const char *path, GError **error)
{
  GBytes *bytes;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  /* O_NONBLOCK: a pipe that nobody writes to is refused, not waited for */
  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0 && errno == ENOENT) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "%s: there is no file of that name", path);
    return NULL;
  }
  if (fd < 0) {
    fail_io (path, "cannot be read", errno, error);
    return NULL;
  }

  bytes = map_fd (path, fd, error);
  close (fd);
  return bytes;
}

char *
dnn_file_read_text (const char *path, const char *what, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);
  const char *data;
  gsize n;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &n);
  if (memchr (data, '\0', n) == NULL)
    return g_strndup (data, n);
  dnn_set_format_error (path, error, "this is no %s: it is not text", what);
  return NULL;
}

static bool
grow (Inflater *self, GError **error)
{
  size_t room = MIN (self->room * 2, self->most);
  uint8_t *out;

  if (self->room == self->most) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: unpacks to more than '%zu' bytes, 60 MiB and four times "
                 "its size; unpack it before with gunzip",
                 self->name, self->most);
    return false;
  }

  out = dnn_memory_resize (self->out, room, error);
  if (out == NULL) {
    g_prefix_error (error, "%s: cannot be unpacked: ", self->name);
    return false;
  }
  self->out = out;
  self->room = room;
  return true;
}

/* One call of inflate, whose counters hold less than a size_t does. */
static int
inflate_some (Inflater *self)
{
  const size_t most = (size_t) 1 << 30;
  size_t n_in = MIN (self->n_in, most);
  size_t n_out = MIN (self->room - self->n_out, most);
  int status;

  self->z.next_in = (Bytef *) self->in;
  self->z.avail_in = (uInt) n_in;
  self->z.next_out = self->out + self->n_out;
  self->z.avail_out = (uInt) n_out;
  status = inflate (&self->z, Z_NO_FLUSH);

  self->in += n_in - self->z.avail_in;
  self->n_in -= n_in - self->z.avail_in;
  self->n_out += n_out - self->z.avail_out;
  return status;
}

static bool
inflate_all (Inflater *self, GError **error)
{
  while (true) {
    int status;

    if (self->n_out == self->room && !grow (self, error))
      return false;

    status = inflate_some (self);
    if (status == Z_STREAM_END) {
      if (self->n_in == 0)
        return true;
      inflateReset (&self->z);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "%s: its gzip data is broken ('%s')", self->name,
                   self->z.msg != NULL ? self->z.msg : zError (status));
      return false;
    } else if (self->n_in == 0 && self->n_out < self->room) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "%s: its gzip data ends too early, after '%zu' bytes of "
                   "content",
                   self->name, self->n_out);
      return false;
    }
  }
}

size_t
dnn_file_unpack_limit (size_t n)
{
  const size_t base = (size_t) 60 << 20;

  return n < (G_MAXSIZE - base) / 4 ? base + 4 * n : G_MAXSIZE;
}

GBytes *
dnn_file_inflate (const char *name, GBytes *bytes, GError **error)
{
  Inflater self = { .name = name };
  uint8_t *out;
  bool done;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self.in = g_bytes_get_data (bytes, &self.n_in);
  self.most = dnn_file_unpack_limit (self.n_in);
  if (self.in == NULL) /* an empty file has no address, and zlib wants one */
    self.in = (const uint8_t *) "";
  /* the usual data sets pack 2 to 8 times; grow () doubles */
  self.room = CLAMP (self.n_in, 256, self.most / 2);

  /* 16: a gzip header */
  if (inflateInit2 (&self.z, MAX_WBITS + 16) != Z_OK) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: no memory to unpack it",
                 name);
    return NULL;
  }
  done = grow (&self, error) && inflate_all (&self, error);
  inflateEnd (&self.z);

  if (!done) {
    dnn_memory_free (self.out);
    return NULL;
  }
  /* a block that does not get smaller is as good */
  out = dnn_memory_resize (self.out, self.n_out, NULL);
  if (out == NULL)
    out = self.out;
  return g_bytes_new_with_free_func (out, self.n_out, dnn_memory_free, out);
}

size_t
dnn_file_inflate_start (GBytes *bytes, void *out, size_t n)
{
  Inflater self = { .out = out, .room = n };

  g_return_val_if_fail (bytes != NULL && out != NULL, 0);

  self.in = g_bytes_get_data (bytes, &self.n_in);
  if (inflateInit2 (&self.z, MAX_WBITS + 16) != Z_OK)
    return 0;
  while (self.n_in > 0 && self.n_out < n && inflate_some (&self) == Z_OK)
    ;
  inflateEnd (&self.z);
  return self.n_out;
}

DnnFile *
dnn_file_open (const char *path, GError **error)
{
  g_autoptr (DnnFile) self = NULL;
  struct stat old;
  bool replaces;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  /* A rename would put a file in the place of a device: of /dev/null, say. */
  replaces = stat (path, &old) == 0;
  if (replaces && !check_regular (path, "cannot be written", &old, error))
    return NULL;

  self = g_new0 (DnnFile, 1);
  self->path = g_strdup (path);
  self->temporary = g_strconcat (path, ".XXXXXX" PARTIAL, NULL);
  self->fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (self->fd < 0 ||
      (replaces && fchmod (self->fd, old.st_mode & 0777) != 0)) {
    fail_io (path, "cannot be written", errno, error);
    if (self->fd < 0)
      g_clear_pointer (&self->temporary, g_free);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
dnn_file_free (DnnFile *self)
{
  if (self == NULL)
    return;

  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

bool
dnn_file_write (DnnFile *self, const void *data, size_t n, GError **error)
{
  const char *next = data;

  g_return_val_if_fail (self != NULL && self->fd >= 0, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  while (n > 0) {
    ssize_t done = write (self->fd, next, n);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return fail_io (self->path, "cannot be written", errno, error);
    next += done;
    n -= (size_t) done;
  }
  return true;
}

/* The rename itself is on disk only when its directory is. */
static bool
sync_directory (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = g_open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int reason = 0;

  /* a directory one may write to but not read cannot be synced by us, and a
   * file system that syncs no directories says EINVAL */
  if (fd < 0)
    return errno == EACCES ||
           fail_io (path, "directory cannot be synced", errno, error);

  if (g_fsync (fd) != 0 && errno != EINVAL)
    reason = errno;
  close (fd);
  return reason == 0 ||
         fail_io (path, "directory cannot be synced", reason, error);
}

bool
dnn_file_commit (DnnFile *self, GError **error)
{
  int fd;

  g_return_val_if_fail (self != NULL && self->fd >= 0, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  if (g_fsync (self->fd) != 0)
    return fail_io (self->path, "cannot be written", errno, error);

  fd = self->fd;
  self->fd = -1;
  if (close (fd) != 0)
    return fail_io (self->path, "cannot be written", errno, error);

  if (g_rename (self->temporary, self->path) != 0)
    return fail_io (self->path, "cannot be written", errno, error);
  g_clear_pointer (&self->temporary, g_free);

  return sync_directory (self->path, error);
}

bool
dnn_file_replace (const char *path, const void *data, size_t n, GError **error)
{
  g_autoptr (DnnFile) self = dnn_file_open (path, error);

  return self != NULL && dnn_file_write (self, data, n, error) &&
         dnn_file_commit (self, error);
}

/* A file that is there, as a DnnFile without a temporary. */
static DnnFile *
open_end (const char *path, GError **error)
{
  g_autoptr (DnnFile) self = g_new0 (DnnFile, 1);

  self->path = g_strdup (path);
  self->fd = g_open (path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  if (self->fd >= 0)
    return g_steal_pointer (&self);
  fail_io (path, "cannot be written", errno, error);
  return NULL;
}

bool
dnn_file_append (const char *path, size_t at, const void *data, size_t n,
                 GError **error)
{
  g_autoptr (DnnFile) self = open_end (path, error);
  struct stat st;

  if (self == NULL)
    return false;
  if (fstat (self->fd, &st) != 0)
    return fail_io (path, "cannot be written", errno, error);
  if (!check_regular (path, "cannot be written", &st, error))
    return false;
  if ((uint64_t) st.st_size == at)
    return dnn_file_write (self, data, n, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               "%s: cannot be written: it must have %zu bytes, not "
               "'%" G_GINT64_FORMAT "': somebody else writes it",
               path, at, (int64_t) st.st_size);
  return false;
}

bool
dnn_file_sync (const char *path, GError **error)
{
  g_autoptr (DnnFile) self = open_end (path, error);

  return self != NULL && (g_fsync (self->fd) == 0 ||
                          fail_io (path, "cannot be written", errno, error));
}

/* "NAME.a1B2c3.partial" */
static bool
is_temporary (const char *name, const char *of)
{
  const size_t n = strlen (of), middle = strlen (".XXXXXX");

  return g_str_has_prefix (name, of) && name[n] == '.' &&
         strlen (name) == n + middle + strlen (PARTIAL) &&
         strcmp (name + n + middle, PARTIAL) == 0;
}

void
dnn_file_remove_temporaries (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *of = g_path_get_basename (path);
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *whole = g_build_filename (folder, name, NULL);

    if (is_temporary (name, of))
      g_unlink (whole);
  }
  g_clear_pointer (&dir, g_dir_close);
}
