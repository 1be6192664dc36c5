/* dnn-onnx-write.c - the reader's structs, filled and written by its tables */
#include "dnn-onnx-write.h"

#include "dnn-array.h"
#include "dnn-file.h"
#include "dnn-onnx-private.h"
#include "dnn-shape.h"

#include <string.h>

/* BLOCK: bytes that are written at once. */
enum { IR = 8, OPSET = 17, BLOCK = 1 << 16 };

struct DnnOnnxNodeWriter {
  DnnOnnxNode node;
  DnnOnnxWriter *writer;
  GPtrArray *attributes; /* (owned) */
};

typedef struct FunctionWriter {
  DnnOnnxFunctionFields fields;
  GPtrArray *nodes;  /* (owned) */
  GPtrArray *opsets; /* (owned) */
} FunctionWriter;

struct DnnOnnxWriter {
  DnnOnnxModelFields model;
  DnnOnnxGraphFields graph;
  GPtrArray *blocks;                        /* (owned) every struct and text */
  GPtrArray *opsets, *metadata, *functions; /* (owned) */
  GPtrArray *nodes, *inputs, *outputs, *values, *constants; /* (owned) */
  FunctionWriter *function; /* that nodes belong to, or NULL */
};

typedef struct Output {
  DnnFile *file;
  GByteArray *pending;
} Output;

/* --- memory -------------------------------------------------------------- */

static void *
take (DnnOnnxWriter *self, size_t n)
{
  void *block = g_malloc0 (MAX (n, 1));

  g_ptr_array_add (self->blocks, block);
  return block;
}

static void *
copy (DnnOnnxWriter *self, const void *data, size_t n)
{
  void *block = take (self, n);

  if (n > 0)
    memcpy (block, data, n);
  return block;
}

static const char *
copy_text (DnnOnnxWriter *self, const char *text)
{
  return copy (self, text, strlen (text) + 1);
}

static const char *const *
copy_texts (DnnOnnxWriter *self, const char *const *texts, size_t *ret_n)
{
  size_t n = 0;
  const char **list;

  while (texts != NULL && texts[n] != NULL)
    n++;
  list = take (self, n * sizeof *list);
  for (size_t i = 0; i < n; i++)
    list[i] = copy_text (self, texts[i]);
  *ret_n = n;
  return list;
}

/* --- the model ----------------------------------------------------------- */

static void
free_node (void *data)
{
  g_ptr_array_unref (((DnnOnnxNodeWriter *) data)->attributes);
}

static void
free_function (void *data)
{
  FunctionWriter *function = data;

  g_ptr_array_unref (function->nodes);
  g_ptr_array_unref (function->opsets);
}

static void
add_opset (DnnOnnxWriter *self, GPtrArray *opsets, const char *domain,
           int64_t version)
{
  DnnOnnxOpset *opset = take (self, sizeof *opset);

  *opset = (DnnOnnxOpset){ copy_text (self, domain), version };
  g_ptr_array_add (opsets, opset);
}

DnnOnnxWriter *
dnn_onnx_writer_new (const char *name)
{
  DnnOnnxWriter *self = g_new0 (DnnOnnxWriter, 1);

  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->opsets = g_ptr_array_new ();
  self->metadata = g_ptr_array_new ();
  self->functions = g_ptr_array_new_with_free_func (free_function);
  self->nodes = g_ptr_array_new_with_free_func (free_node);
  self->inputs = g_ptr_array_new ();
  self->outputs = g_ptr_array_new ();
  self->values = g_ptr_array_new ();
  self->constants = g_ptr_array_new ();
  self->model.onnx.ir_version = IR;
  self->model.onnx.producer = "dnn";
  self->model.onnx.graph = &self->graph.graph;
  self->graph.graph.name = copy_text (self, name);
  add_opset (self, self->opsets, "", OPSET);
  return self;
}

void
dnn_onnx_writer_free (DnnOnnxWriter *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->constants);
  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->functions);
  g_ptr_array_unref (self->metadata);
  g_ptr_array_unref (self->opsets);
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

void
dnn_onnx_writer_add_metadata (DnnOnnxWriter *self, const char *key,
                              const char *value)
{
  DnnOnnxText *text = take (self, sizeof *text);

  *text = (DnnOnnxText){ copy_text (self, key), copy_text (self, value) };
  g_ptr_array_add (self->metadata, text);
}

void
dnn_onnx_writer_add_domain (DnnOnnxWriter *self, const char *domain)
{
  add_opset (self, self->opsets, domain, 1);
}

/* --- values and constants ------------------------------------------------ */

