/* dnn-shape.c - sizes of a tensor: counted, compared, as text */
#include "dnn-shape.h"

#include "dnn-error.h"
#include "dnn-parse.h"

#include <string.h>

bool
dnn_shape_count (const DnnShape *shape, int64_t *ret_n)
{
  bool empty = false;
  int64_t n = 1;

  g_return_val_if_fail (shape != NULL && ret_n != NULL, false);
  g_return_val_if_fail (shape->n_dims <= DNN_MAX_DIMS, false);

  /* a 0 is left out of the product, so that no part of it overflows either:
   * the size of a row is such a part */
  for (uint32_t i = 0; i < shape->n_dims; i++) {
    if (shape->dims[i] < 0)
      return false;
    if (shape->dims[i] == 0)
      empty = true;
    else if (n > INT64_MAX / shape->dims[i])
      return false;
    else
      n *= shape->dims[i];
  }

  *ret_n = empty ? 0 : n;
  return true;
}

bool
dnn_shape_is_small (const DnnShape *shape)
{
  int64_t n = 1;

  for (uint32_t i = 0; i < shape->n_dims; i++)
    if (__builtin_mul_overflow (n, shape->dims[i], &n) || n > (int64_t) 1 << 40)
      return false;
  return true;
}

bool
dnn_shape_equal (const DnnShape *a, const DnnShape *b)
{
  return a->n_dims == b->n_dims &&
         memcmp (a->dims, b->dims, a->n_dims * sizeof a->dims[0]) == 0;
}

DnnTensor
dnn_tensor_of (const DnnShape *shape)
{
  DnnTensor t = { NULL, DNN_FLOAT32, shape->n_dims, { 0 } };

  memcpy (t.dims, shape->dims, sizeof t.dims);
  return t;
}

/* --- as text ------------------------------------------------------------- */

char *
dnn_shape_to_string (const DnnShape *shape, bool batch_is_none)
{
  g_autoptr (GString) text = g_string_new ("(");

  for (uint32_t i = 0; i < shape->n_dims; i++) {
    if (i > 0)
      g_string_append (text, ", ");
    if (i == 0 && batch_is_none)
      g_string_append (text, "None");
    else
      g_string_append_printf (text, "%" G_GINT64_FORMAT, shape->dims[i]);
  }
  if (shape->n_dims == 1)
    g_string_append_c (text, ',');
  g_string_append_c (text, ')');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
dnn_shape_to_list (const DnnShape *shape)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            shape->dims[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
dnn_shape_parse (const char *text, DnnShape *ret_shape, GError **error)
{
  g_auto (GStrv) pieces = dnn_split_commas (text);
  DnnShape shape = { 0 };

  if (strcmp (text, "scalar") == 0) {
    *ret_shape = shape;
    return true;
  }
  if (g_strv_length (pieces) >= DNN_MAX_DIMS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "input_shape must be at most %d sizes, not '%s'",
                 DNN_MAX_DIMS - 1, text);
    return false;
  }
  for (size_t i = 0; pieces[i] != NULL; i++)
    if (!dnn_parse_int (pieces[i], 1, 1 << 30, &shape.dims[shape.n_dims++],
                        error)) {
      g_prefix_error (error, "input_shape ");
      return false;
    }
  *ret_shape = shape;
  return true;
}

/* --- several ------------------------------------------------------------- */

DnnShapes
dnn_shapes_of (const DnnShape *shape)
{
  return (DnnShapes){ 1, { *shape } };
}

bool
dnn_shapes_equal (const DnnShapes *a, const DnnShapes *b)
{
  bool same = a->n == b->n;

  for (uint32_t i = 0; same && i < a->n; i++)
    same = dnn_shape_equal (&a->at[i], &b->at[i]);
  return same;
}

char *
dnn_shapes_to_list (const DnnShapes *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < self->n; i++) {
    g_autofree char *list = dnn_shape_to_list (&self->at[i]);

    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", list);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
dnn_shapes_parse (const char *text, DnnShapes *ret_shapes, GError **error)
{
  g_auto (GStrv) pieces = dnn_split_parts (text);
  DnnShapes shapes = { 0 };

  if (g_strv_length (pieces) > DNN_MAX_PARTS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "input_shape must be of at most %d inputs, not '%u'",
                 DNN_MAX_PARTS, g_strv_length (pieces));
    return false;
  }
  for (size_t i = 0; pieces[i] != NULL; i++)
    if (!dnn_shape_parse (pieces[i], &shapes.at[shapes.n++], error))
      return false;
  *ret_shapes = shapes;
  return true;
}
