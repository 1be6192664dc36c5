/* onnx-shape.c - operators that move, join or shorten axes */
#include "dnn-onnx-import-private.h"

#include <string.h>

static bool
is_output (const DnnOnnxImport *self, const char *name)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (strcmp (g_ptr_array_index (self->outputs, i), name) == 0)
      return true;
  return false;
}

/* True if only dense layers use it, whose rows can be put in its order. */
static bool
feeds_dense (const DnnOnnxImport *self, const char *name)
{
  const GPtrArray *list = g_hash_table_lookup (self->consumers, name);

  for (guint i = 0; list != NULL && i < list->len; i++) {
    const DnnOnnxNode *node = g_ptr_array_index (list, i);

    if ((strcmp (node->op, "Gemm") != 0 && strcmp (node->op, "MatMul") != 0) ||
        strcmp (node->inputs[0], name) != 0)
      return false;
  }
  return list != NULL && !is_output (self, name);
}

/* One axis behind the batch. */
static bool
flatten (DnnOnnxImport *self, const DnnOnnxNode *node, const char *input,
         const char *output, GError **error)
{
  const DnnOnnxPart *x = dnn_onnx_part (self, input);
  const bool moved = !dnn_onnx_part_is_plain (x);
  DnnOnnxPart *y;

  if (moved && !feeds_dense (self, output))
    x = dnn_onnx_plain (self, input, error);
  y = x != NULL
          ? dnn_onnx_add_layer (self, node, dnn_foreign_node_new ("Flatten"),
                                &x, 1, output, error)
          : NULL;
  if (y == NULL)
    return false;
  for (uint32_t i = 0; i < DNN_MAX_DIMS; i++)
    y->axes[i] = i;
  if (moved && !dnn_onnx_part_is_plain (x)) {
    y->flat = x->shape;
    memcpy (y->flat_axes, x->axes, sizeof y->flat_axes);
  }
  y->positive = x->positive;
  return true;
}

/* The sizes behind the batch, of the graph's axes. */
static bool
reshape (DnnOnnxImport *self, const DnnOnnxNode *node, const char *input,
         const int64_t *dims, uint32_t n, const char *output, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnOnnxPart *x = dnn_onnx_part (self, input);
  DnnForeignNode *made;
  DnnOnnxPart *y;

  if (n == 1)
    return flatten (self, node, input, output, error);
  if (!dnn_onnx_part_is_plain (x))
    x = dnn_onnx_plain (self, input, error);
  if (x == NULL)
    return false;
  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            dims[i]);
  made = dnn_foreign_node_new ("Reshape");
  dnn_foreign_node_set (made, "shape", g_strdup (text->str), true);
  y = dnn_onnx_add_layer (self, node, made, &x, 1, output, error);
  if (y == NULL)
    return false;
  for (uint32_t i = 0; i < DNN_MAX_DIMS; i++)
    y->axes[i] = i;
  y->positive = x->positive;
  return true;
}

static const DnnOnnxPart *
computed (const DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x =
      dnn_onnx_part (self, dnn_onnx_node_get_input (node, 0));

  if (x != NULL && x->source != NULL && x->flat.n_dims == 0)
    return x;
  dnn_onnx_refuse (node, error, "its first input must be computed");
  return NULL;
}

bool
dnn_onnx_rule_flatten (DnnOnnxImport *self, const DnnOnnxNode *node,
                       GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);
  int64_t axis = 1;

  if (x == NULL || !dnn_onnx_node_get_int (node, "axis", 1, &axis, error))
    return false;
  if (axis != 1 && axis != 1 - (int64_t) x->shape.n_dims)
    return dnn_onnx_refuse (
        node, error, "'axis' must be 1, not '%" G_GINT64_FORMAT "'", axis);
  return flatten (self, node, node->inputs[0], node->outputs[0], error);
}

/* --- Reshape, Squeeze, Unsqueeze ------------------------------------------ */

/* Fills in 0 and -1; false where the batch would not stay. */
static bool
resolve (const DnnOnnxPart *x, int64_t *dims, size_t n)
{
  int64_t count = 1, known = 1, unknown = 0;

  for (uint32_t i = 1; i < x->shape.n_dims; i++)
    count *= x->shape.dims[i];
  for (size_t i = 1; i < n; i++) {
    if (dims[i] == 0 && i < x->shape.n_dims)
      dims[i] = dnn_onnx_part_size (x, (uint32_t) i);
    if (dims[i] < -1 || dims[i] > G_MAXINT32)
      return false;
    if (dims[i] != -1)
      known *= dims[i];
    else
      unknown++;
    if (known > ((int64_t) 1 << 40))
      return false;
  }
  if (unknown > 1 || (unknown == 1 && (dims[0] == -1 || known == 0)))
    return false;
  for (size_t i = 1; i < n; i++)
    if (dims[i] == -1)
      dims[i] = count / known;
  known = 1;
  for (size_t i = 1; i < n; i++)
    known *= dims[i];
  return n >= 2 && known == count && count > 0;
}

