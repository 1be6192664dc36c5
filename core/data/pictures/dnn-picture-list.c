/* dnn-picture-list.c - looks through folders and tables for pictures */
#include "dnn-picture-list.h"

#include "dnn-csv-cells.h"
#include "dnn-csv-texts.h"
#include "dnn-file.h"
#include "dnn-suggest.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

void
dnn_picture_list_free (DnnPictureList *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->labels, g_array_unref);
  g_strfreev (self->classes);
  g_free (self);
}

static DnnPictureList *
new_list (bool has_labels)
{
  DnnPictureList *self = g_new0 (DnnPictureList, 1);

  self->paths = g_ptr_array_new_with_free_func (g_free);
  if (has_labels)
    self->labels = g_array_new (FALSE, FALSE, sizeof (float));
  return self;
}

static void
add_picture (DnnPictureList *self, char *path, float label)
{
  g_ptr_array_add (self->paths, path);
  if (self->labels != NULL)
    g_array_append_val (self->labels, label);
}

void
dnn_picture_list_remove (DnnPictureList *self, const GArray *places)
{
  for (guint i = places->len; i-- > 0;) {
    const guint place = (guint) g_array_index (places, int64_t, i);

    g_ptr_array_remove_index (self->paths, place);
    if (self->labels != NULL)
      g_array_remove_index (self->labels, place);
  }
}

/* --- names --------------------------------------------------------------- */

static bool
has_suffix (const char *name, size_t n, const char *const *suffixes)
{
  for (size_t i = 0; suffixes[i] != NULL; i++) {
    const size_t length = strlen (suffixes[i]);

    if (n > length &&
        g_ascii_strncasecmp (name + n - length, suffixes[i], length) == 0)
      return true;
  }
  return false;
}

static bool
is_picture_name (const char *name, size_t n)
{
  static const char *const suffixes[] = { ".png", ".jpg", ".jpeg", NULL };

  return has_suffix (name, n, suffixes);
}

/* The column of the first two lines whose cell is the name of a picture, from
 * 1; 0: there is none. */
static guint
find_column (const char *path, GBytes *bytes)
{
  g_auto (DnnCsvRecord) record;
  DnnCsvReader reader;

  dnn_csv_record_init (&record);
  if (!dnn_csv_reader_init (&reader, path, bytes, NULL))
    return 0;
  for (int line = 0; line < 2 && dnn_csv_read (&reader, &record, NULL); line++)
    for (guint i = 0; i < record.cells->len; i++) {
      DnnCsvCell cell = g_array_index (record.cells, DnnCsvCell, i);

      dnn_csv_cell_strip (&cell);
      if (is_picture_name (cell.text, cell.n))
        return i + 1;
    }
  return 0;
}

bool
dnn_picture_list_takes (const char *inputs)
{
  static const char *const tables[] = { ".csv", ".tsv", ".txt", NULL };
  g_autoptr (GBytes) bytes = NULL;

  if (is_picture_name (inputs, strlen (inputs)) ||
      g_file_test (inputs, G_FILE_TEST_IS_DIR))
    return true;
  if (!has_suffix (inputs, strlen (inputs), tables) ||
      !g_file_test (inputs, G_FILE_TEST_IS_REGULAR))
    return false;
  bytes = dnn_file_read (inputs, NULL);
  return bytes != NULL && find_column (inputs, bytes) > 0;
}

/* --- folders ------------------------------------------------------------- */

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sorted; hidden ones are none. */
static GPtrArray *
list_names (const char *folder, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &why);
  GPtrArray *names;
  const char *name;

  if (dir == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s", why->message);
    return NULL;
  }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static bool
add_folder (DnnPictureList *self, const char *folder, float label, int depth,
            GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (depth > MAX_DEPTH) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: lies '%d' folders deep; is it a link to itself?", folder,
                 depth);
    return false;
  }
  names = list_names (folder, error);
  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path =
        g_build_filename (folder, g_ptr_array_index (names, i), NULL);

    if (!g_file_test (path, G_FILE_TEST_IS_DIR))
      add_picture (self, g_steal_pointer (&path), label);
    else if (!add_folder (self, path, label, depth + 1, error))
      return false;
  }
  return names != NULL;
}

