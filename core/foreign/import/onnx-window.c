/* onnx-window.c - convolutions and pooling: what slides over axes of space */
#include "dnn-onnx-import-private.h"

#include <string.h>

typedef struct {
  uint32_t rank;
  int64_t size[DNN_MAX_DIMS], stride[DNN_MAX_DIMS], dilation[DNN_MAX_DIMS];
  int64_t before[DNN_MAX_DIMS], behind[DNN_MAX_DIMS];
  int64_t n[DNN_MAX_DIMS]; /* of the input */
} Window;

static bool
read_axes (const DnnOnnxNode *node, const char *name, uint32_t rank,
           int64_t *ret_numbers, GError **error)
{
  const int64_t *numbers = NULL;
  size_t n = 0;

  if (!dnn_onnx_node_get_ints (node, name, &numbers, &n, error))
    return false;
  if (numbers == NULL)
    return true;
  if (n != rank)
    return dnn_onnx_refuse (node, error, "'%s' must have %u numbers", name,
                            rank);
  memcpy (ret_numbers, numbers, n * sizeof *numbers);
  for (size_t i = 0; i < n; i++)
    if (numbers[i] < 1 || numbers[i] > G_MAXINT32)
      return dnn_onnx_refuse (
          node, error, "'%s' must be 1 or more, not '%" G_GINT64_FORMAT "'",
          name, numbers[i]);
  return true;
}

/* Zeros that give each output its window as TensorFlow's `same` does. */
static int64_t
same_total (const Window *w, uint32_t i)
{
  const int64_t reach = (w->size[i] - 1) * w->dilation[i] + 1;
  const int64_t out = (w->n[i] + w->stride[i] - 1) / w->stride[i];

  return MAX ((out - 1) * w->stride[i] + reach - w->n[i], 0);
}

static bool
read_pads (const DnnOnnxNode *node, Window *w, GError **error)
{
  const int64_t *pads = NULL;
  const char *automatic = NULL;
  size_t n = 0;

  if (!dnn_onnx_node_get_text (node, "auto_pad", "NOTSET", &automatic, error) ||
      !dnn_onnx_node_get_ints (node, "pads", &pads, &n, error))
    return false;
  if (g_str_has_prefix (automatic, "SAME_"))
    for (uint32_t i = 0; i < w->rank; i++) {
      const int64_t total = same_total (w, i);

      w->before[i] =
          strcmp (automatic, "SAME_LOWER") == 0 ? (total + 1) / 2 : total / 2;
      w->behind[i] = total - w->before[i];
    }
  if (strcmp (automatic, "NOTSET") != 0 || pads == NULL)
    return true;
  if (n != 2 * (size_t) w->rank)
    return dnn_onnx_refuse (node, error, "'pads' must have %u numbers",
                            2 * w->rank);
  for (uint32_t i = 0; i < w->rank; i++) {
    w->before[i] = pads[i];
    w->behind[i] = pads[w->rank + i];
    if (pads[i] < 0 || pads[w->rank + i] < 0 || pads[i] > G_MAXINT16 ||
        pads[w->rank + i] > G_MAXINT16)
      return dnn_onnx_refuse (node, error, "'pads' must be 0 to %d",
                              G_MAXINT16);
  }
  return true;
}

static bool
read_window (const DnnOnnxNode *node, const DnnOnnxPart *x,
             const DnnNamedTensor *kernel, Window *ret_window, GError **error)
{
  Window w = { .rank = x->shape.n_dims - 2 };

  for (uint32_t i = 0; i < w.rank; i++) {
    w.n[i] = x->shape.dims[i + 1];
    w.stride[i] = w.dilation[i] = 1;
    if (kernel != NULL && i + 2 < kernel->shape.n_dims)
      w.size[i] = kernel->shape.dims[i + 2];
  }
  if (!read_axes (node, "kernel_shape", w.rank, w.size, error) ||
      !read_axes (node, "strides", w.rank, w.stride, error) ||
      !read_axes (node, "dilations", w.rank, w.dilation, error) ||
      !read_pads (node, &w, error))
    return false;
  for (uint32_t i = 0; i < w.rank; i++)
    if (w.size[i] < 1)
      return dnn_onnx_refuse (node, error, "it has no kernel_shape");
  *ret_window = w;
  return true;
}

static bool
has_pads (const Window *w)
{
  for (uint32_t i = 0; i < w->rank; i++)
    if (w->before[i] != 0 || w->behind[i] != 0)
      return true;
  return false;
}

static bool
is_same (const Window *w)
{
  for (uint32_t i = 0; i < w->rank; i++)
    if (w->before[i] != same_total (w, i) / 2 ||
        w->before[i] + w->behind[i] != same_total (w, i))
      return false;
  return has_pads (w);
}

static char *
join (const int64_t *numbers, uint32_t n)
{
  GString *text = g_string_new (NULL);

  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            numbers[i]);
  return g_string_free (text, FALSE);
}

