/* test-onnx.c - files that ONNX' own library wrote */
#include "dnn-folder.h"
#include "dnn-onnx-find.h"
#include "foreign/foreign-files.h"

#include <unistd.h>

static DnnOnnx *
load (const char *name)
{
  g_autofree char *path = golden_path (name);
  g_autoptr (GError) error = NULL;
  DnnOnnx *model = dnn_onnx_read (path, &error);

  g_assert_no_error (error);
  return model;
}

static void
assert_constants (const DnnOnnx *model, const char *twin)
{
  g_autofree char *path = golden_path (twin);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSafetensors) file = dnn_safetensors_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_safetensors_count (file), >, 0);
  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *wanted = dnn_safetensors_at (file, i);
    const DnnOnnxTensor *found =
        dnn_onnx_graph_find_constant (model->graph, wanted->name);

    g_assert_nonnull (found);
    assert_same_tensor (&found->array, wanted);
  }
}

static void
test_types (void)
{
  g_autoptr (DnnOnnx) model = load ("types.onnx");
  const DnnOnnxTensor *texts, *eight;

  g_test_summary ("Each element type, as bytes and as numbers, to the bit");

  assert_constants (model, "types.safetensors");

  texts = dnn_onnx_graph_find_constant (model->graph, "texts");
  g_assert_cmpuint (texts->n_texts, ==, 2);
  g_assert_cmpstr (texts->texts[1], ==, "zwei ä");
  g_assert_null (texts->array.data);
  eight = dnn_onnx_graph_find_constant (model->graph, "eight_bits");
  g_assert_cmpstr (dnn_onnx_type_name (eight->type), ==, "float8e4m3fn");
  g_assert_null (eight->array.data);
}

static void
test_external (void)
{
  g_autoptr (DnnOnnx) model = load ("external.onnx");

  g_test_summary ("Data in another file, by offset and length, with checksum");

  assert_constants (model, "external.safetensors");
}

static void
test_graph (void)
{
  g_autoptr (DnnOnnx) model = load ("graph.onnx");
  const DnnOnnxGraph *graph = model->graph;
  const DnnOnnxNode *dense = dnn_onnx_graph_find_producer (graph, "g");
  const DnnOnnxValue *x = dnn_onnx_graph_find_value (graph, "x");

  g_test_summary ("Nodes, values and metadata are there by name");

  g_assert_cmpint (model->ir_version, ==, 8);
  g_assert_cmpstr (model->producer, ==, "maker");
  g_assert_cmpint (dnn_onnx_get_opset (model, ""), ==, 17);
  g_assert_cmpint (dnn_onnx_get_opset (model, "ai.onnx"), ==, 17);
  g_assert_cmpint (dnn_onnx_get_opset (model, "acme"), ==, 1);
  g_assert_cmpint (dnn_onnx_get_opset (model, "other"), ==, 0);
  g_assert_cmpstr (dnn_onnx_get_metadata (model, "author"), ==, "somebody");
  g_assert_null (dnn_onnx_get_metadata (model, "none"));
  g_assert_cmpuint (graph->n_nodes, ==, 5);
  g_assert_true (dense == graph->nodes[0]);
  g_assert_cmpstr (dense->op, ==, "Gemm");
  g_assert_cmpstr (dense->name, ==, "dense");
  g_assert_cmpstr (dnn_onnx_node_get_input (dense, 1), ==, "w");
  g_assert_null (dnn_onnx_node_get_input (dense, 2));
  g_assert_null (dnn_onnx_node_get_input (dense, 3));
  g_assert_null (dnn_onnx_graph_find_producer (graph, "x"));
  g_assert_cmpuint (x->n_dims, ==, 2);
  g_assert_cmpint (x->dims[0].size, ==, -1);
  g_assert_cmpstr (x->dims[0].name, ==, "batch");
  g_assert_cmpint (x->dims[1].size, ==, 4);
  g_assert_cmpint (x->type, ==, DNN_ONNX_FLOAT);
  g_assert_cmpint (dnn_onnx_graph_find_value (graph, "g")->dims[1].size, ==,
                   -1);
  g_assert_false (dnn_onnx_graph_find_value (graph, "z")->has_shape);
  g_assert_cmpstr (graph->nodes[4]->domain, ==, "");
}