static bool
reshape_node (DnnOnnxImport *self, const DnnOnnxNode *node,
              const DnnOnnxPart *x, GError **error)
{
  size_t n = 0;
  g_autofree int64_t *dims = dnn_onnx_constant_ints (self, node, 1, &n);

  if (dims == NULL || n > DNN_MAX_DIMS || !resolve (x, dims, n))
    return dnn_onnx_refuse (node, error,
                            "its shape must be a constant that keeps the "
                            "batch, 0 or -1 first");
  return reshape (self, node, node->inputs[0], dims + 1, (uint32_t) n - 1,
                  node->outputs[0], error);
}

/* Axes of Squeeze, Unsqueeze and ReduceMean: an attribute or an input; NULL
 * without an error: they are left out. */
static bool
read_axes (const DnnOnnxImport *self, const DnnOnnxNode *node, uint32_t rank,
           uint32_t *ret_mask, GError **error)
{
  const int64_t *axes = NULL;
  size_t n = 0;
  g_autofree int64_t *owned = dnn_onnx_constant_ints (self, node, 1, &n);

  *ret_mask = 0;
  if (owned == NULL && dnn_onnx_node_get_input (node, 1) != NULL)
    return dnn_onnx_refuse (node, error, "its axes must be constants");
  if (owned == NULL && !dnn_onnx_node_get_ints (node, "axes", &axes, &n, error))
    return false;
  if (owned != NULL)
    axes = owned;
  for (size_t i = 0; i < n; i++) {
    const int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];

    if (axis < 1 || axis >= rank)
      return dnn_onnx_refuse (node, error,
                              "its axis '%" G_GINT64_FORMAT
                              "' must be one behind the batch",
                              axes[i]);
    *ret_mask |= 1u << axis;
  }
  return true;
}

static bool
squeeze (DnnOnnxImport *self, const DnnOnnxNode *node, const DnnOnnxPart *x,
         GError **error)
{
  const bool adds = strcmp (node->op, "Unsqueeze") == 0;
  int64_t dims[DNN_MAX_DIMS * 2];
  uint32_t mask, n = 0, rank = x->shape.n_dims;
  size_t n_axes = 0;
  g_autofree int64_t *owned = dnn_onnx_constant_ints (self, node, 1, &n_axes);
  const int64_t *axes = NULL;

  if (owned == NULL &&
      !dnn_onnx_node_get_ints (node, "axes", &axes, &n_axes, error))
    return false;
  if (adds)
    rank += (uint32_t) n_axes;
  if (rank > DNN_MAX_DIMS || !read_axes (self, node, rank, &mask, error))
    return rank <= DNN_MAX_DIMS
               ? false
               : dnn_onnx_refuse (node, error, "it has too many axes");
  for (uint32_t i = 1, from = 1; i < rank; i++) {
    const bool one = (mask >> i & 1) != 0;
    const int64_t size = adds && one ? 1 : dnn_onnx_part_size (x, from++);

    if (adds || (mask != 0 ? !one : size != 1))
      dims[n++] = size;
    else if (size != 1)
      return dnn_onnx_refuse (node, error, "axis %u must have size 1", i);
  }
  if (n == 0)
    return dnn_onnx_refuse (node, error, "an axis must be left");
  return reshape (self, node, node->inputs[0], dims, n, node->outputs[0],
                  error);
}

bool
dnn_onnx_rule_reshape (DnnOnnxImport *self, const DnnOnnxNode *node,
                       GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);

  if (x == NULL)
    return false;
  return strcmp (node->op, "Reshape") == 0 ? reshape_node (self, node, x, error)
                                           : squeeze (self, node, x, error);
}

/* --- Transpose ------------------------------------------------------------ */

/* Moves nothing: the axes get other numbers. */
bool
dnn_onnx_rule_transpose (DnnOnnxImport *self, const DnnOnnxNode *node,
                         GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);
  const int64_t *perm = NULL;
  uint32_t number[DNN_MAX_DIMS], seen = 0;
  size_t n = 0;
  DnnOnnxPart *y;

  if (x == NULL || !dnn_onnx_node_get_ints (node, "perm", &perm, &n, error))
    return false;
  for (size_t i = 0; perm != NULL && i < n && i < x->shape.n_dims; i++)
    if (perm[i] >= 0 && perm[i] < x->shape.n_dims) {
      number[perm[i]] = (uint32_t) i;
      seen |= 1u << perm[i];
    }
  if (perm == NULL || n != x->shape.n_dims || perm[0] != 0 ||
      seen != (1u << n) - 1)
    return dnn_onnx_refuse (node, error,
                            "'perm' must name each axis once, the batch first");
  y = dnn_onnx_add_part (self, node->outputs[0], &x->shape, x->source);
  for (uint32_t i = 0; i < n; i++)
    y->axes[i] = number[x->axes[i]];
  y->positive = x->positive;
  return true;
}

/* --- Concat, Pad, ReduceMean ---------------------------------------------- */

