/* torch-tensor.c - views of storages as arrays of their own */
#include "dnn-torch-private.h"

#include "dnn-array.h"
#include "dnn-shape.h"

#include <string.h>

static const char tensor_v1[] = "torch._utils._rebuild_tensor";
static const char tensor_v2[] = "torch._utils._rebuild_tensor_v2";
static const char parameter[] = "torch._utils._rebuild_parameter";

/* Elements of a storage: offset + sum of index * stride. */
typedef struct View {
  DnnTorchStorage storage;
  const uint8_t *data; /* of the storage */
  uint64_t offset;
  DnnShape shape;
  DnnShape strides;
  size_t n; /* elements */
} View;

static bool
is_call (const DnnPickleValue *value, const char *name)
{
  return value->kind == DNN_PICKLE_CALL && strcmp (value->text, name) == 0;
}

bool
dnn_torch_is_tensor (const DnnPickleValue *value)
{
  return is_call (value, tensor_v1) || is_call (value, tensor_v2) ||
         is_call (value, parameter);
}

/* A tuple of numbers from 0 up, or a torch.Size of one. */
static bool
parse_sizes (const DnnTorchStore *store, const DnnPickleValue *value,
             const char *what, DnnShape *ret_sizes, GError **error)
{
  DnnShape sizes = { 0 };

  if (is_call (value, "torch.Size") && value->n == 1)
    value = value->items[0];
  if (value->kind != DNN_PICKLE_TUPLE || value->n > DNN_MAX_DIMS)
    return dnn_foreign_file_fail (
        store->file, error,
        "a tensor's %s must be a tuple of at most %d numbers, not %s of '%zu'",
        what, DNN_MAX_DIMS, dnn_pickle_kind_name (value->kind), value->n);
  sizes.n_dims = (uint32_t) value->n;
  for (size_t i = 0; i < value->n; i++) {
    sizes.dims[i] = value->items[i]->integer;
    if (value->items[i]->kind != DNN_PICKLE_INT || sizes.dims[i] < 0)
      return dnn_foreign_file_fail (
          store->file, error,
          "a tensor's %s must be numbers from 0 up, not '%" G_GINT64_FORMAT "'",
          what, sizes.dims[i]);
  }
  *ret_sizes = sizes;
  return true;
}

/* The last element lies within the storage. */
static bool
check_view (const DnnTorchStore *store, View *view, GError **error)
{
  uint64_t last = view->offset;
  bool fits = view->offset <= view->storage.n;
  int64_t n;

  if (view->strides.n_dims != view->shape.n_dims)
    return dnn_foreign_file_fail (store->file, error,
                                  "a tensor has %u sizes and '%u' strides",
                                  view->shape.n_dims, view->strides.n_dims);
  if (!dnn_shape_count (&view->shape, &n))
    return dnn_foreign_file_fail (
        store->file, error, "a tensor has more elements than there can be");
  view->n = (size_t) n;
  if (n == 0)
    return true;
  for (uint32_t i = 0; fits && i < view->shape.n_dims; i++) {
    uint64_t step = 0;

    fits = !__builtin_mul_overflow ((uint64_t) view->shape.dims[i] - 1,
                                    (uint64_t) view->strides.dims[i], &step) &&
           !__builtin_add_overflow (last, step, &last);
  }
  return (fits && last < view->storage.n) ||
         dnn_foreign_file_fail (
             store->file, error,
             "a tensor reaches beyond its storage '%s' of '%" G_GUINT64_FORMAT
             "' elements",
             view->storage.key, view->storage.n);
}