static DnnOnnxShapeFields *
make_shape (DnnOnnxWriter *self, const DnnOnnxValue *value)
{
  DnnOnnxShapeFields *shape = take (self, sizeof *shape);

  shape->n_dims = value->n_dims;
  shape->dims = take (self, value->n_dims * sizeof *shape->dims);
  for (size_t i = 0; i < value->n_dims; i++) {
    const DnnOnnxDim *dim = &value->dims[i];
    DnnOnnxDimFields *fields = take (self, sizeof *fields);

    fields->value = dim->size;
    fields->n_values = dim->size >= 0;
    if (dim->size < 0 && dim->name != NULL)
      fields->name = copy_text (self, dim->name);
    shape->dims[i] = fields;
  }
  return shape;
}

static void
add_value (DnnOnnxWriter *self, GPtrArray *list, const DnnOnnxValue *value)
{
  DnnOnnxValueFields *fields = take (self, sizeof *fields);
  DnnOnnxTensorType *tensor = take (self, sizeof *tensor);

  tensor->type = value->type;
  if (value->has_shape)
    tensor->shape = make_shape (self, value);
  fields->value.name = copy_text (self, value->name);
  fields->type = take (self, sizeof *fields->type);
  fields->type->tensor = tensor;
  g_ptr_array_add (list, fields);
}

void
dnn_onnx_writer_add_input (DnnOnnxWriter *self, const DnnOnnxValue *value)
{
  add_value (self, self->inputs, value);
}

void
dnn_onnx_writer_add_output (DnnOnnxWriter *self, const DnnOnnxValue *value)
{
  add_value (self, self->outputs, value);
}

void
dnn_onnx_writer_add_value (DnnOnnxWriter *self, const DnnOnnxValue *value)
{
  add_value (self, self->values, value);
}

void
dnn_onnx_writer_add_constant (DnnOnnxWriter *self, const DnnNamedTensor *tensor)
{
  DnnOnnxTensorFields *fields = take (self, sizeof *fields);
  int64_t n = 0;

  g_return_if_fail (dnn_shape_count (&tensor->shape, &n));

  fields->name = copy_text (self, tensor->name);
  fields->tensor.type = dnn_onnx_type_of (tensor->dtype);
  fields->n_dims = tensor->shape.n_dims;
  fields->dims = copy (self, tensor->shape.dims,
                       tensor->shape.n_dims * sizeof *fields->dims);
  fields->raw = tensor->data;
  fields->n_raw = (size_t) n * dnn_dtype_size (tensor->dtype);
  g_ptr_array_add (self->constants, fields);
}

/* --- nodes --------------------------------------------------------------- */

DnnOnnxNodeWriter *
dnn_onnx_writer_add_node (DnnOnnxWriter *self, const char *op,
                          const char *domain, const char *name,
                          const char *const *inputs, const char *const *outputs)
{
  DnnOnnxNodeWriter *node = take (self, sizeof *node);

  node->writer = self;
  node->attributes = g_ptr_array_new ();
  node->node.op = copy_text (self, op);
  node->node.domain = copy_text (self, domain);
  node->node.name = copy_text (self, name);
  node->node.inputs = copy_texts (self, inputs, &node->node.n_inputs);
  node->node.outputs = copy_texts (self, outputs, &node->node.n_outputs);
  g_ptr_array_add (self->function != NULL ? self->function->nodes : self->nodes,
                   node);
  return node;
}

void
dnn_onnx_writer_begin_function (DnnOnnxWriter *self, const char *name,
                                const char *domain, const char *const *inputs,
                                const char *const *outputs,
                                const char *const *attributes)
{
  FunctionWriter *writer = take (self, sizeof *writer);
  DnnOnnxFunction *function = &writer->fields.function;

  writer->nodes = g_ptr_array_new_with_free_func (free_node);
  writer->opsets = g_ptr_array_new ();
  add_opset (self, writer->opsets, "", OPSET);
  function->name = copy_text (self, name);
  function->domain = copy_text (self, domain);
  function->inputs = copy_texts (self, inputs, &function->n_inputs);
  function->outputs = copy_texts (self, outputs, &function->n_outputs);
  function->attributes = copy_texts (self, attributes, &function->n_attributes);
  g_ptr_array_add (self->functions, writer);
  self->function = writer;
}

void
dnn_onnx_writer_end_function (DnnOnnxWriter *self)
{
  self->function = NULL;
}

static DnnOnnxAttributeFields *
add_attribute (DnnOnnxNodeWriter *self, const char *name,
               DnnOnnxAttributeType type)
{
  DnnOnnxAttributeFields *fields = take (self->writer, sizeof *fields);

  fields->attribute.name = copy_text (self->writer, name);
  fields->attribute.type = type;
  g_ptr_array_add (self->attributes, fields);
  return fields;
}

void
dnn_onnx_node_writer_set_int (DnnOnnxNodeWriter *self, const char *name,
                              int64_t number)
{
  DnnOnnxAttributeFields *fields =
      add_attribute (self, name, DNN_ONNX_ATTRIBUTE_INT);

  fields->attribute.integer = number;
  fields->n_integer = 1;
}