/* Names of the folders in it; a file among them is an error, unless there are
 * no folders: then they are missing. */
static char **
list_classes (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (folder, error);
  g_autoptr (GStrvBuilder) classes = g_strv_builder_new ();
  const char *stray = NULL;
  guint n = 0;

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      g_strv_builder_add (classes, name);
      n++;
    } else if (stray == NULL && is_picture_name (name, strlen (name))) {
      stray = name;
    }
  }
  if (names == NULL)
    return NULL;
  if (n > 0 && stray == NULL)
    return g_strv_builder_end (classes);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               n == 0
                   ? "%s: has no folders in it%s%s; a class of pictures is a "
                     "folder of its name"
                   : "%s: '%s' lies beside folders of classes%s; put it into "
                     "one of them",
               folder, n == 0 ? "" : stray, "");
  return NULL;
}

/* The number of the class; -1 with an error. */
static int
find_class (const char *place, const char *name, const char *const *classes,
            GError **error)
{
  g_autofree char *nearest = NULL;

  for (int i = 0; classes[i] != NULL; i++)
    if (strcmp (classes[i], name) == 0)
      return i;
  nearest = dnn_suggest (name, classes);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: '%s' is none of the classes; %s", place, name, nearest);
  return -1;
}

static DnnPictureList *
list_folder (const char *folder, const char *const *classes, GError **error)
{
  g_autoptr (DnnPictureList) self = new_list (true);
  g_auto (GStrv) names = list_classes (folder, error);

  self->classes = g_strdupv (classes != NULL ? (char **) classes : names);
  for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);
    const int label = find_class (folder, names[i],
                                  (const char *const *) self->classes, error);

    if (label < 0 || !add_folder (self, path, (float) label, 1, error))
      return NULL;
  }
  return names != NULL ? g_steal_pointer (&self) : NULL;
}

/* --- tables -------------------------------------------------------------- */

/* One column, by name or number, as it is written. */
static DnnCsvTexts *
read_column (const char *path, GBytes *bytes, const DnnDataSettings *settings,
             const char *column, GError **error)
{
  return dnn_csv_texts_read (path, bytes, (DnnCsvHeader) settings->header,
                             column, error);
}

static const char *
text_at (const DnnCsvTexts *texts, guint row)
{
  return ((char **) g_ptr_array_index (texts->rows, row))[0];
}

/* Paths that are relative begin where the table lies. */
static DnnPictureList *
list_paths (const char *path, GBytes *bytes, const DnnDataSettings *settings,
            bool has_labels, GError **error)
{
  g_autoptr (DnnPictureList) self = new_list (has_labels);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *column =
      g_strdup_printf ("%u", MAX (find_column (path, bytes), 1));
  g_autoptr (DnnCsvTexts) paths =
      read_column (path, bytes, settings, column, error);

  for (guint i = 0; paths != NULL && i < paths->rows->len; i++)
    add_picture (self,
                 g_path_is_absolute (text_at (paths, i))
                     ? g_strdup (text_at (paths, i))
                     : g_build_filename (folder, text_at (paths, i), NULL),
                 0);
  return paths != NULL ? g_steal_pointer (&self) : NULL;
}

/* Columns of the first line. */
static guint
count_columns (const char *path, GBytes *bytes)
{
  g_auto (DnnCsvRecord) record;
  DnnCsvReader reader;

  dnn_csv_record_init (&record);
  return dnn_csv_reader_init (&reader, path, bytes, NULL) &&
                 dnn_csv_read (&reader, &record, NULL)
             ? record.cells->len
             : 0;
}

static DnnCsvTexts *
read_labels (const char *path, GBytes *bytes, const DnnDataSettings *settings,
             GError **error)
{
  const guint n = count_columns (path, bytes);
  g_autofree char *last = g_strdup_printf ("%u", n);
  const bool named = *settings->target != '\0';

  if (!named && find_column (path, bytes) == n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: its last column, '%u', has the names of the pictures; "
                 "target must name the column of their labels",
                 path, n);
    return NULL;
  }
  return read_column (path, bytes, settings, named ? settings->target : last,
                      error);
}

