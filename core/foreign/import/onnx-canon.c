/* onnx-canon.c - what each operator of ONNX needs before rows can be asked */
#include "dnn-onnx-import-private.h"

#include "dnn-array.h"

#include <math.h>
#include <string.h>

/* --- parts of rules ------------------------------------------------------- */

static const DnnOnnxPart *
computed (const DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x =
      dnn_onnx_part (self, dnn_onnx_node_get_input (node, 0));

  if (x != NULL && x->source != NULL)
    return x;
  dnn_onnx_refuse (node, error, "its first input must be computed");
  return NULL;
}

/* The value itself, in the order of the graph once it was flattened. */
static const DnnOnnxPart *
whole (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x = computed (self, node, error);

  if (x == NULL || x->flat.n_dims == 0)
    return x;
  dnn_onnx_refuse (node, error, "its input was flattened in another order");
  return NULL;
}

static char *
number_text (double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (digits, sizeof digits, "%.9g", number));
}

static bool
set_float (DnnForeignNode *made, const DnnOnnxNode *node, const char *name,
           float fallback, GError **error)
{
  float number;

  if (!dnn_onnx_node_get_float (node, name, fallback, &number, error))
    return false;
  dnn_foreign_node_set (made, name, number_text ((double) number), true);
  return true;
}

static bool
add_constant (DnnOnnxImport *self, const DnnOnnxNode *node, size_t i,
              DnnForeignNode *made, const char *name, GError **error)
{
  const DnnNamedTensor *tensor = dnn_onnx_constant (self, node, i);

  if (tensor != NULL)
    g_hash_table_insert (made->tensors, g_strdup (name), (void *) tensor);
  return tensor != NULL || dnn_onnx_node_get_input (node, i) == NULL ||
         dnn_onnx_refuse (node, error, "its input '%s' must be a constant",
                          node->inputs[i]);
}

/* A layer of one input; takes `made`. */
static DnnOnnxPart *
add_one (DnnOnnxImport *self, const DnnOnnxNode *node, DnnForeignNode *made,
         const DnnOnnxPart *x, GError **error)
{
  return dnn_onnx_add_layer (self, node, made, &x, 1, node->outputs[0], error);
}

/* --- rules ---------------------------------------------------------------- */

static bool
rule_same (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x =
      dnn_onnx_part (self, dnn_onnx_node_get_input (node, 0));
  DnnOnnxPart *y;
  char *source;

  if (x == NULL)
    return dnn_onnx_refuse (node, error, "it has no input");
  y = dnn_onnx_add_part (self, node->outputs[0], &x->shape, NULL);
  source = g_strdup (x->source);
  *y = *x;
  y->source = source;
  return true;
}

static bool
rule_constant (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxTensor *tensor = NULL;

  if (!dnn_onnx_node_get_tensor (node, "value", &tensor, error))
    return false;
  if (tensor == NULL || tensor->array.data == NULL)
    return dnn_onnx_refuse (node, error, "its value must be numbers");
  dnn_onnx_add_part (self, node->outputs[0], &tensor->array.shape, NULL)
      ->constant = &tensor->array;
  return true;
}

static bool
set_attribute (DnnForeignNode *made, const DnnOnnxNode *node,
               const DnnOnnxAttribute *a, GError **error)
{
  if (a->type == DNN_ONNX_ATTRIBUTE_FLOAT)
    dnn_foreign_node_set (made, a->name, number_text ((double) a->number),
                          true);
  else if (a->type == DNN_ONNX_ATTRIBUTE_INT)
    dnn_foreign_node_set (
        made, a->name, g_strdup_printf ("%" G_GINT64_FORMAT, a->integer), true);
  else if (a->type == DNN_ONNX_ATTRIBUTE_TEXT && a->text != NULL) {
    if (strcmp (a->text, "none") != 0)
      dnn_foreign_node_set (made, a->name, g_strdup (a->text), true);
  } else
    return dnn_onnx_refuse (
        node, error, "its attribute '%s' must be a number or a text", a->name);
  return true;
}

