/* dnn-picture-cache.c - a file of rows, and what could not be read behind them
 *
 * The file is the rows, then the text of the faults ("INDEX SENTENCE" a line),
 * then three little-endian numbers of 64 bits: rows, bytes of the text, MAGIC.
 */
#include "dnn-picture-cache.h"

#include "dnn-file.h"
#include "dnn-memory.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAGIC 0x31736572757463ll /* "ctures1" */

/* Pictures of fewer bytes than these need no file. */
enum { SMALL = 16 << 20 };

/* Rows go to the file, or to memory. */
typedef struct {
  DnnFile *file;   /* (owned) or NULL */
  uint8_t *memory; /* (owned) or NULL */
  uint8_t *row;    /* (owned) of the file's: where the next one is made */
  int64_t n_rows;
  size_t row_bytes;
  GString *faults; /* (owned) */
} Sink;

static void
sink_clear (Sink *self)
{
  dnn_file_free (self->file);
  g_free (self->memory);
  g_free (self->row);
  g_string_free (self->faults, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sink, sink_clear)

void
dnn_pictures_free (DnnPictures *self)
{
  if (self == NULL)
    return;
  dnn_array_unref (self->rows);
  g_clear_pointer (&self->broken, g_array_unref);
  g_clear_pointer (&self->faults, g_ptr_array_unref);
  g_free (self);
}

/* --- its name ------------------------------------------------------------ */

static void
hash_number (GChecksum *hash, int64_t number)
{
  g_checksum_update (hash, (const guchar *) &number, sizeof number);
}

/* Without the 0 at the end, "ab", "c" would be "a", "bc". */
static void
hash_text (GChecksum *hash, const char *text)
{
  g_checksum_update (hash, (const guchar *) text, (gssize) strlen (text) + 1);
}

static void
hash_file (GChecksum *hash, const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  GStatBuf status = { 0 };

  g_stat (path, &status);
  hash_text (hash, whole);
  hash_number (hash, status.st_size);
  hash_number (hash, status.st_mtim.tv_sec);
  hash_number (hash, status.st_mtim.tv_nsec);
}

static char *
find_path (const DnnPictureList *list, const DnnPictureForm *form,
           const DnnDecoders *decoders)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  const int64_t numbers[] = { MAGIC, form->height, form->width, form->channels,
                              form->resize };

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    hash_number (hash, numbers[i]);
  for (guint i = 0; i < decoders->all->len; i++) {
    const DnnComponent *decoder = g_ptr_array_index (decoders->all, i);

    hash_text (hash, decoder->plugin->name);
    hash_text (hash, decoder->plugin->version);
  }
  for (guint i = 0; i < list->paths->len; i++)
    hash_file (hash, g_ptr_array_index (list->paths, i));
  return g_build_filename (g_get_user_cache_dir (), "dnn", "pictures",
                           g_checksum_get_string (hash), NULL);
}

/* --- reading it ---------------------------------------------------------- */

static DnnArray *
make_rows (const DnnPictureForm *form, int64_t n, GBytes *bytes)
{
  return dnn_array_new_take (
      DNN_UINT8, DNN_SHAPE (n, form->height, form->width, form->channels),
      bytes);
}

static DnnPictures *
new_pictures (const char *faults)
{
  DnnPictures *self = g_new0 (DnnPictures, 1);
  g_auto (GStrv) lines = g_strsplit (faults, "\n", -1);

  self->broken = g_array_new (FALSE, FALSE, sizeof (int64_t));
  self->faults = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    char *text;
    const int64_t place = g_ascii_strtoll (lines[i], &text, 10);

    g_array_append_val (self->broken, place);
    g_ptr_array_add (self->faults, g_strdup (text + 1));
  }
  return self;
}