/* A layer of zeros around. */
static const DnnOnnxPart *
add_zeros (DnnOnnxImport *self, const DnnOnnxNode *node, const DnnOnnxPart *x,
           const Window *w, GError **error)
{
  g_autofree char *key = g_strconcat (node->outputs[0], "\npad", NULL);
  g_autofree char *name =
      *node->name != '\0' ? g_strconcat (node->name, "_pad", NULL) : NULL;
  const DnnOnnxNode from = { .name = name != NULL ? name : "", .op = "Pad" };
  DnnForeignNode *made = dnn_foreign_node_new ("Pad");
  int64_t sides[2 * DNN_MAX_DIMS];
  DnnOnnxPart *y;

  for (uint32_t i = 0; i < w->rank; i++) {
    sides[2 * i] = w->before[i];
    sides[2 * i + 1] = w->behind[i];
  }
  dnn_foreign_node_set (made, "pads", join (sides, 2 * w->rank), true);
  y = dnn_onnx_add_layer (self, &from, made, &x, 1, key, error);
  if (y != NULL)
    y->positive = x->positive;
  return y;
}

/* True if windows end with the input, so that none is cut or added. */
static bool
check_ceil (const DnnOnnxNode *node, const Window *w, GError **error)
{
  int64_t ceil = 0;

  if (!dnn_onnx_node_get_int (node, "ceil_mode", 0, &ceil, error))
    return false;
  for (uint32_t i = 0; ceil != 0 && i < w->rank; i++)
    if ((w->n[i] + w->before[i] + w->behind[i] -
         ((w->size[i] - 1) * w->dilation[i] + 1)) %
            w->stride[i] !=
        0)
      return dnn_onnx_refuse (node, error,
                              "'ceil_mode' must be 0 where windows pass the "
                              "end");
  return true;
}

/* Pads that are zeros to a convolution are nothing to a pool. */
static bool
check_pool (const DnnOnnxNode *node, const DnnOnnxPart *x, const Window *w,
            bool same, GError **error)
{
  int64_t counted = 0;

  if (!check_ceil (node, w, error) ||
      !dnn_onnx_node_get_int (node, "count_include_pad", 0, &counted, error))
    return false;
  if (!has_pads (w) || (same && counted == 0))
    return true;
  if (strcmp (node->op, "MaxPool") == 0 ? !x->positive : counted == 0)
    return dnn_onnx_refuse (node, error,
                            "its pads must be those of 'same', or its input "
                            "never below 0");
  return true;
}

static void
set_params (DnnForeignNode *made, const Window *w, bool same)
{
  bool dilated = false;

  for (uint32_t i = 0; i < w->rank; i++)
    dilated = dilated || w->dilation[i] != 1;
  dnn_foreign_node_set (made, "kernel_shape", join (w->size, w->rank), true);
  dnn_foreign_node_set (made, "strides", join (w->stride, w->rank), true);
  dnn_foreign_node_set (made, "dilations", join (w->dilation, w->rank),
                        dilated);
  if (same)
    dnn_foreign_node_set (made, "padding", g_strdup ("same"), true);
}

static bool
add_tensors (DnnOnnxImport *self, const DnnOnnxNode *node, DnnForeignNode *made,
             GError **error)
{
  static const char *const names[] = { NULL, "W", "B" };
  int64_t groups = 1;

  if (!dnn_onnx_node_get_int (node, "group", 1, &groups, error))
    return false;
  for (size_t i = 1; i < G_N_ELEMENTS (names); i++) {
    const DnnNamedTensor *tensor = dnn_onnx_constant (self, node, i);

    if (tensor != NULL)
      g_hash_table_insert (made->tensors, g_strdup (names[i]), (void *) tensor);
    else if (i == 1 || dnn_onnx_node_get_input (node, i) != NULL)
      return dnn_onnx_refuse (node, error, "its %s must be a constant",
                              names[i]);
  }
  dnn_foreign_node_set (made, "group",
                        g_strdup_printf ("%" G_GINT64_FORMAT, groups),
                        groups != 1);
  return true;
}

bool
dnn_onnx_rule_window (DnnOnnxImport *self, const DnnOnnxNode *node,
                      GError **error)
{
  const bool pool = strcmp (node->op, "Conv") != 0;
  const DnnOnnxPart *x = dnn_onnx_part (self, node->inputs[0]);
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (node->op);
  const bool positive = x != NULL && x->positive;
  Window w;
  bool same;
  DnnOnnxPart *y;

  if (x == NULL || x->source == NULL || x->shape.n_dims < 3)
    return dnn_onnx_refuse (node, error,
                            "its input must be computed, with axes of space");
  if (node->n_outputs > 1)
    return dnn_onnx_refuse (node, error, "it must have one output");
  x = dnn_onnx_last (self, node->inputs[0], error);
  if (x == NULL ||
      !read_window (node, x, pool ? NULL : dnn_onnx_constant (self, node, 1),
                    &w, error))
    return false;
  same = is_same (&w);
  if (pool ? !check_pool (node, x, &w, same, error)
           : !add_tensors (self, node, made, error))
    return false;
  if (pool && has_pads (&w)) {
    int64_t counted = 0;

    if (!dnn_onnx_node_get_int (node, "count_include_pad", 0, &counted, error))
      return false;
    same = same && counted == 0;
  }
  if (has_pads (&w) && !same)
    x = add_zeros (self, node, x, &w, error);
  if (x == NULL)
    return false;
  set_params (made, &w, same);
  y = dnn_onnx_add_layer (self, node, g_steal_pointer (&made), &x, 1,
                          node->outputs[0], error);
  if (y != NULL)
    y->positive = pool && positive;
  return y != NULL;
}