/* An activation, or an operator of another domain. */
static bool
rule_plain (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  static const char *const positive[] = { "Relu",        "Sigmoid", "Softplus",
                                          "HardSigmoid", "Exp",     NULL };
  static const struct {
    const char *op;
    float alpha;
  } defaults[] = { { "LeakyRelu", 0.01f }, { "Elu", 1 }, { "Celu", 1 } };
  const DnnOnnxPart *x = whole (self, node, error);
  g_autofree char *op = *node->domain != '\0'
                            ? g_strdup_printf ("%s:%s", node->domain, node->op)
                            : g_strdup (node->op);
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (node->op);
  DnnOnnxPart *y;

  if (x == NULL)
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (defaults); i++)
    if (strcmp (node->op, defaults[i].op) == 0 &&
        dnn_onnx_node_find_attribute (node, "alpha") == NULL)
      dnn_foreign_node_set (made, "alpha",
                            number_text ((double) defaults[i].alpha), true);
  for (size_t i = 0; i < node->n_attributes; i++)
    if (!set_attribute (made, node, node->attributes[i], error))
      return false;
  if (*node->domain != '\0') {
    made->op = g_intern_string (op);
    x = dnn_onnx_plain (self, node->inputs[0], error);
  }
  y = x != NULL ? add_one (self, node, g_steal_pointer (&made), x, error)
                : NULL;
  if (y != NULL)
    y->positive = g_strv_contains (positive, node->op);
  return y != NULL;
}

static bool
rule_softmax (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x = whole (self, node, error);
  const int64_t opset = dnn_onnx_get_opset (self->onnx, "");
  int64_t axis = opset < 13 ? 1 : -1;
  DnnOnnxPart *y;

  if (x == NULL || !dnn_onnx_node_get_int (node, "axis", axis, &axis, error))
    return false;
  axis += axis < 0 ? x->shape.n_dims : 0;
  /* Before opset 13 all axes from this one on are one. */
  if (opset < 13 && axis != x->shape.n_dims - 1)
    return dnn_onnx_refuse (node, error, "'axis' must be the last");
  if (x->axes[x->shape.n_dims - 1] != axis)
    x = dnn_onnx_plain (self, node->inputs[0], error);
  if (x == NULL)
    return false;
  if (x->axes[x->shape.n_dims - 1] != axis)
    return dnn_onnx_refuse (node, error, "'axis' must be the last");
  y = add_one (self, node, dnn_foreign_node_new (node->op), x, error);
  if (y != NULL)
    y->positive = strcmp (node->op, "Softmax") == 0;
  return y != NULL;
}

/* One number: an attribute, or a constant input. */
static bool
read_limit (const DnnOnnxImport *self, const DnnOnnxNode *node, size_t i,
            const char *name, float fallback, float *ret_number, GError **error)
{
  const DnnNamedTensor *tensor = dnn_onnx_constant (self, node, i);

  if (!dnn_onnx_node_get_float (node, name, fallback, ret_number, error))
    return false;
  if (tensor != NULL && tensor->dtype == DNN_FLOAT32 && tensor->data != NULL)
    memcpy (ret_number, tensor->data, sizeof *ret_number);
  else if (dnn_onnx_node_get_input (node, i) != NULL)
    return dnn_onnx_refuse (node, error, "its %s must be a constant", name);
  return true;
}

static bool
rule_clip (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x = whole (self, node, error);
  float least = -INFINITY, most = INFINITY;
  DnnForeignNode *made;
  DnnOnnxPart *y;

  if (x == NULL || !read_limit (self, node, 1, "min", least, &least, error) ||
      !read_limit (self, node, 2, "max", most, &most, error))
    return false;
  if (least != 0)
    return dnn_onnx_refuse (node, error, "its min must be 0");
  made = dnn_foreign_node_new (isinf (most) ? "Relu" : "Clip");
  if (!isinf (most))
    dnn_foreign_node_set (made, "max", number_text ((double) most), true);
  y = add_one (self, node, made, x, error);
  if (y != NULL)
    y->positive = true;
  return y != NULL;
}

