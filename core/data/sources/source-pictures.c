/* source-pictures.c - folders, tables and files of pictures */
#include "dnn-picture-cache.h"
#include "dnn-sources.h"

#include <string.h>

static const DnnSourceType type = { .name = "pictures" };

/* --- the form ------------------------------------------------------------ */

/* Of several pictures: the size of the first, and whether there is colour. */
typedef struct {
  const char *first; /* (borrowed) path; NULL: none could be read yet */
  int64_t height, width;
  bool coloured;
} Sizes;

/* The heads of all pictures; those that cannot be read are left to who reads
 * them whole. */
static bool
measure (Sizes *self, const DnnPictureList *list, const DnnDecoders *decoders,
         bool any_size, GError **error)
{
  for (guint i = 0; i < list->paths->len; i++) {
    const char *path = g_ptr_array_index (list->paths, i);
    DnnShape shape;

    if (!dnn_picture_measure (decoders, path, &shape, NULL))
      continue;
    self->coloured = self->coloured || shape.dims[2] > 2;
    if (self->first == NULL) {
      self->first = path;
      self->height = shape.dims[0];
      self->width = shape.dims[1];
    } else if (!any_size && (shape.dims[0] != self->height ||
                             shape.dims[1] != self->width)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: has '%" G_GINT64_FORMAT "' x '%" G_GINT64_FORMAT
                   "' pixels, and %s has %" G_GINT64_FORMAT
                   " x %" G_GINT64_FORMAT "; image_size = %" G_GINT64_FORMAT
                   ",%" G_GINT64_FORMAT " would bring all to one size",
                   path, shape.dims[0], shape.dims[1], self->first,
                   self->height, self->width, self->height, self->width);
      return false;
    }
  }
  return true;
}

static bool
check_size (const DnnInts *size, GError **error)
{
  if (size->n <= 2)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "image_size is one number, or height and width, and has '%d'",
               (int) size->n);
  return false;
}

/* Channels that a model of `n` numbers a row takes, or 0. */
static uint32_t
channels_of (const DnnPictureForm *form, int64_t n)
{
  const int64_t pixels = form->height * form->width;
  const int64_t channels = pixels > 0 && n % pixels == 0 ? n / pixels : 0;

  return channels == 1 || channels == 3 || channels == 4 ? (uint32_t) channels
                                                         : 0;
}

/* Whatever [data] leaves open follows from the model's `n` numbers a row (0:
 * not known), or from the pictures. */
static bool
find_form (DnnPictureForm *form, const DnnPictureList *list,
           const DnnDataSettings *settings, const DnnDecoders *decoders,
           int64_t n, GError **error)
{
  static const uint32_t channels[] = { 0, 1, 3, 4 };
  const DnnInts *size = &settings->image_size;
  Sizes sizes = { 0 };

  if (!check_size (size, error))
    return false;
  form->resize = (DnnResize) settings->resize;
  form->channels = channels[settings->channels];
  if (size->n > 0) {
    form->height = size->at[0];
    form->width = size->at[size->n - 1];
  }
  if (form->channels == 0)
    form->channels = channels_of (form, n);
  if (form->channels != 0 && form->height != 0)
    return true;
  if (!measure (&sizes, list, decoders, form->height != 0, error))
    return false;
  if (form->height == 0) {
    form->height = MAX (sizes.height, 1);
    form->width = MAX (sizes.width, 1);
  }
  if (form->channels == 0)
    form->channels = channels_of (form, n);
  if (form->channels == 0)
    form->channels = sizes.coloured ? 3 : 1;
  return true;
}

/* --- sources ------------------------------------------------------------- */

static DnnSource *
new_source (const char *name, DnnArray *rows)
{
  DnnSource *self = g_new0 (DnnSource, 1);

  dnn_source_init (self, &type, name, rows->dtype, &rows->shape);
  self->array = dnn_array_ref (rows);
  self->mapped = rows->mapped;
  self->resident = dnn_array_resident_size (rows);
  return self;
}

static char **
steal_texts (GPtrArray *texts)
{
  g_ptr_array_set_free_func (texts, NULL);
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (texts, FALSE);
}

/* Reads what the list names, and leaves out of it what could not be read. */
static DnnSource *
read_pictures (DnnPictureList *list, const char *name,
               const DnnDataSettings *settings, int64_t n, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnDecoders) decoders = dnn_decoders_new (registry, error);
  const bool limited = *settings->memory_limit != '\0';
  g_autoptr (DnnPictures) pictures = NULL;
  DnnPictureForm form = { 0 };
  DnnSource *self;

  if (decoders == NULL ||
      !find_form (&form, list, settings, decoders, n, error))
    return NULL;
  pictures = dnn_picture_cache_load (list, &form, limited, decoders, error);
  if (pictures == NULL)
    return NULL;
  dnn_picture_list_remove (list, pictures->broken);
  self = new_source (name, pictures->rows);
  self->row_names = steal_texts (g_steal_pointer (&list->paths));
  if (pictures->faults->len > 0)
    self->faults = steal_texts (g_steal_pointer (&pictures->faults));
  return self;
}

static DnnSource *
make_targets (DnnPictureList *list, const char *name)
{
  const int64_t n = list->labels->len;
  g_autoptr (GBytes) bytes =
      g_bytes_new (list->labels->data, (gsize) n * sizeof (float));
  g_autoptr (DnnArray) labels =
      dnn_array_new_take (DNN_FLOAT32, DNN_SHAPE (n), g_steal_pointer (&bytes));
  DnnSource *self = new_source (name, labels);

  self->classes = g_steal_pointer (&list->classes);
  return self;
}

/* --- the row of the table ------------------------------------------------ */

static bool
holds_both (const char *inputs, const DnnDataSettings *settings)
{
  (void) inputs;
  (void) settings;
  return true;
}

static bool
open_pair (DnnDataPair *self, const DnnDataFiles *files,
           const DnnDataSettings *settings, const DnnPreprocess *like,
           GError **error)
{
  g_autoptr (DnnPictureList) list = NULL;

  if (files->targets != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "targets '%s' cannot be given with pictures, whose labels are "
                 "their folders or a column beside their names",
                 files->targets);
    return false;
  }
  list = dnn_picture_list_new (files->inputs, settings,
                               (const char *const *) like->class_names, error);
  self->inputs = list != NULL
                     ? read_pictures (list, files->inputs, settings, 0, error)
                     : NULL;
  if (self->inputs != NULL)
    self->targets = make_targets (list, files->inputs);
  return self->targets != NULL;
}

static DnnSource *
open_inputs (const char *path, const DnnDataSettings *settings,
             const DnnPreprocess *like, int64_t n, GError **error)
{
  g_autoptr (DnnPictureList) list =
      dnn_picture_list_new_inputs (path, settings, error);

  (void) like;
  return list != NULL ? read_pictures (list, path, settings, n, error) : NULL;
}

const DnnSourceOpener dnn_source_pictures = {
  .name = "pictures",
  .takes = dnn_picture_list_takes,
  .holds_both = holds_both,
  .open = open_pair,
  .open_inputs = open_inputs,
};
