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
  size_t *locals;      /* (owned) where the header before each member is */
  size_t n_locals;     /* known of them: not all, in archives of 4 GiB */
};

/* --- opening ------------------------------------------------------------- */

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
    if (zip_error_code_zip (&cause) == ZIP_ER_EXISTS)
      dnn_set_format_error (self->name, error,
                            "two of its members have one name ('%s'); each "
                            "array needs a name of its own",
                            zip_error_strerror (&cause));
    else
      dnn_set_format_error (self->name, error,
                            "is no zip archive that can be read ('%s')",
                            zip_error_strerror (&cause));
  }
  zip_error_fini (&cause);
  return self->zip != NULL;
}

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

/* The address of the central directory; SIZE_MAX where no end says it. */
static size_t
find_directory (const DnnArchive *self)
{
  const size_t least = self->size > END_SIZE + END_COMMENT_MOST
                           ? self->size - END_SIZE - END_COMMENT_MOST
                           : 0;

  if (self->size < END_SIZE)
    return SIZE_MAX;
  for (size_t end = self->size - END_SIZE;; end--) {
    if (is_at (self, end, END_SIZE, "PK\5\6"))
      return number_at (self, end + END_DIRECTORY, 4);
    if (end == least)
      return SIZE_MAX;
  }
}

/* libzip knows where members lie, and does not say it. */
static void
list_locals (DnnArchive *self)
{
  const size_t n = dnn_archive_count (self);
  size_t at = find_directory (self);

  self->locals = g_new (size_t, n);
  while (self->n_locals < n && is_at (self, at, CENTRAL_SIZE, "PK\1\2")) {
    self->locals[self->n_locals++] = number_at (self, at + CENTRAL_LOCAL, 4);
    at += CENTRAL_SIZE + number_at (self, at + CENTRAL_LENGTHS, 2) +
          number_at (self, at + CENTRAL_LENGTHS + 2, 2) +
          number_at (self, at + CENTRAL_LENGTHS + 4, 2);
  }
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
  if (!open_archive (self, error))
    return NULL;
  list_locals (self);
  return g_steal_pointer (&self);
}

void
dnn_archive_free (DnnArchive *self)
{
  if (self == NULL)
    return;
  if (self->zip != NULL)
    zip_discard (self->zip);
  g_free (self->locals);
  g_bytes_unref (self->bytes);
  g_free (self->name);
  g_free (self);
}

/* --- members ------------------------------------------------------------- */

size_t
dnn_archive_count (const DnnArchive *self)
{
  return (size_t) MAX (zip_get_num_entries (self->zip, 0), 0);
}

const char *
dnn_archive_name (const DnnArchive *self, size_t i)
{
  const char *name = zip_get_name (self->zip, i, ZIP_FL_ENC_GUESS);

  return name != NULL ? name : "";
}

static bool
is_below (const char *member)
{
  g_auto (GStrv) parts = g_strsplit (member, "/", -1);

  return member[0] != '\0' && member[0] != '/' &&
         strchr (member, '\\') == NULL &&
         !g_strv_contains ((const char *const *) parts, "..");
}

bool
dnn_archive_check_names (const DnnArchive *self, GError **error)
{
  for (size_t i = 0; i < dnn_archive_count (self); i++)
    if (!is_below (dnn_archive_name (self, i)))
      return dnn_set_format_error (
          self->name, error,
          "has a member '%s'; a name must be relative, without '..'",
          dnn_archive_name (self, i));
  return true;
}

bool
dnn_archive_has (const DnnArchive *self, const char *member)
{
  return zip_name_locate (self->zip, member, ZIP_FL_ENC_GUESS) >= 0;
}

/* Of the member of that name; false: there is none.  Parts that the archive
 * does not say are not valid. */
static bool
find_member (const DnnArchive *self, const char *member, zip_stat_t *ret_st)
{
  const zip_int64_t at = zip_name_locate (self->zip, member, ZIP_FL_ENC_GUESS);

  zip_stat_init (ret_st);
  if (at >= 0 && zip_stat_index (self->zip, (zip_uint64_t) at, 0, ret_st) != 0)
    ret_st->valid = 0;
  return at >= 0;
}

uint64_t
dnn_archive_size (const DnnArchive *self, const char *member)
{
  zip_stat_t st;

  return find_member (self, member, &st) && (st.valid & ZIP_STAT_SIZE) != 0
             ? st.size
             : 0;
}

/* --- stored members ------------------------------------------------------ */

/* The bytes of a stored member in the archive; NULL where they are not found
 * or do not have their checksum. */
static GBytes *
find_stored (const DnnArchive *self, const zip_stat_t *st)
{
  const size_t local =
      st->index < self->n_locals ? self->locals[st->index] : SIZE_MAX;
  size_t at;

  if (!is_at (self, local, LOCAL_SIZE, "PK\3\4"))
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
check_member (const DnnArchive *self, const char *label, const zip_stat_t *st,
              GError **error)
{
  const zip_uint64_t known = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                             ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC |
                             ZIP_STAT_INDEX;
  const size_t most = dnn_file_unpack_limit (self->size);

  if ((st->valid & known) != known || st->comp_size > self->size)
    return dnn_set_format_error (label, error,
                                 "its size of '%" G_GUINT64_FORMAT
                                 "' bytes is more than the "
                                 "file has, %zu",
                                 (guint64) st->comp_size, self->size);
  if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      st->encryption_method != ZIP_EM_NONE)
    return dnn_set_format_error (label, error,
                                 "is encrypted, by method '%u'; it must not be",
                                 st->encryption_method);
  return st->size <= most ||
         dnn_set_format_error (label, error,
                               "unpacks to '%" G_GUINT64_FORMAT
                               "' bytes, and at most %zu are "
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
unpack (const DnnArchive *self, const char *label, const zip_stat_t *st,
        GError **error)
{
  zip_file_t *file = zip_fopen_index (self->zip, st->index, 0);
  uint8_t *out;
  bool done;

  if (file == NULL) {
    dnn_set_format_error (label, error, "cannot be unpacked ('%s')",
                          zip_strerror (self->zip));
    return NULL;
  }
  out = dnn_memory_new (st->size, error);
  done = out != NULL && read_member (file, out, st->size);
  if (out == NULL)
    g_prefix_error (error, "%s: ", label);
  else if (!done)
    dnn_set_format_error (
        label, error,
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
dnn_archive_member (DnnArchive *self, const char *member, const char *label,
                    GError **error)
{
  g_autofree char *own = NULL;
  GBytes *stored;
  zip_stat_t st;

  if (!find_member (self, member, &st)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "%s: has no member '%s'",
                 self->name, member);
    return NULL;
  }
  if (label == NULL)
    label = own = g_strdup_printf ("%s:%s", self->name, member);
  if (!check_member (self, label, &st, error))
    return NULL;
  stored = st.comp_method == ZIP_CM_STORE ? find_stored (self, &st) : NULL;
  return stored != NULL ? stored : unpack (self, label, &st, error);
}
