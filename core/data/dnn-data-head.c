/* dnn-data-head.c - headers of data files */
#include "dnn-data-head.h"

#include "dnn-data-source.h"
#include "dnn-data.h"
#include "dnn-file.h"
#include "dnn-idx.h"
#include "dnn-npy.h"
#include "dnn-shape.h"

#include <string.h>

typedef struct {
  DnnDtype dtype;
  DnnShape shape;
} ArrayHead;

/* --- one file ------------------------------------------------------------ */

/* True if the header tells all.  What is wrong with a file is found when it is
 * loaded, as other formats are. */
static bool
read_head (const char *path, ArrayHead *ret_head)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, NULL);
  uint8_t start[4 + 4 * DNN_MAX_DIMS];
  const uint8_t *data;
  size_t size;

  if (bytes == NULL)
    return false;
  data = g_bytes_get_data (bytes, &size);
  if (size >= 6 && memcmp (data, "\x93NUMPY", 6) == 0)
    return dnn_npy_parse_head (path, bytes, &ret_head->dtype, &ret_head->shape,
                               NULL);
  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    size = dnn_file_inflate_start (bytes, start, sizeof start);
    data = start;
  }
  return size >= 4 && data[0] == 0 && data[1] == 0 &&
         dnn_idx_parse_head (path, data, size, &ret_head->dtype,
                             &ret_head->shape, NULL);
}

static size_t
count_bytes (DnnDtype dtype, const DnnShape *shape)
{
  int64_t n;

  return dnn_shape_count (shape, &n) ? (size_t) n * dnn_dtype_size (dtype) : 0;
}

static DnnShape
sample_of (const DnnShape *shape)
{
  DnnShape sample = { .n_dims = shape->n_dims - 1 };

  memcpy (sample.dims, &shape->dims[1], sample.n_dims * sizeof sample.dims[0]);
  return sample;
}

/* --- all files ----------------------------------------------------------- */

/* Adds a pair to `bytes` and fills its heads; false: they do not tell. */
static bool
read_pair (const DnnDataFiles *files, ArrayHead *ret_heads, size_t *bytes)
{
  const char *const paths[] = { files->inputs, files->targets };

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    if (paths[i] == NULL || !read_head (paths[i], &ret_heads[i]) ||
        ret_heads[i].shape.n_dims == 0)
      return false;
    *bytes += count_bytes (ret_heads[i].dtype, &ret_heads[i].shape);
  }
  return true;
}

/* True if the headers of all files tell what they are. */
static bool
read_heads (const DnnDataSource *source, DnnDataHead *head)
{
  const DnnDataFiles *const splits[] = { &source->train, &source->validation,
                                         &source->test };
  const char *weights = source->settings.weights;
  ArrayHead heads[G_N_ELEMENTS (splits)][2] = { 0 }, one;

  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++)
    if ((i == 0 || splits[i]->inputs != NULL) &&
        !read_pair (splits[i], heads[i], &head->bytes))
      return false;
  if (*weights != '\0') {
    if (!read_head (weights, &one))
      return false;
    head->bytes += count_bytes (one.dtype, &one.shape);
  }
  head->inputs.n = head->targets.n = 1;
  head->inputs.at[0] = sample_of (&heads[0][0].shape);
  head->targets.at[0] = sample_of (&heads[0][1].shape);
  head->rows = heads[0][0].shape.dims[0];
  head->validation_rows = heads[1][0].shape.dims[0];
  head->validates =
      head->validation_rows > 0 || source->settings.validation_first > 0 ||
      source->settings.validation_split > 0 || source->settings.folds > 0;
  return true;
}

static void
add_split (const DnnSplit *split, size_t *bytes)
{
  if (split == NULL)
    return;
  for (uint32_t i = 0; i < dnn_split_n_sources (split); i++) {
    const DnnSource *source = dnn_split_source (split, i);

    *bytes += count_bytes (source->dtype, &source->shape);
  }
}

/* The long way, for formats without sizes in their header. */
static bool
load (const DnnSpec *section, DnnDataHead *ret_head, GError **error)
{
  g_autoptr (DnnData) data = dnn_data_load (section, error);
  DnnDataHead head = { 0 };

  if (data == NULL)
    return false;
  head.inputs = dnn_data_input_shapes (data);
  head.targets = dnn_data_target_shapes (data);
  head.rows = dnn_source_n_rows (dnn_split_input (data->train));
  head.validates = data->validation != NULL;
  add_split (data->train, &head.bytes);
  add_split (data->test, &head.bytes);
  if (head.validates &&
      dnn_split_input (data->validation) != dnn_split_input (data->train)) {
    head.validation_rows = data->validation->n;
    add_split (data->validation, &head.bytes);
  }
  *ret_head = head;
  return true;
}

bool
dnn_data_head_read (const DnnSpec *section, DnnDataHead *ret_head,
                    GError **error)
{
  g_autoptr (DnnDataSource) source = dnn_data_source_new (section, error);
  DnnDataHead head = { 0 };

  if (source == NULL)
    return false;
  if (!read_heads (source, &head) && !load (section, &head, error))
    return false;
  head.augment = source->settings.augment;
  *ret_head = head;
  return true;
}
