/* fuzz-onnx.c - models, each name looked up and each number read */
#include "dnn-array.h"
#include "dnn-onnx-find.h"
#include "dnn-shape.h"
#include "fuzz.h"

#include <string.h>

static void
read_tensor (const DnnOnnxTensor *tensor)
{
  int64_t n = -1;

  for (size_t i = 0; i < tensor->n_texts; i++)
    g_assert_cmpuint (strlen (tensor->texts[i]), <, G_MAXINT);
  if (tensor->array.data == NULL)
    return;
  g_assert_true (dnn_shape_count (&tensor->array.shape, &n));
  g_free (g_memdup2 (tensor->array.data,
                     (gsize) n * dnn_dtype_size (tensor->array.dtype)));
}

static void
read_node (const DnnOnnx *model, const DnnOnnxGraph *graph,
           const DnnOnnxNode *node)
{
  for (size_t i = 0; i < node->n_outputs; i++)
    g_assert_true (*node->outputs[i] == '\0' ||
                   dnn_onnx_graph_find_producer (graph, node->outputs[i]) ==
                       node);
  for (size_t i = 0; i < node->n_attributes; i++) {
    const DnnOnnxAttribute *attribute = node->attributes[i];
    int64_t number;

    if (attribute->tensor != NULL)
      read_tensor (attribute->tensor);
    dnn_onnx_node_get_int (node, attribute->name, 0, &number, NULL);
  }
  dnn_onnx_find_function (model, node);
}

static void
read_model (const DnnOnnx *model)
{
  const DnnOnnxGraph *graph = model->graph;

  for (size_t i = 0; i < graph->n_constants; i++)
    read_tensor (graph->constants[i]);
  for (size_t i = 0; i < graph->n_nodes; i++)
    read_node (model, graph, graph->nodes[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL, other = NULL;
  g_autoptr (DnnOnnx) model = dnn_onnx_parse ("f", bytes, &error);
  g_autoptr (DnnOnnxTensorFile) tensor =
      dnn_onnx_tensor_file_parse ("f", bytes, &other);

  fuzz_judge (model != NULL, "f:", error);
  fuzz_judge (tensor != NULL, "f:", other);
  if (model != NULL)
    read_model (model);
  if (tensor != NULL)
    read_tensor (dnn_onnx_tensor_file_get (tensor));
  return 0;
}
