/* dnn-zip.c - libzip, with every size checked before it is believed */
#include "dnn-zip.h"

#include <stdint.h>
#include <zip.h>

struct DnnZip {
  DnnForeignFile *file;
  zip_t *zip; /* (owned) */
};

DnnZip *
dnn_zip_open (DnnForeignFile *file, GBytes *bytes, GError **error)
{
  g_autoptr (DnnZip) self = g_new0 (DnnZip, 1);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  zip_error_t cause;
  zip_source_t *source;

  self->file = file;
  zip_error_init (&cause);
  source = zip_source_buffer_create (data, size, 0, &cause);
  if (source != NULL)
    self->zip =
        zip_open_from_source (source, ZIP_RDONLY | ZIP_CHECKCONS, &cause);
  if (self->zip == NULL) {
    if (source != NULL)
      zip_source_free (source);
    dnn_foreign_file_fail (file, error,
                           "is no zip archive that can be read ('%s')",
                           zip_error_strerror (&cause));
  }
  zip_error_fini (&cause);
  return self->zip != NULL ? g_steal_pointer (&self) : NULL;
}

void
dnn_zip_free (DnnZip *self)
{
  if (self == NULL)
    return;

  if (self->zip != NULL)
    zip_discard (self->zip);
  g_free (self);
}

size_t
dnn_zip_count (const DnnZip *self)
{
  return (size_t) MAX (zip_get_num_entries (self->zip, 0), 0);
}

const char *
dnn_zip_name (const DnnZip *self, size_t i)
{
  const char *name = zip_get_name (self->zip, i, 0);

  return name != NULL ? name : "";
}

bool
dnn_zip_find (const DnnZip *self, const char *name, size_t *ret_i)
{
  const zip_int64_t i = zip_name_locate (self->zip, name, 0);

  if (i >= 0)
    *ret_i = (size_t) i;
  return i >= 0;
}

static bool
check_member (const DnnZip *self, size_t i, zip_stat_t *ret_st, GError **error)
{
  const zip_uint64_t known = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;

  zip_stat_init (ret_st);
  if (zip_stat_index (self->zip, i, 0, ret_st) != 0 ||
      (ret_st->valid & known) != known || ret_st->size > G_MAXSIZE)
    return dnn_foreign_file_fail (self->file, error,
                                  "its member '%s' has no size",
                                  dnn_zip_name (self, i));
  if ((ret_st->valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      ret_st->encryption_method != ZIP_EM_NONE)
    return dnn_foreign_file_fail (
        self->file, error, "its member '%s' is encrypted, by method '%u'",
        dnn_zip_name (self, i), ret_st->encryption_method);
  return true;
}

/* Reads the whole member; libzip compares its checksum at its end. */
static bool
read_all (zip_file_t *member, uint8_t *out, size_t size)
{
  uint8_t more;
  size_t done = 0;

  while (done < size) {
    const zip_int64_t n = zip_fread (member, out + done, size - done);

    if (n <= 0)
      return false;
    done += (size_t) n;
  }
  return zip_fread (member, &more, 1) == 0;
}

void *
dnn_zip_read (DnnZip *self, size_t i, size_t *ret_size, GError **error)
{
  zip_stat_t st;
  zip_file_t *member;
  uint8_t *out;
  bool done;

  if (!check_member (self, i, &st, error))
    return NULL;
  out = dnn_foreign_file_take (self->file, st.size, error);
  if (out == NULL)
    return NULL;
  member = zip_fopen_index (self->zip, i, 0);
  done = member != NULL && read_all (member, out, st.size);
  if (member != NULL)
    zip_fclose (member);
  if (!done) {
    dnn_foreign_file_fail (self->file, error,
                           "its member '%s' is broken or is not "
                           "'%" G_GUINT64_FORMAT "' bytes, as it says",
                           dnn_zip_name (self, i), (guint64) st.size);
    return NULL;
  }
  *ret_size = st.size;
  return out;
}