static void
test_attributes (void)
{
  g_autoptr (DnnOnnx) model = load ("graph.onnx");
  const DnnOnnxNode *node = dnn_onnx_graph_find_producer (model->graph, "s");
  const int64_t *ints = NULL;
  const float *floats = NULL;
  const DnnOnnxTensor *tensor = NULL;
  const char *text = NULL;
  int64_t number = 0;
  float real = 0;
  size_t n = 0;

  g_test_summary ("An attribute is read by its name and type");

  g_assert_true (dnn_onnx_node_get_float (node, "a_float", 0, &real, NULL));
  g_assert_cmpfloat (real, ==, 1.25f);
  g_assert_true (dnn_onnx_node_get_int (node, "an_int", 0, &number, NULL));
  g_assert_cmpint (number, ==, -7);
  g_assert_true (dnn_onnx_node_get_int (node, "zero", 9, &number, NULL));
  g_assert_cmpint (number, ==, 0);
  g_assert_true (dnn_onnx_node_get_int (node, "none", 9, &number, NULL));
  g_assert_cmpint (number, ==, 9);
  g_assert_true (dnn_onnx_node_get_text (node, "a_text", "", &text, NULL));
  g_assert_cmpstr (text, ==, "text");
  g_assert_true (dnn_onnx_node_get_ints (node, "ints", &ints, &n, NULL));
  g_assert_cmpmem (ints, n * sizeof *ints, ((int64_t[]){ 1, -2, 3 }),
                   3 * sizeof *ints);
  g_assert_true (dnn_onnx_node_get_floats (node, "floats", &floats, &n, NULL));
  g_assert_cmpmem (floats, n * sizeof *floats, ((float[]){ 1, 2 }),
                   2 * sizeof *floats);
  g_assert_true (dnn_onnx_node_get_tensor (node, "a_tensor", &tensor, NULL));
  g_assert_cmpmem (tensor->array.data, 16, ((int64_t[]){ 3, 4 }), 16);
}

static void
test_wrong_type (void)
{
  g_autoptr (DnnOnnx) model = load ("graph.onnx");
  const DnnOnnxNode *node = dnn_onnx_graph_find_producer (model->graph, "s");
  g_autoptr (GError) error = NULL;
  int64_t number = 5;

  g_test_summary ("An attribute of another type is refused, and says which");

  g_assert_false (dnn_onnx_node_get_int (node, "a_text", 0, &number, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM,
                    "node 'special' (Special): attribute 'a_text' must be of "
                    "type int, not 'string'");
  g_assert_cmpint (number, ==, 5);
}

static void
test_subgraph (void)
{
  g_autoptr (DnnOnnx) model = load ("graph.onnx");
  const DnnOnnxNode *choice = dnn_onnx_graph_find_producer (model->graph, "y");
  const DnnOnnxGraph *branch = NULL;

  g_test_summary ("A graph in a node may use values of the graph around it");

  g_assert_true (
      dnn_onnx_node_get_graph (choice, "then_branch", &branch, NULL));

  g_assert_cmpstr (branch->nodes[0]->inputs[0], ==, "x");
  g_assert_nonnull (dnn_onnx_graph_find_constant (branch, "then_c"));
  g_assert_null (dnn_onnx_graph_find_constant (model->graph, "then_c"));
}

static void
test_function (void)
{
  g_autoptr (DnnOnnx) model = load ("graph.onnx");
  const DnnOnnxFunction *snake = dnn_onnx_find_function (
      model, dnn_onnx_graph_find_producer (model->graph, "n"));
  g_autoptr (GError) error = NULL;
  float alpha = 0;

  g_test_summary ("A node's function, whose attributes are not known in it");

  g_assert_nonnull (snake);
  g_assert_cmpstr (snake->attributes[0], ==, "alpha");
  g_assert_null (dnn_onnx_find_function (model, model->graph->nodes[0]));
  g_assert_cmpstr (snake->nodes[0]->attributes[0]->reference, ==, "alpha");
  g_assert_false (
      dnn_onnx_node_get_float (snake->nodes[0], "alpha", 1, &alpha, &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, "of a function");
}

static void
test_versions (void)
{
  g_autoptr (DnnOnnx) oldest = load ("oldest.onnx");
  g_autoptr (DnnOnnx) newest = load ("newest.onnx");

  g_test_summary ("IR 3 with opset 7 to IR 14 with opset 28");

  g_assert_cmpint (dnn_onnx_get_opset (oldest, ""), ==, 7);
  g_assert_cmpint (dnn_onnx_get_opset (newest, ""), ==, 28);
}

/* --- other files --------------------------------------------------------- */

static void
assert_refused (const char *path, int code, const char *piece)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_onnx_read (path, &error));
  dnn_assert_error (error, code, piece);
  g_assert_true (g_str_has_prefix (error->message, path));
}