static bool
rule_normalize (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  static const char *const names[] = { "scale", "B", "input_mean",
                                       "input_var" };
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (node->op);
  int64_t training = 0;
  const DnnOnnxPart *x = whole (self, node, error);

  if (x == NULL ||
      !dnn_onnx_node_get_int (node, "training_mode", 0, &training, error) ||
      !set_float (made, node, "epsilon", 1e-5f, error) ||
      !set_float (made, node, "momentum", 0.9f, error))
    return false;
  if (training != 0)
    return dnn_onnx_refuse (node, error, "'training_mode' must be 0");
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (!add_constant (self, node, i + 1, made, names[i], error))
      return false;
  x = dnn_onnx_last (self, node->inputs[0], error);
  return x != NULL &&
         add_one (self, node, g_steal_pointer (&made), x, error) != NULL;
}

static bool
rule_layer_norm (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (node->op);
  const bool centred = strcmp (node->op, "LayerNormalization") == 0;
  const DnnOnnxPart *x = whole (self, node, error);
  int64_t axis = -1;

  if (x == NULL || !dnn_onnx_node_get_int (node, "axis", -1, &axis, error) ||
      !set_float (made, node, "epsilon", 1e-5f, error) ||
      !add_constant (self, node, 1, made, centred ? "Scale" : "scale", error) ||
      !add_constant (self, node, 2, made, "B", error))
    return false;
  if (axis != -1 && axis != x->shape.n_dims - 1)
    return dnn_onnx_refuse (node, error, "'axis' must be the last");
  dnn_foreign_node_set (made, "axis", g_strdup ("-1"), false);
  x = dnn_onnx_plain (self, node->inputs[0], error);
  return x != NULL &&
         add_one (self, node, g_steal_pointer (&made), x, error) != NULL;
}

static bool
rule_global (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  const DnnOnnxPart *x = whole (self, node, error);
  const bool positive = x != NULL && x->positive;
  DnnOnnxPart *y;

  if (x == NULL)
    return false;
  if (x->shape.n_dims < 3)
    return dnn_onnx_refuse (node, error, "its input must have axes of space");
  x = dnn_onnx_last (self, node->inputs[0], error);
  y = x != NULL
          ? add_one (self, node, dnn_foreign_node_new (node->op), x, error)
          : NULL;
  if (y != NULL)
    y->positive = positive;
  return y != NULL;
}

/* All of one shape; those that moved set the order. */
static bool
rule_elements (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  g_autofree const DnnOnnxPart **x =
      g_new0 (const DnnOnnxPart *, node->n_inputs + 1);
  const DnnOnnxPart *like = NULL;

  for (size_t i = 0; i < node->n_inputs; i++) {
    x[i] = dnn_onnx_part (self, node->inputs[i]);
    if (x[i] == NULL || x[i]->source == NULL || x[i]->flat.n_dims > 0)
      return dnn_onnx_refuse (node, error,
                              "its inputs must be computed, not constants");
    if (i > 0 && x[i]->shape.n_dims != x[0]->shape.n_dims)
      return dnn_onnx_refuse (node, error,
                              "its inputs must have as many axes each");
    if (like == NULL || !dnn_onnx_part_is_plain (x[i]))
      like = x[i];
  }
  for (size_t i = 0; i < node->n_inputs; i++) {
    x[i] = dnn_onnx_like (self, node->inputs[i], like, error);
    if (x[i] == NULL)
      return false;
  }
  return dnn_onnx_add_layer (self, node, dnn_foreign_node_new (node->op), x,
                             (uint32_t) node->n_inputs, node->outputs[0],
                             error) != NULL;
}

static bool
rule_prelu (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (node->op);
  g_autoptr (GString) shared = g_string_new (NULL);
  const DnnNamedTensor *slope = dnn_onnx_constant (self, node, 1);
  const DnnOnnxPart *x = whole (self, node, error);
  DnnNamedTensor *own;
  DnnShape shape = DNN_SCALAR;
  int64_t n = 0;

  if (x == NULL)
    return false;
  x = dnn_onnx_last (self, node->inputs[0], error);
  if (x == NULL)
    return false;
  shape.n_dims = x->shape.n_dims - 1;
  if (slope == NULL || !dnn_shape_count (&slope->shape, &n) ||
      (n != 1 && (n != x->shape.dims[shape.n_dims] ||
                  (slope->shape.n_dims != 1) != (shape.n_dims > 1))))
    return dnn_onnx_refuse (node, error,
                            "its slope must be a constant, one or one for each "
                            "channel");
  for (uint32_t i = 0; i < shape.n_dims; i++) {
    shape.dims[i] = i == shape.n_dims - 1 ? n : 1;
    if (i < shape.n_dims - 1 || n == 1)
      g_string_append_printf (shared, "%s%u", i > 0 ? "," : "", i + 1);
  }
  own = g_new0 (DnnNamedTensor, 1);
  *own = *slope;
  own->shape = shape;
  g_ptr_array_add (self->owned, own);
  g_hash_table_insert (made->tensors, g_strdup ("slope"), own);
  if (shared->len > 0)
    dnn_foreign_node_set (made, "shared_axes", g_strdup (shared->str), true);
  return add_one (self, node, g_steal_pointer (&made), x, error) != NULL;
}

