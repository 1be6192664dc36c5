/* dnn-data-head.c - headers of data files */
#include "dnn-data-head.h"

#include "dnn-data-source.h"
#include "dnn-data.h"
#include "dnn-file.h"
#include "dnn-idx.h"
#include "dnn-npy.h"

#include <string.h>

typedef struct {
  DnnDtype dtype;
  DnnShape shape;
} ArrayHead;

/* --- one file ------------------------------------------------------------ */

/* Whether the header tells all; false without an error: another format. */
static bool
read_head (const char *path, ArrayHead *ret_head, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);
  uint8_t start[4 + 4 * DNN_MAX_DIMS];
  const uint8_t *data;
  size_t size;

  if (bytes == NULL)
    return false;
  data = g_bytes_get_data (bytes, &size);
  if (size >= 6 && memcmp (data, "\x93NUMPY", 6) == 0)
    return dnn_npy_parse_head (path, bytes, &ret_head->dtype, &ret_head->shape,
                               error);
  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    size = dnn_file_inflate_start (bytes, start, sizeof start);
    data = start;
  }
  return size >= 4 && data[0] == 0 && data[1] == 0 &&
         dnn_idx_parse_head (path, data, size, &ret_head->dtype,
                             &ret_head->shape, error);
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

/* Adds a pair to `bytes`; its heads and `*is_known` are set. */
static bool
read_pair (const DnnDataFiles *files, ArrayHead *ret_heads, size_t *bytes,
           bool *is_known, GError **error)
{
  const char *const paths[] = { files->inputs, files->targets };
  GError *local = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    *is_known = *is_known && paths[i] != NULL &&
                read_head (paths[i], &ret_heads[i], &local) &&
                ret_heads[i].shape.n_dims > 0;
    if (local != NULL) {
      g_propagate_error (error, local);
      return false;
    }
    if (*is_known)
      *bytes += count_bytes (ret_heads[i].dtype, &ret_heads[i].shape);
  }
  return true;
}

static void
add_split (const DnnSplit *split, size_t *bytes)
{
  if (split == NULL)
    return;
  *bytes += count_bytes (split->inputs->dtype, &split->inputs->shape) +
            count_bytes (split->targets->dtype, &split->targets->shape);
  if (split->weights != NULL)
    *bytes += count_bytes (split->weights->dtype, &split->weights->shape);
}

/* The long way, for formats without sizes in their header. */
static bool
load (const DnnSpec *section, DnnDataHead *ret_head, GError **error)
{
  g_autoptr (DnnData) data = dnn_data_load (section, error);
  DnnDataHead head = { 0 };

  if (data == NULL)
    return false;
  head.input = dnn_data_input_shape (data);
  head.target = dnn_data_target_shape (data);
  head.rows = data->train->inputs->shape.dims[0];
  head.validates = data->validation != NULL;
  add_split (data->train, &head.bytes);
  add_split (data->test, &head.bytes);
  if (head.validates && data->validation->inputs != data->train->inputs) {
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
  ArrayHead train[2] = { 0 }, validation[2] = { 0 }, test[2] = { 0 };
  ArrayHead weights = { .shape = { 1, 0, { 0 } } };
  bool is_known = true;
  GError *local = NULL;

  if (source == NULL ||
      !read_pair (&source->train, train, &head.bytes, &is_known, error) ||
      (source->validation.inputs != NULL &&
       !read_pair (&source->validation, validation, &head.bytes, &is_known,
                   error)) ||
      (source->test.inputs != NULL &&
       !read_pair (&source->test, test, &head.bytes, &is_known, error)))
    return false;
  if (is_known && *source->settings.weights != '\0') {
    is_known = read_head (source->settings.weights, &weights, &local);
    head.bytes += count_bytes (weights.dtype, &weights.shape);
  }
  if (local != NULL) {
    g_propagate_error (error, local);
    return false;
  }
  if (!is_known)
    return load (section, ret_head, error);
  head.input = sample_of (&train[0].shape);
  head.target = sample_of (&train[1].shape);
  head.rows = train[0].shape.dims[0];
  head.validation_rows = validation[0].shape.dims[0];
  head.validates = head.validation_rows > 0 ||
                   source->settings.validation_first > 0 ||
                   source->settings.validation_split > 0;
  *ret_head = head;
  return true;
}