/* external.onnx in a folder of its own, without its data. */
static char *
copy_model (DnnFolder *folder)
{
  g_autofree char *model = golden_path ("external.onnx");
  g_autofree char *marker = dnn_folder_write (folder, "parts/other", "", 0);

  return dnn_folder_copy (folder, model, "external.onnx");
}

static void
test_missing_data (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = copy_model (folder);

  g_test_summary ("Data that are not there have no file of that name");

  assert_refused (path, DNN_ERROR_NAME, "'parts/external.data'");
}

static void
test_linked_data (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = copy_model (folder);
  g_autofree char *data = golden_path ("parts/external.data");
  g_autofree char *link =
      g_build_filename (folder->path, "parts/external.data", NULL);

  g_test_summary ("No link is followed, though it leads to the very data");

  g_assert_cmpint (symlink (data, link), ==, 0);

  assert_refused (path, DNN_ERROR_FORMAT, "symbolic link");
}

static void
test_two_names (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = copy_model (folder);
  g_autofree char *golden = golden_path ("parts/external.data");
  g_autofree char *data =
      dnn_folder_copy (folder, golden, "parts/external.data");
  g_autofree char *other = g_build_filename (folder->path, "other", NULL);

  g_test_summary ("A file with a second name may be somebody else's");

  g_assert_cmpint (link (data, other), ==, 0);

  assert_refused (path, DNN_ERROR_FORMAT, "has '2' names");
}

static void
test_wrong_data (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = copy_model (folder);
  g_autofree char *bytes = g_strnfill (45, 'x');
  g_autofree char *data =
      dnn_folder_write (folder, "parts/external.data", bytes, 45);

  g_test_summary ("Data of another checksum are not these data");

  assert_refused (path, DNN_ERROR_FORMAT, "SHA-1");
}

static void
test_short_data (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = copy_model (folder);
  g_autofree char *data =
      dnn_folder_write (folder, "parts/external.data", "123456789", 9);

  g_test_summary ("Data end where their file ends");

  assert_refused (path, DNN_ERROR_FORMAT, "which has 9");
}

static void
test_from_memory (void)
{
  g_autoptr (GBytes) bytes = golden_bytes ("external.onnx");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model in memory has no folder for its data");

  g_assert_null (dnn_onnx_parse ("m", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "m: tensor 'a': its data lie in");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/onnx/types", test_types);
  g_test_add_func ("/onnx/external", test_external);
  g_test_add_func ("/onnx/graph", test_graph);
  g_test_add_func ("/onnx/attributes", test_attributes);
  g_test_add_func ("/onnx/wrong-type", test_wrong_type);
  g_test_add_func ("/onnx/subgraph", test_subgraph);
  g_test_add_func ("/onnx/function", test_function);
  g_test_add_func ("/onnx/versions", test_versions);
  g_test_add_func ("/onnx/external/missing", test_missing_data);
  g_test_add_func ("/onnx/external/link", test_linked_data);
  g_test_add_func ("/onnx/external/two-names", test_two_names);
  g_test_add_func ("/onnx/external/checksum", test_wrong_data);
  g_test_add_func ("/onnx/external/short", test_short_data);
  g_test_add_func ("/onnx/external/memory", test_from_memory);

  return g_test_run ();
}