static bool
parse_view (DnnTorchStore *store, const DnnPickleValue *call, View *ret_view,
            GError **error)
{
  const DnnPickleValue *const *items = call->items;
  View view = { 0 };

  if (call->n < 4 || items[1]->kind != DNN_PICKLE_INT || items[1]->integer < 0)
    return dnn_foreign_file_fail (
        store->file, error,
        "a tensor must have a storage, an offset, sizes and strides");
  view.offset = (uint64_t) items[1]->integer;
  if (!dnn_torch_storage_parse (store, items[0], &view.storage, error) ||
      !parse_sizes (store, items[2], "sizes", &view.shape, error) ||
      !parse_sizes (store, items[3], "strides", &view.strides, error) ||
      !check_view (store, &view, error))
    return false;
  view.data = dnn_torch_store_find (store, &view.storage, error);
  if (view.data == NULL)
    return false;
  *ret_view = view;
  return true;
}

/* Row-major without gaps: the numbers can stay where they are. */
static bool
is_contiguous (const View *view)
{
  int64_t stride = 1;

  for (uint32_t i = view->shape.n_dims; i-- > 0;) {
    if (view->shape.dims[i] != 1 && view->strides.dims[i] != stride)
      return false;
    stride *= view->shape.dims[i];
  }
  return true;
}

/* One row along the last axis; bfloat16 is the upper half of float32. */
static void
copy_row (const uint8_t *in, size_t n, size_t stride, size_t size, size_t width,
          uint8_t *out)
{
  for (size_t i = 0; i < n; i++, in += stride * size, out += width)
    memcpy (out + width - size, in, size);
}

/* Goes to the next index of all axes but the last; moves `at` with it. */
static void
next_row (const View *view, int64_t *index, uint64_t *at)
{
  for (uint32_t i = view->shape.n_dims - 1; i-- > 0;) {
    const uint64_t stride = (uint64_t) view->strides.dims[i];

    *at += stride;
    if (++index[i] < view->shape.dims[i])
      return;
    *at -= stride * (uint64_t) view->shape.dims[i];
    index[i] = 0;
  }
}

/* Elements in order, in memory of their own. */
static const void *
gather (const DnnTorchStore *store, const View *view, GError **error)
{
  const size_t size = view->storage.type->size;
  const size_t width = dnn_dtype_size (view->storage.type->dtype);
  const uint32_t last = view->shape.n_dims - 1;
  const bool is_scalar = view->shape.n_dims == 0;
  const size_t row = is_scalar ? 1 : (size_t) view->shape.dims[last];
  const size_t stride = is_scalar ? 1 : (size_t) view->strides.dims[last];
  int64_t index[DNN_MAX_DIMS] = { 0 };
  uint64_t at = view->offset;
  uint8_t *out;

  if (view->n > G_MAXSIZE / width) {
    dnn_foreign_file_fail (store->file, error, "a tensor is too large");
    return NULL;
  }
  out = dnn_foreign_file_take (store->file, view->n * width, error);
  for (size_t done = 0; out != NULL && done < view->n; done += row) {
    copy_row (view->data + at * size, row, stride, size, width,
              out + done * width);
    if (!is_scalar)
      next_row (view, index, &at);
  }
  return out;
}

bool
dnn_torch_tensor_make (DnnTorchStore *store, const DnnPickleValue *value,
                       DnnNamedTensor *ret_tensor, GError **error)
{
  const DnnTorchType *type;
  View view = { 0 };

  if (is_call (value, parameter) && value->n > 0)
    value = value->items[0];
  if (!is_call (value, tensor_v1) && !is_call (value, tensor_v2))
    return dnn_foreign_file_fail (store->file, error,
                                  "a parameter must be a tensor, not %s",
                                  dnn_pickle_kind_name (value->kind));
  if (!parse_view (store, value, &view, error))
    return false;
  type = view.storage.type;
  ret_tensor->dtype = type->dtype;
  ret_tensor->shape = view.shape;
  if (view.n == 0)
    ret_tensor->data = "";
  else if (is_contiguous (&view) && type->size == dnn_dtype_size (type->dtype))
    ret_tensor->data = view.data + view.offset * type->size;
  else
    ret_tensor->data = gather (store, &view, error);
  return ret_tensor->data != NULL;
}
