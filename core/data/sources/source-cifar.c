/* source-cifar.c - CIFAR-10's binary files, as they lie
 *
 * A record is a label from 0 to 9 in a byte, then 32 x 32 of red, of green and
 * of blue: https://www.cs.toronto.edu/~kriz/cifar.html.  Rows are 32 x 32 x 3.
 */
#include "dnn-file.h"
#include "dnn-sources.h"

#include <string.h>

enum {
  SIDE = 32,
  PLANE = SIDE * SIDE,
  CHANNELS = 3,
  RECORD = 1 + PLANE * CHANNELS,
  CLASSES = 10
};

typedef struct Cifar {
  DnnSource base;
  GPtrArray *files; /* (owned) of DnnArray, records x RECORD bytes */
} Cifar;

static const uint8_t *
find_record (const Cifar *self, int64_t row)
{
  const DnnArray *file = NULL;

  for (guint i = 0; i < self->files->len; i++) {
    file = g_ptr_array_index (self->files, i);
    if (row < file->shape.dims[0])
      break;
    row -= file->shape.dims[0];
  }
  return (const uint8_t *) file->data + row * RECORD;
}

static void
gather (const DnnSource *source, const int64_t *rows, int64_t n, float *out)
{
  for (int64_t i = 0; i < n; i++) {
    const uint8_t *x = find_record ((const Cifar *) source, rows[i]) + 1;

    for (int64_t j = 0; j < PLANE; j++)
      for (int64_t c = 0; c < CHANNELS; c++)
        *out++ = x[c * PLANE + j];
  }
}

static void
release (const DnnSource *source)
{
  const Cifar *self = (const Cifar *) source;

  for (guint i = 0; i < self->files->len; i++)
    dnn_array_release (g_ptr_array_index (self->files, i));
}

static void
clear (DnnSource *source)
{
  g_ptr_array_unref (((Cifar *) source)->files);
}

static const DnnSourceType type = {
  .name = "cifar", .gather = gather, .release = release, .clear = clear
};

/* --- files --------------------------------------------------------------- */

/* Takes the array of the file of these bytes; a label that is none is an
 * error. */
static bool
add_file (GPtrArray *files, const char *name, GBytes *bytes, GError **error)
{
  size_t size;
  const uint8_t *data = g_bytes_get_data (bytes, &size);
  const int64_t n = (int64_t) (size / RECORD);
  DnnArray *array;

  if (n == 0 || size % RECORD != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: has '%zu' bytes, and a .bin file of CIFAR-10 has records "
                 "of %d",
                 name, size, RECORD);
    return false;
  }
  for (int64_t i = 0; i < n; i++)
    if (data[i * RECORD] >= CLASSES) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "%s: record %" G_GINT64_FORMAT " has the label '%d', and "
                   "those of CIFAR-10 are 0 to %d",
                   name, i + 1, data[i * RECORD], CLASSES - 1);
      return false;
    }
  array = dnn_array_new_take (DNN_UINT8, DNN_SHAPE (n, RECORD),
                              g_bytes_ref (bytes));
  array->mapped = true;
  g_ptr_array_add (files, array);
  return true;
}

static DnnSource *
new_labels (const Cifar *inputs, const char *name)
{
  const int64_t n = dnn_source_n_rows (&inputs->base);
  uint8_t *labels = g_new (uint8_t, (gsize) n);
  g_autoptr (DnnArray) array = NULL;

  for (int64_t i = 0; i < n; i++)
    labels[i] = *find_record (inputs, i);
  array = dnn_array_new_take (DNN_UINT8, DNN_SHAPE (n),
                              g_bytes_new_take (labels, (gsize) n));
  return dnn_source_new_array (array, name);
}

bool
dnn_source_read_cifar (DnnDataPair *self, const char *name,
                       const DnnNamedBytes *files, guint n, GError **error)
{
  g_autoptr (GPtrArray) arrays =
      g_ptr_array_new_with_free_func ((GDestroyNotify) dnn_array_unref);
  DnnShape shape = DNN_SHAPE (0, SIDE, SIDE, CHANNELS);
  Cifar *inputs;

  for (guint i = 0; i < n; i++) {
    if (!add_file (arrays, files[i].name, files[i].bytes, error))
      return false;
    shape.dims[0] += ((DnnArray *) arrays->pdata[i])->shape.dims[0];
  }
  inputs = g_new0 (Cifar, 1);
  dnn_source_init (&inputs->base, &type, name, DNN_UINT8, &shape);
  inputs->base.mapped = true;
  inputs->files = g_steal_pointer (&arrays);
  self->inputs = &inputs->base;
  self->targets = new_labels (inputs, name);
  return true;
}

/* --- names --------------------------------------------------------------- */

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The file, or, where its name has a '*', those that match, sorted. */
static GPtrArray *
find_files (const char *inputs, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (inputs);
  g_autofree char *pattern = g_path_get_basename (inputs);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir =
      strchr (pattern, '*') != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_pattern_match_simple (pattern, name))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  if (strchr (pattern, '*') == NULL)
    g_ptr_array_add (paths, g_strdup (inputs));
  g_ptr_array_sort (paths, compare_names);
  if (paths->len > 0)
    return g_steal_pointer (&paths);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: no file in '%s' has a name like that", inputs, folder);
  return NULL;
}

static bool
takes (const char *inputs)
{
  return g_str_has_suffix (inputs, ".bin");
}

static bool
holds_both (const char *inputs, const DnnDataSettings *settings)
{
  (void) inputs;
  (void) settings;
  return true;
}

static void
free_file (void *data)
{
  g_bytes_unref (((DnnNamedBytes *) data)->bytes);
}

static bool
read_named (DnnDataPair *self, const char *inputs, GError **error)
{
  g_autoptr (GPtrArray) paths = find_files (inputs, error);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (DnnNamedBytes));

  g_array_set_clear_func (files, free_file);
  for (guint i = 0; paths != NULL && i < paths->len; i++) {
    DnnNamedBytes file = { g_ptr_array_index (paths, i), NULL };

    file.bytes = dnn_file_read (file.name, error);
    if (file.bytes == NULL)
      return false;
    g_array_append_val (files, file);
  }
  return paths != NULL &&
         dnn_source_read_cifar (self, inputs, (DnnNamedBytes *) files->data,
                                files->len, error);
}

static bool
open_pair (DnnDataPair *self, const DnnDataFiles *files,
           const DnnDataSettings *settings, const DnnPreprocess *like,
           GError **error)
{
  (void) settings;
  (void) like;
  if (files->targets == NULL)
    return read_named (self, files->inputs, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "targets '%s' cannot be given with a .bin file of CIFAR-10, "
               "which has its labels",
               files->targets);
  return false;
}

static DnnSource *
open_inputs (const char *path, const DnnDataSettings *settings,
             const DnnPreprocess *like, int64_t n, GError **error)
{
  g_auto (DnnDataPair) pair = { 0 };

  (void) settings;
  (void) like;
  (void) n;
  return read_named (&pair, path, error) ? g_steal_pointer (&pair.inputs)
                                         : NULL;
}

const DnnSourceOpener dnn_source_cifar = {
  .name = "cifar",
  .takes = takes,
  .holds_both = holds_both,
  .open = open_pair,
  .open_inputs = open_inputs,
};
