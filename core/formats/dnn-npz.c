/* dnn-npz.c - members of a zip archive, found, checked and unpacked by libzip
 */
#include "dnn-npz.h"

#include "dnn-file.h"
#include "dnn-memory.h"
#include "dnn-npy.h"
#include "dnn-suggest.h"

#include <string.h>
#include <zip.h>

#define SUFFIX ".npy"

typedef struct Archive {
  const char *name; /* of the file */
  size_t size;      /* of the file */
  zip_t *zip;       /* (owned) */
} Archive;

static void
archive_clear (Archive *self)
{
  if (self->zip != NULL)
    zip_discard (self->zip);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Archive, archive_clear)

char *
dnn_npz_split_path (const char *path, const char **ret_member)
{
  const char *end = g_strrstr (path, ".npz:");

  if (end == NULL)
    return NULL;
  *ret_member = end + strlen (".npz:");
  return g_strndup (path, (gsize) (end - path) + strlen (".npz"));
}

static bool
open_archive (Archive *self, GBytes *bytes, GError **error)
{
  const void *data = g_bytes_get_data (bytes, &self->size);
  zip_error_t cause;
  zip_source_t *source;

  zip_error_init (&cause);
  source = zip_source_buffer_create (data, self->size, 0, &cause);
  if (source != NULL)
    self->zip =
        zip_open_from_source (source, ZIP_RDONLY | ZIP_CHECKCONS, &cause);
  if (self->zip == NULL) {
    if (source != NULL)
      zip_source_free (source);
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is no zip archive that can be read ('%s')", self->name,
                 zip_error_strerror (&cause));
  }
  zip_error_fini (&cause);
  return self->zip != NULL;
}

/* --- finding the member -------------------------------------------------- */

/* The name of array `i`, without its suffix; NULL: the member is no array. */
static char *
array_name (const Archive *self, zip_uint64_t i)
{
  const char *name = zip_get_name (self->zip, i, ZIP_FL_ENC_GUESS);

  return name != NULL && g_str_has_suffix (name, SUFFIX)
             ? g_strndup (name, strlen (name) - strlen (SUFFIX))
             : NULL;
}

static char **
list_arrays (const Archive *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const zip_int64_t n = zip_get_num_entries (self->zip, 0);

  for (zip_int64_t i = 0; i < n; i++) {
    g_autofree char *name = array_name (self, (zip_uint64_t) i);

    if (name != NULL)
      g_strv_builder_add (names, name);
  }
  return g_strv_builder_end (names);
}

/* The member of that name, with or without the suffix; -1: there is none. */
static zip_int64_t
find_member (const Archive *self, const char *member)
{
  g_autofree char *file = g_str_has_suffix (member, SUFFIX)
                              ? g_strdup (member)
                              : g_strconcat (member, SUFFIX, NULL);

  return zip_name_locate (self->zip, file, ZIP_FL_ENC_GUESS);
}

/* Which of several, where none was named. */
static zip_int64_t
choose_member (const Archive *self, char **names, const char *const *likely,
               GError **error)
{
  g_autofree char *list = NULL;

  if (g_strv_length (names) == 1)
    return find_member (self, names[0]);
  for (size_t i = 0; likely != NULL && likely[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) names, likely[i]))
      return find_member (self, likely[i]);
  list = dnn_suggest ("", (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: holds %u arrays, so one must be named, as '%s:%s'; %s",
               self->name, g_strv_length (names), self->name, names[0], list);
  return -1;
}

static zip_int64_t
locate (const Archive *self, const char *member, const char *const *likely,
        GError **error)
{
  g_auto (GStrv) names = list_arrays (self);
  g_autofree char *nearest = NULL;
  zip_int64_t at;

  if (names[0] == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: holds no array, no member that ends in '" SUFFIX "'",
                 self->name);
    return -1;
  }
  if (member == NULL)
    return choose_member (self, names, likely, error);
  at = find_member (self, member);
  if (at >= 0)
    return at;
  nearest = dnn_suggest (member, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "%s: holds no array '%s'; %s",
               self->name, member, nearest);
  return -1;
}

/* --- unpacking it -------------------------------------------------------- */

static bool
check_member (const Archive *self, const char *label, const zip_stat_t *st,
              GError **error)
{
  const zip_uint64_t known =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  const size_t most = dnn_file_unpack_limit (self->size);

  if ((st->valid & known) != known || st->comp_size > self->size) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: its size of '%" G_GUINT64_FORMAT "' bytes is more than "
                 "the file has, %zu",
                 label, (guint64) st->comp_size, self->size);
    return false;
  }
  if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
      st->encryption_method != ZIP_EM_NONE) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is encrypted, by method '%u'; it must not be", label,
                 st->encryption_method);
    return false;
  }
  if (st->size > most) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: unpacks to '%" G_GUINT64_FORMAT "' bytes, and at most "
                 "%zu are (60 MiB and four times the file); unpack it and "
                 "name the .npy file",
                 label, (guint64) st->size, most);
    return false;
  }
  return true;
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
unpack (const Archive *self, const char *label, zip_uint64_t at, GError **error)
{
  zip_stat_t st;
  zip_file_t *file;
  uint8_t *out;
  bool done;

  zip_stat_init (&st);
  if (zip_stat_index (self->zip, at, 0, &st) != 0)
    st.valid = 0;
  if (!check_member (self, label, &st, error))
    return NULL;
  file = zip_fopen_index (self->zip, at, 0);
  if (file == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: cannot be unpacked ('%s')", label,
                 zip_strerror (self->zip));
    return NULL;
  }
  out = dnn_memory_new (st.size, error);
  done = out != NULL && read_member (file, out, st.size);
  if (out == NULL)
    g_prefix_error (error, "%s: ", label);
  else if (!done)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: its packed data are broken or are not '%" G_GUINT64_FORMAT
                 "' bytes, as they say",
                 label, (guint64) st.size);
  zip_fclose (file);
  if (done)
    return g_bytes_new_with_free_func (out, st.size, dnn_memory_free, out);
  dnn_memory_free (out);
  return NULL;
}

DnnArray *
dnn_npz_parse (const char *name, GBytes *bytes, const char *member,
               const char *const *likely, GError **error)
{
  g_auto (Archive) archive = { .name = name };
  g_autofree char *stem = NULL, *label = NULL;
  g_autoptr (GBytes) content = NULL;
  zip_int64_t at;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!open_archive (&archive, bytes, error))
    return NULL;
  at = locate (&archive, member, likely, error);
  if (at < 0)
    return NULL;
  stem = array_name (&archive, (zip_uint64_t) at);
  label = g_strdup_printf ("%s:%s", name, stem != NULL ? stem : "?");
  content = unpack (&archive, label, (zip_uint64_t) at, error);
  return content != NULL ? dnn_npy_parse (label, content, error) : NULL;
}
