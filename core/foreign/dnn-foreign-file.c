/* dnn-foreign-file.c - bounded memory, and files that a file names */
#include "dnn-foreign-file.h"

#include "dnn-file.h"
#include "dnn-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Small pieces share blocks of this size. */
enum { BLOCK = 1 << 14 };

struct DnnForeignFile {
  char *name;        /* (owned) */
  size_t used, most; /* bytes */
  GPtrArray *blocks; /* (owned) */
  GPtrArray *kept;   /* (owned) GBytes */
  uint8_t *room;     /* free bytes in the last shared block */
  size_t n_room;
};

static void
unref_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

DnnForeignFile *
dnn_foreign_file_new (const char *name, GBytes *bytes)
{
  DnnForeignFile *self;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);

  self = g_new0 (DnnForeignFile, 1);
  self->name = g_strdup (name);
  self->most = dnn_file_unpack_limit (0);
  self->blocks = g_ptr_array_new_with_free_func (dnn_memory_free);
  self->kept = g_ptr_array_new_with_free_func (unref_bytes);
  dnn_foreign_file_join (self, g_bytes_ref (bytes));
  return self;
}

void
dnn_foreign_file_free (DnnForeignFile *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->kept);
  g_ptr_array_unref (self->blocks);
  g_free (self->name);
  g_free (self);
}

const char *
dnn_foreign_file_name (const DnnForeignFile *self)
{
  return self->name;
}

bool
dnn_foreign_file_fail (const DnnForeignFile *self, GError **error,
                       const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%s: %s", self->name,
               sentence);
  return false;
}

/* --- memory -------------------------------------------------------------- */

bool
dnn_foreign_file_spend (DnnForeignFile *self, size_t n, GError **error)
{
  if (n > self->most - self->used)
    return dnn_foreign_file_fail (
        self, error,
        "describes more than '%zu' bytes, 60 MiB and four times its size",
        self->most);
  self->used += n;
  return true;
}

static void *
take_block (DnnForeignFile *self, size_t n, GError **error)
{
  void *block = dnn_memory_new (n, error);

  if (block == NULL)
    g_prefix_error (error, "%s: ", self->name);
  else
    g_ptr_array_add (self->blocks, block);
  return block;
}

void *
dnn_foreign_file_take (DnnForeignFile *self, size_t n, GError **error)
{
  const size_t unit = alignof (max_align_t);
  uint8_t *piece;

  g_return_val_if_fail (self != NULL, NULL);

  n = MAX (n, 1);
  if (n <= G_MAXSIZE - unit)
    n = (n + unit - 1) / unit * unit;
  if (!dnn_foreign_file_spend (self, n, error))
    return NULL;
  if (n > BLOCK / 4)
    return take_block (self, n, error);

  if (n > self->n_room) {
    self->room = take_block (self, BLOCK, error);
    self->n_room = self->room != NULL ? BLOCK : 0;
  }
  if (self->room == NULL)
    return NULL;
  piece = self->room;
  self->room += n;
  self->n_room -= n;
  return piece;
}

char *
dnn_foreign_file_text (DnnForeignFile *self, const void *data, size_t n,
                       GError **error)
{
  char *text;

  if (n > 0 && memchr (data, 0, n) != NULL) {
    dnn_foreign_file_fail (self, error,
                           "the text '%.*s' goes on after a zero byte",
                           (int) MIN (n, 80), (const char *) data);
    return NULL;
  }
  text = dnn_foreign_file_take (self, n + 1, error);
  if (text != NULL && n > 0)
    memcpy (text, data, n);
  return text;
}

void
dnn_foreign_file_keep (DnnForeignFile *self, GBytes *bytes)
{
  g_ptr_array_add (self->kept, bytes);
}

void
dnn_foreign_file_join (DnnForeignFile *self, GBytes *bytes)
{
  const size_t n = g_bytes_get_size (bytes);

  self->most += MIN (dnn_file_unpack_limit (n) - dnn_file_unpack_limit (0),
                     G_MAXSIZE - self->most);
  dnn_foreign_file_keep (self, bytes);
}

/* --- files that it names ------------------------------------------------- */

static bool
check_parts (const DnnForeignFile *self, char **parts, const char *location,
             GError **error)
{
  for (size_t i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || strcmp (parts[i], ".") == 0 ||
        strcmp (parts[i], "..") == 0)
      return dnn_foreign_file_fail (
          self, error,
          "its data would lie in '%s'; it must be a path below the file's own "
          "folder, without '.' or '..'",
          location);
  return true;
}

static bool
check_file (const DnnForeignFile *self, const char *location,
            const struct stat *st, GError **error)
{
  if (!S_ISREG (st->st_mode))
    return dnn_foreign_file_fail (
        self, error, "its data would lie in '%s', which is no regular file",
        location);
  /* a second name may be a file elsewhere that its reader may not open */
  if (st->st_nlink != 1)
    return dnn_foreign_file_fail (
        self, error,
        "its data would lie in '%s', which has '%" G_GUINT64_FORMAT "' names; "
        "copy it, so that it has one",
        location, (guint64) st->st_nlink);
  return true;
}

static bool
fail_open (const DnnForeignFile *self, const char *location, int reason,
           GError **error)
{
  if (reason == ELOOP || reason == ENOTDIR)
    return dnn_foreign_file_fail (
        self, error,
        "its data would lie in '%s', and a part of that path is a symbolic "
        "link or no folder; put a copy of the file there",
        location);
  g_set_error (error, DNN_ERROR,
               reason == ENOENT ? DNN_ERROR_NAME : DNN_ERROR_IO,
               "%s: its data lie in '%s', which cannot be read: %s", self->name,
               location, g_strerror (reason));
  return false;
}

/* From folder to folder: no system call follows more than one name. */
static int
open_parts (const DnnForeignFile *self, const char *folder, char **parts,
            const char *location, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (size_t i = 0; fd >= 0 && parts[i] != NULL; i++) {
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
                      (parts[i + 1] != NULL ? O_DIRECTORY : O_NONBLOCK);
    const int next = openat (fd, parts[i], flags);
    const int reason = errno;

    close (fd);
    errno = reason;
    fd = next;
  }
  if (fd < 0)
    fail_open (self, location, errno, error);
  return fd;
}

GBytes *
dnn_foreign_file_map_below (const DnnForeignFile *self, const char *folder,
                            const char *location, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);
  g_autoptr (GMappedFile) file = NULL;
  struct stat st = { 0 };
  int fd;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (parts[0] == NULL || !check_parts (self, parts, location, error)) {
    if (parts[0] == NULL)
      dnn_foreign_file_fail (self, error, "has data in a file without a name");
    return NULL;
  }
  fd = open_parts (self, folder, parts, location, error);
  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) != 0)
    fail_open (self, location, errno, error);
  else if (check_file (self, location, &st, error)) {
    file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
    if (file == NULL)
      fail_open (self, location, EIO, error);
  }
  close (fd);
  if (file == NULL)
    return NULL;
  return g_mapped_file_get_length (file) > 0 ? g_mapped_file_get_bytes (file)
                                             : g_bytes_new_static ("", 0);
}
