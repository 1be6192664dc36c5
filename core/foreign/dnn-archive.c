/* dnn-archive.c - libzip finds and unpacks; stored members are looked at in
 * place
 */
#include "dnn-archive.h"

#include "dnn-file.h"
#include "dnn-memory.h"

#include <stdint.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

/* Sizes and places of APPNOTE.TXT 4.3: end of the central directory, a header
 * in it, a header before a member. */
enum {
  END_SIZE = 22,
  END_COMMENT_MOST = 65535,
  END_DIRECTORY = 16,
  CENTRAL_SIZE = 46,
  CENTRAL_LENGTHS = 28, /* of name, extra, comment */
  CENTRAL_LOCAL = 42,
  LOCAL_SIZE = 30,
  LOCAL_LENGTHS = 26, /* of name, extra */
};

struct DnnArchive {
  char *name;          /* (owned) */
  GBytes *bytes;       /* (owned) */
  const uint8_t *data; /* of `bytes` */
  size_t size;         /* of `bytes` */
  zip_t *zip;          /* (owned) */
};

static bool fail (const DnnArchive *self, const char *member, GError **error,
                  const char *format, ...) G_GNUC_PRINTF (4, 5);

/* `member` may be NULL: of the archive as a whole. */
static bool
fail (const DnnArchive *self, const char *member, GError **error,
      const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%s%s%s: %s", self->name,
               member != NULL ? ":" : "", member != NULL ? member : "",
               sentence);
  return false;
}

/* --- opening ------------------------------------------------------------- */

static bool
check_name (const DnnArchive *self, const char *member, GError **error)
{
  g_auto (GStrv) parts = NULL;

  if (member == NULL)
    return fail (self, NULL, error, "has a member without a name");
  parts = g_strsplit (member, "/", -1);
  return (member[0] != '/' && strchr (member, '\\') == NULL &&
          !g_strv_contains ((const char *const *) parts, "..")) ||
         fail (self, NULL, error,
               "has a member '%s'; a name must be relative, without '..'",
               member);
}

static bool
check_names (const DnnArchive *self, GError **error)
{
  const zip_int64_t n = zip_get_num_entries (self->zip, 0);

  for (zip_int64_t i = 0; i < n; i++)
    if (!check_name (self, zip_get_name (self->zip, (zip_uint64_t) i, 0),
                     error))
      return false;
  return true;
}

static bool
open_archive (DnnArchive *self, GError **error)
{
  zip_error_t cause;
  zip_source_t *source;

  zip_error_init (&cause);
  source = zip_source_buffer_create (self->data, self->size, 0, &cause);
  if (source != NULL)
    self->zip =
        zip_open_from_source (source, ZIP_RDONLY | ZIP_CHECKCONS, &cause);
  if (self->zip == NULL) {
    if (source != NULL)
      zip_source_free (source);
    fail (self, NULL, error, "is no zip archive that can be read ('%s')",
          zip_error_strerror (&cause));
  }
  zip_error_fini (&cause);
  return self->zip != NULL;
}

DnnArchive *
dnn_archive_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnArchive) self = NULL;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (DnnArchive, 1);
  self->name = g_strdup (name);
  self->bytes = g_bytes_ref (bytes);
  self->data = g_bytes_get_data (bytes, &self->size);
  return open_archive (self, error) && check_names (self, error)
             ? g_steal_pointer (&self)
             : NULL;
}

void
dnn_archive_free (DnnArchive *self)
{
  if (self == NULL)
    return;
  if (self->zip != NULL)
    zip_discard (self->zip);
  g_bytes_unref (self->bytes);
  g_free (self->name);
  g_free (self);
}

bool
dnn_archive_has (const DnnArchive *self, const char *member)
{
  return zip_name_locate (self->zip, member, 0) >= 0;
}

/* --- stored members ------------------------------------------------------ */

/* The number of n bytes at `at`, little-endian. */
static size_t
number_at (const DnnArchive *self, size_t at, size_t n)
{
  size_t number = 0;

  for (size_t i = 0; i < n; i++)
    number |= (size_t) self->data[at + i] << 8 * i;
  return number;
}

static bool
is_at (const DnnArchive *self, size_t at, size_t n, const char *signature)
{
  return at <= self->size && n <= self->size - at &&
         memcmp (self->data + at, signature, 4) == 0;
}

/* The address of the header before entry `index`; SIZE_MAX if it is not found,
 * as in archives of 4 GiB. */
