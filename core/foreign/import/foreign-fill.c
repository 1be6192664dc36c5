/* foreign-fill.c - tensors of another system into weights, axis by axis */
#include "dnn-foreign-map.h"

#include "dnn-array.h"

#include <string.h>

/* Returns: (transfer full): the numbers, as float32. */
static float *
read_floats (const DnnNamedTensor *tensor, int64_t n)
{
  const size_t size = (size_t) n * dnn_dtype_size (tensor->dtype);
  g_autoptr (DnnArray) array = dnn_array_new_take (
      tensor->dtype, tensor->shape,
      g_bytes_new_static (tensor->data != NULL ? tensor->data : "", size));
  float *numbers = g_new (float, (size_t) n + 1);

  dnn_array_to_float (array, 0, n, numbers);
  return numbers;
}

/* Theirs, with the split axis as two; false where it does not divide. */
static bool
split_shape (const DnnForeignWeight *weight, const DnnShape *theirs,
             int64_t first, DnnShape *ret_shape)
{
  *ret_shape = *theirs;
  if (!weight->is_split)
    return true;
  if (weight->split >= theirs->n_dims || theirs->n_dims >= DNN_MAX_DIMS ||
      first < 1 || theirs->dims[weight->split] % first != 0)
    return false;
  for (uint32_t i = theirs->n_dims; i > weight->split + 1; i--)
    ret_shape->dims[i] = theirs->dims[i - 1];
  ret_shape->dims[weight->split] = first;
  ret_shape->dims[weight->split + 1] = theirs->dims[weight->split] / first;
  ret_shape->n_dims++;
  return true;
}

/* Steps in theirs along each axis of ours; false where a size is another. */
static bool
find_steps (const DnnForeignWeight *weight, const DnnShape *theirs,
            const DnnTensor *ours, int64_t *ret_steps)
{
  int64_t steps[DNN_MAX_DIMS], step = 1, n = 1;

  for (uint32_t i = theirs->n_dims; i-- > 0;) {
    steps[i] = step;
    step *= theirs->dims[i];
  }
  for (uint32_t i = 0; i < ours->n_dims; i++) {
    const uint32_t axis = weight->n_axes > 0 ? weight->axes[i] : i;

    if ((weight->n_axes > 0 && i >= weight->n_axes) || axis >= theirs->n_dims ||
        theirs->dims[axis] != ours->dims[i])
      return false;
    ret_steps[i] = steps[axis];
    n *= ours->dims[i];
  }
  return n == step;
}

/* Where column `i` of ours stands in theirs, whose blocks have another order.
 */
static int64_t
find_column (const DnnForeignWeight *weight, int64_t i, int64_t n)
{
  const int64_t blocks =
      weight->from != NULL ? (int64_t) g_strv_length (weight->from) : 1;
  const int64_t size = n / blocks;

  if (blocks == 1 || size == 0 || n % blocks != 0)
    return i;
  for (int64_t j = 0; j < blocks; j++)
    if (strcmp (weight->from[j], weight->to[i / size]) == 0)
      return j * size + i % size;
  return i;
}

static void
add_permuted (const DnnForeignWeight *weight, const float *from,
              const int64_t *steps, const DnnTensor *to)
{
  int64_t at[DNN_MAX_DIMS] = { 0 }, n = 1;
  const uint32_t last = to->n_dims > 0 ? to->n_dims - 1 : 0;
  float *y = to->data;

  for (uint32_t i = 0; i < to->n_dims; i++)
    n *= to->dims[i];
  for (int64_t i = 0; i < n; i++) {
    int64_t place = 0;

    for (uint32_t d = 0; d < to->n_dims; d++)
      place += steps[d] *
               (d == last ? find_column (weight, at[d], to->dims[d]) : at[d]);
    y[i] += from[place];
    for (uint32_t d = to->n_dims; d-- > 0;) {
      if (++at[d] < to->dims[d])
        break;
      at[d] = 0;
    }
  }
}

/* The first size of a split: the layer's columns, a number, or a parameter. */
static int64_t
split_size (const DnnForeignLayer *self, const DnnForeignWeight *weight)
{
  const DnnArg *arg;

  if (!weight->is_split)
    return 0;
  if (strcmp (weight->split_size, "C") == 0)
    return self->columns;
  arg = dnn_spec_find (self->spec, weight->split_size);
  return g_ascii_strtoll (arg != NULL ? arg->value : weight->split_size, NULL,
                          10);
}

static bool
fill_from (const DnnForeignLayer *self, const DnnForeignWeight *weight,
           const DnnNamedTensor *tensor, const DnnTensor *to, GError **error)
{
  int64_t steps[DNN_MAX_DIMS] = { 0 }, n = 0;
  DnnShape theirs;
  g_autofree float *numbers = NULL;

  if (!dnn_shape_count (&tensor->shape, &n) ||
      !split_shape (weight, &tensor->shape, split_size (self, weight),
                    &theirs) ||
      !find_steps (weight, &theirs, to, steps)) {
    g_autofree char *there = dnn_shape_to_list (&tensor->shape);

    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the tensor '%s' of shape '%s' does not fit the weight '%s'",
                 tensor->name, there, weight->ours);
    return false;
  }
  numbers = read_floats (tensor, n);
  add_permuted (weight, numbers, steps, to);
  return true;
}

bool
dnn_foreign_layer_fill (const DnnForeignLayer *self, DnnModel *model,
                        const char *layer, GError **error)
{
  for (guint i = 0; i < self->row->weights->len; i++) {
    const DnnForeignWeight *weight = g_ptr_array_index (self->row->weights, i);
    g_autofree char *name = g_strdup_printf ("%s/%s", layer, weight->ours);
    DnnWeight *to = dnn_model_find_weight (model, name);
    bool zeroed = false;

    for (char **theirs = weight->theirs; to != NULL && *theirs != NULL;
         theirs++) {
      const DnnNamedTensor *tensor =
          g_hash_table_lookup (self->node->tensors, *theirs);

      if (tensor == NULL)
        continue;
      if (!zeroed)
        memset (to->tensor.data, 0, dnn_weight_bytes (to));
      zeroed = true;
      if (!fill_from (self, weight, tensor, &to->tensor, error))
        return false;
      to->is_fresh = false;
    }
  }
  return true;
}