void
dnn_onnx_node_writer_set_float (DnnOnnxNodeWriter *self, const char *name,
                                float number)
{
  DnnOnnxAttributeFields *fields =
      add_attribute (self, name, DNN_ONNX_ATTRIBUTE_FLOAT);

  fields->attribute.number = number;
  fields->n_number = 1;
}

void
dnn_onnx_node_writer_set_text (DnnOnnxNodeWriter *self, const char *name,
                               const char *text)
{
  DnnOnnxAttributeFields *fields =
      add_attribute (self, name, DNN_ONNX_ATTRIBUTE_TEXT);

  fields->text = copy_text (self->writer, text);
  fields->n_text = strlen (text);
}

void
dnn_onnx_node_writer_set_ints (DnnOnnxNodeWriter *self, const char *name,
                               const int64_t *numbers, size_t n)
{
  DnnOnnxAttributeFields *fields =
      add_attribute (self, name, DNN_ONNX_ATTRIBUTE_INTS);

  fields->attribute.ints = copy (self->writer, numbers, n * sizeof *numbers);
  fields->attribute.n_ints = n;
}

void
dnn_onnx_node_writer_set_floats (DnnOnnxNodeWriter *self, const char *name,
                                 const float *numbers, size_t n)
{
  DnnOnnxAttributeFields *fields =
      add_attribute (self, name, DNN_ONNX_ATTRIBUTE_FLOATS);

  fields->attribute.floats = copy (self->writer, numbers, n * sizeof *numbers);
  fields->attribute.n_floats = n;
}

void
dnn_onnx_node_writer_set_reference (DnnOnnxNodeWriter *self, const char *name,
                                    DnnOnnxAttributeType type,
                                    const char *reference)
{
  DnnOnnxAttributeFields *fields = add_attribute (self, name, type);

  fields->attribute.reference = copy_text (self->writer, reference);
}

/* --- writing ------------------------------------------------------------- */

/* The lists, as the structs point at them. */
#define LIST(target, member, list)                                             \
  ((target)->member = (void *) (list)->pdata,                                  \
   (target)->n_##member = (list)->len)

static void
close_nodes (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++) {
    DnnOnnxNodeWriter *writer = g_ptr_array_index (nodes, i);

    LIST (&writer->node, attributes, writer->attributes);
  }
}

static void
close_lists (DnnOnnxWriter *self)
{
  DnnOnnxGraph *graph = &self->graph.graph;

  close_nodes (self->nodes);
  for (guint i = 0; i < self->functions->len; i++) {
    FunctionWriter *writer = g_ptr_array_index (self->functions, i);

    close_nodes (writer->nodes);
    LIST (&writer->fields.function, nodes, writer->nodes);
    LIST (&writer->fields.function, opsets, writer->opsets);
  }
  LIST (graph, nodes, self->nodes);
  LIST (graph, inputs, self->inputs);
  LIST (graph, outputs, self->outputs);
  LIST (graph, values, self->values);
  LIST (graph, constants, self->constants);
  LIST (&self->model.onnx, opsets, self->opsets);
  LIST (&self->model.onnx, metadata, self->metadata);
  LIST (&self->model.onnx, functions, self->functions);
}

static bool
flush (Output *self, GError **error)
{
  const bool done = dnn_file_write (self->file, self->pending->data,
                                    self->pending->len, error);

  g_byte_array_set_size (self->pending, 0);
  return done;
}

/* Weights go by, tags are collected. */
static bool
write_bytes (void *user, const void *data, size_t n, GError **error)
{
  Output *self = user;

  if (n + self->pending->len > BLOCK && !flush (self, error))
    return false;
  if (n > BLOCK)
    return dnn_file_write (self->file, data, n, error);
  g_byte_array_append (self->pending, data, (guint) n);
  return true;
}

bool
dnn_onnx_writer_write (DnnOnnxWriter *self, const char *path, GError **error)
{
  g_autoptr (DnnFile) file = NULL;
  g_autoptr (GByteArray) pending = g_byte_array_new ();
  Output output = { .pending = pending };
  size_t n;

  g_return_val_if_fail (self != NULL && path != NULL, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  close_lists (self);
  n = dnn_protobuf_size (&dnn_onnx_model_message, &self->model);
  if (n > INT32_MAX) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "%s: would have '%zu' bytes, and ONNX files have at most "
                 "2 GiB",
                 path, n);
    return false;
  }
  output.file = file = dnn_file_open (path, error);
  return file != NULL &&
         dnn_protobuf_write (&dnn_onnx_model_message, &self->model, write_bytes,
                             &output, error) &&
         flush (&output, error) && dnn_file_commit (file, error);
}