bool
dnn_onnx_rule_concat (DnnOnnxImport *self, const DnnOnnxNode *node,
                      GError **error)
{
  g_autofree const DnnOnnxPart **x =
      g_new0 (const DnnOnnxPart *, node->n_inputs + 1);
  DnnForeignNode *made;
  uint32_t physical = 0;
  int64_t axis = 0;

  if (!dnn_onnx_node_get_int (node, "axis", 1, &axis, error))
    return false;
  for (size_t i = 0; i < node->n_inputs; i++) {
    const DnnOnnxPart *part = dnn_onnx_part (self, node->inputs[i]);

    if (part == NULL || part->source == NULL || part->flat.n_dims > 0 ||
        (i > 0 && part->shape.n_dims != x[0]->shape.n_dims))
      return dnn_onnx_refuse (node, error, "its inputs must be computed");
    x[i] = i == 0 ? part : dnn_onnx_like (self, node->inputs[i], x[0], error);
    if (x[i] == NULL)
      return false;
  }
  axis += axis < 0 ? x[0]->shape.n_dims : 0;
  if (axis < 1 || axis >= x[0]->shape.n_dims)
    return dnn_onnx_refuse (node, error, "'axis' must be one behind the batch");
  while (x[0]->axes[physical] != axis)
    physical++;
  made = dnn_foreign_node_new ("Concat");
  dnn_foreign_node_set (made, "axis", g_strdup_printf ("%u", physical), true);
  return dnn_onnx_add_layer (self, node, made, x, (uint32_t) node->n_inputs,
                             node->outputs[0], error) != NULL;
}

/* Before and behind of each axis of space; NULL: other axes have pads. */
static char *
sides_of (const int64_t *pads, uint32_t rank)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < rank; i++) {
    const int64_t before = pads[i], behind = pads[rank + i];

    if (before < 0 || behind < 0 || (i < 2 && before + behind > 0))
      return NULL;
    if (i >= 2)
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT,
                              i > 2 ? "," : "", before, behind);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static bool
is_zero (const DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnNamedTensor *tensor = dnn_onnx_constant (self, node, 2);
  float value = 0;

  if (!dnn_onnx_node_get_float (node, "value", 0, &value, error))
    return false;
  if (tensor != NULL && tensor->dtype == DNN_FLOAT32 && tensor->data != NULL)
    memcpy (&value, tensor->data, sizeof value);
  else if (dnn_onnx_node_get_input (node, 2) != NULL)
    value = 1;
  return value == 0 ||
         dnn_onnx_refuse (node, error, "its pads must be constant zeros");
}

bool
dnn_onnx_rule_pad (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);
  size_t n = 0;
  g_autofree int64_t *owned = dnn_onnx_constant_ints (self, node, 1, &n);
  const int64_t *pads = owned;
  const char *mode = "constant";
  g_autofree char *sides = NULL;
  DnnForeignNode *made;

  if (x == NULL || !is_zero (self, node, error) ||
      !dnn_onnx_node_get_text (node, "mode", mode, &mode, error) ||
      (owned == NULL &&
       !dnn_onnx_node_get_ints (node, "pads", &pads, &n, error)))
    return false;
  if (pads != NULL && n == 2 * (size_t) x->shape.n_dims && n >= 6)
    sides = sides_of (pads, x->shape.n_dims);
  if (sides == NULL || strcmp (mode, "constant") != 0)
    return dnn_onnx_refuse (node, error,
                            "it must be constant zeros around axes of space");
  x = dnn_onnx_last (self, node->inputs[0], error);
  if (x == NULL)
    return false;
  made = dnn_foreign_node_new ("Pad");
  dnn_foreign_node_set (made, "pads", g_steal_pointer (&sides), true);
  return dnn_onnx_add_layer (self, node, made, &x, 1, node->outputs[0],
                             error) != NULL;
}

/* Over all axes of space: a global average. */
bool
dnn_onnx_rule_mean (DnnOnnxImport *self, const DnnOnnxNode *node,
                    GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);
  g_autofree char *key = g_strconcat (node->outputs[0], "\nmean", NULL);
  int64_t keeps = 1;
  uint32_t mask = 0;
  DnnOnnxPart *y;

  if (x == NULL || !read_axes (self, node, x->shape.n_dims, &mask, error) ||
      !dnn_onnx_node_get_int (node, "keepdims", 1, &keeps, error))
    return false;
  if (x->shape.n_dims < 3 || mask != (((1u << x->shape.n_dims) - 1) & ~3u))
    return dnn_onnx_refuse (node, error, "it must be over all axes of space");
  x = dnn_onnx_last (self, node->inputs[0], error);
  y = x != NULL
          ? dnn_onnx_add_layer (self, node,
                                dnn_foreign_node_new ("GlobalAveragePool"), &x,
                                1, keeps != 0 ? node->outputs[0] : key, error)
          : NULL;
  return y != NULL &&
         (keeps != 0 || flatten (self, node, key, node->outputs[0], error));
}