/* NULL: there is none, or it is another program's. */
static DnnPictures *
read_cache (const char *path, const DnnPictureForm *form, guint n_files)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, NULL);
  g_autofree char *faults = NULL;
  g_autoptr (DnnPictures) self = NULL;
  const size_t row = dnn_picture_form_bytes (form);
  const uint8_t *data;
  int64_t end[3];
  size_t size = 0;

  data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (size < sizeof end)
    return NULL;
  memcpy (end, data + size - sizeof end, sizeof end);
  size -= sizeof end;
  if (end[2] != MAGIC || end[0] < 1 || end[0] > (int64_t) n_files ||
      end[1] < 0 || (size_t) end[1] > size ||
      (size_t) end[0] * row != size - (size_t) end[1])
    return NULL;
  faults =
      g_strndup ((const char *) data + end[0] * (int64_t) row, (gsize) end[1]);
  self = new_pictures (faults);
  if (self->broken->len + (guint64) end[0] != n_files)
    return NULL;
  self->rows = make_rows (
      form, end[0],
      g_bytes_new_from_bytes (bytes, 0, (gsize) ((size_t) end[0] * row)));
  self->rows->mapped = true;
  return g_steal_pointer (&self);
}

/* --- making it ----------------------------------------------------------- */

static bool
open_sink (Sink *self, const char *path, guint n, GError **error)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (path == NULL) {
    self->memory = dnn_memory_new (n * self->row_bytes, error);
    return self->memory != NULL;
  }
  if (g_mkdir_with_parents (folder, 0700) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "%s: cannot be made for decoded pictures; XDG_CACHE_HOME "
                 "names another folder for caches",
                 folder);
    return false;
  }
  self->row = dnn_memory_new (self->row_bytes, error);
  self->file = self->row != NULL ? dnn_file_open (path, error) : NULL;
  return self->file != NULL;
}

/* A picture that cannot be read is a fault; no memory for it is an error. */
static bool
add_row (Sink *self, const DnnDecoders *decoders, const DnnPictureForm *form,
         const char *path, guint place, GError **error)
{
  g_autoptr (GError) why = NULL;
  uint8_t *row = self->file != NULL
                     ? self->row
                     : self->memory + self->n_rows * (int64_t) self->row_bytes;

  if (!dnn_picture_read (decoders, path, form, row, &why)) {
    g_autofree char *line = dnn_error_to_line (why);

    if (dnn_memory_is_refusal (why)) {
      g_propagate_error (error, g_steal_pointer (&why));
      return false;
    }
    g_string_append_printf (self->faults, "%u %s\n", place, line);
    return true;
  }
  self->n_rows++;
  return self->file == NULL ||
         dnn_file_write (self->file, row, self->row_bytes, error);
}

static bool
close_file (Sink *self, GError **error)
{
  const int64_t end[] = { self->n_rows, (int64_t) self->faults->len, MAGIC };

  return dnn_file_write (self->file, self->faults->str, self->faults->len,
                         error) &&
         dnn_file_write (self->file, end, sizeof end, error) &&
         dnn_file_commit (self->file, error);
}

static bool
check_some (const Sink *self, GError **error)
{
  const char *text = strchr (self->faults->str, ' ');

  if (self->n_rows > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%.*s",
               (int) strcspn (text + 1, "\n"), text + 1);
  return false;
}

static DnnPictures *
take_memory (Sink *self, const DnnPictureForm *form)
{
  DnnPictures *pictures = new_pictures (self->faults->str);

  pictures->rows =
      make_rows (form, self->n_rows,
                 g_bytes_new_take (g_steal_pointer (&self->memory),
                                   (gsize) self->n_rows * self->row_bytes));
  return pictures;
}

DnnPictures *
dnn_picture_cache_load (const DnnPictureList *list, const DnnPictureForm *form,
                        bool mapped, const DnnDecoders *decoders,
                        GError **error)
{
  g_auto (Sink) sink = { .row_bytes = dnn_picture_form_bytes (form),
                         .faults = g_string_new (NULL) };
  const guint n = list->paths->len;
  const bool in_file = mapped || n > SMALL / sink.row_bytes;
  g_autofree char *path = in_file ? find_path (list, form, decoders) : NULL;
  DnnPictures *kept = in_file ? read_cache (path, form, n) : NULL;

  if (kept != NULL)
    return kept;
  if (!open_sink (&sink, path, n, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!add_row (&sink, decoders, form, g_ptr_array_index (list->paths, i), i,
                  error))
      return NULL;
  if (!check_some (&sink, error))
    return NULL;
  if (!in_file)
    return take_memory (&sink, form);
  if (!close_file (&sink, error))
    return NULL;
  kept = read_cache (path, form, n);
  if (kept == NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "%s: another program changed it", path);
  return kept;
}