static size_t
find_local (const DnnArchive *self, zip_uint64_t index)
{
  const size_t least = self->size > END_SIZE + END_COMMENT_MOST
                           ? self->size - END_SIZE - END_COMMENT_MOST
                           : 0;
  size_t end, at;

  if (self->size < END_SIZE)
    return SIZE_MAX;
  for (end = self->size - END_SIZE; !is_at (self, end, END_SIZE, "PK\5\6");
       end--)
    if (end == least)
      return SIZE_MAX;
  at = number_at (self, end + END_DIRECTORY, 4);
  for (; is_at (self, at, CENTRAL_SIZE, "PK\1\2"); index--) {
    if (index == 0)
      return number_at (self, at + CENTRAL_LOCAL, 4);
    at += CENTRAL_SIZE + number_at (self, at + CENTRAL_LENGTHS, 2) +
          number_at (self, at + CENTRAL_LENGTHS + 2, 2) +
          number_at (self, at + CENTRAL_LENGTHS + 4, 2);
  }
  return SIZE_MAX;
}

/* The bytes of a stored member in the archive; NULL where they are not found
 * or do not have their checksum. */
static GBytes *
find_stored (const DnnArchive *self, const zip_stat_t *st)
{
  const size_t local = find_local (self, st->index);
  size_t at;

  if (local == SIZE_MAX || !is_at (self, local, LOCAL_SIZE, "PK\3\4"))
    return NULL;
  at = local + LOCAL_SIZE + number_at (self, local + LOCAL_LENGTHS, 2) +
       number_at (self, local + LOCAL_LENGTHS + 2, 2);
  if (at > self->size || st->size > self->size - at ||
      crc32_z (0, self->data + at, (size_t) st->size) != st->crc)
    return NULL;
  return g_bytes_new_from_bytes (self->bytes, at, (gsize) st->size);
}

/* --- packed members ------------------------------------------------------ */

static bool
check_member (const DnnArchive *self, const char *member, const zip_stat_t *st,
              GError **error)
{
  const zip_uint64_t known = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                             ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC |
                             ZIP_STAT_INDEX;
  const size_t most = dnn_file_unpack_limit (self->size);

  if ((st->valid & known) != known || st->comp_size > self->size)
    return fail (self, member, error,
                 "its size of '%" G_GUINT64_FORMAT "' bytes is more than the "
                 "file has, %zu",
                 (guint64) st->comp_size, self->size);
  if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      st->encryption_method != ZIP_EM_NONE)
    return fail (self, member, error,
                 "is encrypted, by method '%u'; it must not be",
                 st->encryption_method);
  return st->size <= most ||
         fail (self, member, error,
               "unpacks to '%" G_GUINT64_FORMAT "' bytes, and at most %zu are "
               "(60 MiB and four times the file)",
               (guint64) st->size, most);
}

/* Reads the whole member; libzip compares its checksum at its end. */
static bool
read_member (zip_file_t *file, uint8_t *out, size_t size)
{
  uint8_t more;
  size_t done = 0;

  while (done < size) {
    zip_int64_t n = zip_fread (file, out + done, size - done);

    if (n <= 0)
      return false;
    done += (size_t) n;
  }
  return zip_fread (file, &more, 1) == 0;
}

static GBytes *
unpack (const DnnArchive *self, const char *member, const zip_stat_t *st,
        GError **error)
{
  zip_file_t *file = zip_fopen_index (self->zip, st->index, 0);
  uint8_t *out;
  bool done;

  if (file == NULL) {
    fail (self, member, error, "cannot be unpacked ('%s')",
          zip_strerror (self->zip));
    return NULL;
  }
  out = dnn_memory_new (st->size, error);
  done = out != NULL && read_member (file, out, st->size);
  if (out == NULL)
    g_prefix_error (error, "%s:%s: ", self->name, member);
  else if (!done)
    fail (self, member, error,
          "its packed data are broken or are not '%" G_GUINT64_FORMAT
          "' bytes, as they say",
          (guint64) st->size);
  zip_fclose (file);
  if (done)
    return g_bytes_new_with_free_func (out, st->size, dnn_memory_free, out);
  dnn_memory_free (out);
  return NULL;
}

GBytes *
dnn_archive_member (DnnArchive *self, const char *member, GError **error)
{
  const zip_int64_t at = zip_name_locate (self->zip, member, 0);
  GBytes *stored;
  zip_stat_t st;

  if (at < 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "%s: has no member '%s'",
                 self->name, member);
    return NULL;
  }
  zip_stat_init (&st);
  if (zip_stat_index (self->zip, (zip_uint64_t) at, 0, &st) != 0)
    st.valid = 0;
  if (!check_member (self, member, &st, error))
    return NULL;
  stored = st.comp_method == ZIP_CM_STORE ? find_stored (self, &st) : NULL;
  return stored != NULL ? stored : unpack (self, member, &st, error);
}