/* True if all of them are numbers, which are then the labels. */
static bool
take_numbers (DnnPictureList *self, const DnnCsvTexts *texts)
{
  for (guint i = 0; i < texts->rows->len; i++) {
    const char *text = text_at (texts, i);
    char *end;
    const float value = (float) g_ascii_strtod (text, &end);

    if (*text == '\0' || *end != '\0' || !isfinite (value))
      return false;
    g_array_index (self->labels, float, i) = value;
  }
  return true;
}

/* All words, sorted, each once. */
static char **
list_words (const DnnCsvTexts *texts)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; i < texts->rows->len; i++)
    g_ptr_array_add (all, (char *) text_at (texts, i));
  g_ptr_array_sort (all, compare_names);
  for (guint i = 0; i < all->len; i++)
    if (i == 0 || strcmp (all->pdata[i], all->pdata[i - 1]) != 0)
      g_strv_builder_add (words, all->pdata[i]);
  return g_strv_builder_end (words);
}

static bool
take_words (DnnPictureList *self, const char *path, const DnnCsvTexts *texts,
            const char *const *classes, GError **error)
{
  self->classes =
      classes != NULL ? g_strdupv ((char **) classes) : list_words (texts);
  for (guint i = 0; i < texts->rows->len; i++) {
    const char *text = text_at (texts, i);
    int label;

    if (*text == '\0') {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: row '%u' has no label", path, i + 1);
      return false;
    }
    label = find_class (path, text, (const char *const *) self->classes, error);
    if (label < 0)
      return false;
    g_array_index (self->labels, float, i) = (float) label;
  }
  return true;
}

static DnnPictureList *
list_table (const char *path, const DnnDataSettings *settings,
            const char *const *classes, bool has_labels, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);
  g_autoptr (DnnPictureList) self =
      bytes != NULL ? list_paths (path, bytes, settings, has_labels, error)
                    : NULL;
  g_autoptr (DnnCsvTexts) labels = NULL;

  if (self == NULL || !has_labels)
    return g_steal_pointer (&self);
  labels = read_labels (path, bytes, settings, error);
  if (labels == NULL)
    return NULL;
  if (!take_numbers (self, labels) &&
      !take_words (self, path, labels, classes, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- either -------------------------------------------------------------- */

static DnnPictureList *
check_some (DnnPictureList *self, const char *inputs, GError **error)
{
  if (self == NULL || self->paths->len > 0)
    return self;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA, "%s: has '0' pictures in it",
               inputs);
  dnn_picture_list_free (self);
  return NULL;
}

DnnPictureList *
dnn_picture_list_new (const char *inputs, const DnnDataSettings *settings,
                      const char *const *classes, GError **error)
{
  if (g_file_test (inputs, G_FILE_TEST_IS_DIR))
    return check_some (list_folder (inputs, classes, error), inputs, error);
  if (!is_picture_name (inputs, strlen (inputs)))
    return check_some (list_table (inputs, settings, classes, true, error),
                       inputs, error);
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_DATA,
      "%s: is one picture, which has no label; a folder of folders, or "
      "a table of paths and labels, has them",
      inputs);
  return NULL;
}

DnnPictureList *
dnn_picture_list_new_inputs (const char *inputs,
                             const DnnDataSettings *settings, GError **error)
{
  DnnPictureList *self;

  if (!is_picture_name (inputs, strlen (inputs)) &&
      !g_file_test (inputs, G_FILE_TEST_IS_DIR))
    return check_some (list_table (inputs, settings, NULL, false, error),
                       inputs, error);
  self = new_list (false);
  if (!g_file_test (inputs, G_FILE_TEST_IS_DIR))
    add_picture (self, g_strdup (inputs), 0);
  else if (!add_folder (self, inputs, 0, 0, error))
    g_clear_pointer (&self, dnn_picture_list_free);
  return check_some (self, inputs, error);
}