/* --- the table ------------------------------------------------------------ */

enum { MANY = DNN_MAX_PARTS };

typedef struct {
  const char *op;
  DnnOnnxRule rule;
  bool last;   /* wants channels last */
  size_t most; /* inputs, as the operator's page has them */
} Operator;

static const Operator operators[] = {
  { "Add", rule_elements, false, 2 },
  { "AveragePool", dnn_onnx_rule_window, true, 1 },
  { "BatchNormalization", rule_normalize, true, 5 },
  { "Clip", rule_clip, false, 3 },
  { "Concat", dnn_onnx_rule_concat, false, MANY },
  { "Constant", rule_constant, false, 0 },
  { "Conv", dnn_onnx_rule_window, true, 3 },
  { "Dropout", rule_same, false, 3 },
  { "Flatten", dnn_onnx_rule_flatten, false, 1 },
  { "Gemm", dnn_onnx_rule_dense, false, 3 },
  { "GlobalAveragePool", rule_global, true, 1 },
  { "GlobalMaxPool", rule_global, true, 1 },
  { "Identity", rule_same, false, 1 },
  { "LayerNormalization", rule_layer_norm, false, 3 },
  { "LogSoftmax", rule_softmax, false, 1 },
  { "MatMul", dnn_onnx_rule_dense, false, 2 },
  { "Max", rule_elements, false, MANY },
  { "MaxPool", dnn_onnx_rule_window, true, 1 },
  { "Mean", rule_elements, false, MANY },
  { "Min", rule_elements, false, MANY },
  { "Mul", rule_elements, false, 2 },
  { "PRelu", rule_prelu, true, 2 },
  { "Pad", dnn_onnx_rule_pad, true, 4 },
  { "RMSNormalization", rule_layer_norm, false, 2 },
  { "ReduceMean", dnn_onnx_rule_mean, true, 2 },
  { "Reshape", dnn_onnx_rule_reshape, false, 2 },
  { "Softmax", rule_softmax, false, 1 },
  { "Squeeze", dnn_onnx_rule_reshape, false, 2 },
  { "Sub", rule_elements, false, 2 },
  { "Sum", rule_elements, false, MANY },
  { "Transpose", dnn_onnx_rule_transpose, false, 1 },
  { "Unsqueeze", dnn_onnx_rule_reshape, false, 2 },
};

static const Operator *
find_operator (const DnnOnnxNode *node)
{
  if (*node->domain != '\0' && strcmp (node->domain, "ai.onnx") != 0)
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (operators); i++)
    if (strcmp (operators[i].op, node->op) == 0)
      return &operators[i];
  return NULL;
}

DnnOnnxRule
dnn_onnx_find_rule (const DnnOnnxImport *self, const DnnOnnxNode *node)
{
  const Operator *known = find_operator (node);
  g_autofree char *foreign = NULL;

  if (known != NULL)
    return known->rule;
  if (*node->domain != '\0' && strcmp (node->domain, "ai.onnx") != 0) {
    foreign = g_strdup_printf ("%s:%s", node->domain, node->op);
    return dnn_foreign_map_has (self->map, foreign) ? rule_plain : NULL;
  }
  return dnn_foreign_map_is_activation (self->map, node->op) ? rule_plain
                                                             : NULL;
}

size_t
dnn_onnx_most_inputs (const DnnOnnxNode *node)
{
  const Operator *known = find_operator (node);

  return known != NULL ? known->most : 1;
}

bool
dnn_onnx_wants_last (const DnnOnnxNode *node)
{
  const Operator *known = find_operator (node);

  return known != NULL && known->last;
}
