/* test-onnx-write.c - models that are built, written and read again */
#include "dnn-folder.h"
#include "dnn-onnx-find.h"
#include "dnn-onnx-write.h"
#include "foreign/foreign-files.h"

#define TEXTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const float kernel[] = { 1, 2, 3, -4, 5, 0.5f };

static void
add_values (DnnOnnxWriter *writer)
{
  const DnnOnnxDim dims[] = { { -1, "N" }, { 3, "" } };
  const DnnOnnxDim out[] = { { -1, "N" }, { 2, "" } };
  const DnnOnnxValue x = { .name = "x",
                           .type = DNN_ONNX_FLOAT,
                           .has_shape = true,
                           .dims = dims,
                           .n_dims = 2 };
  DnnOnnxValue y = x;

  y.name = "y";
  y.dims = out;
  dnn_onnx_writer_add_input (writer, &x);
  dnn_onnx_writer_add_output (writer, &y);
  y.name = "h";
  dnn_onnx_writer_add_value (writer, &y);
}

/* y = snake (x W), where snake is a function of the model. */
static DnnOnnxWriter *
build (void)
{
  DnnOnnxWriter *writer = dnn_onnx_writer_new ("network");
  const DnnNamedTensor tensor = { "dense/kernel", DNN_FLOAT32, DNN_SHAPE (3, 2),
                                  kernel };
  const DnnNamedTensor empty = { "empty", DNN_INT64, DNN_SHAPE (0), "" };
  const int64_t ints[] = { 1, -1, 1LL << 40 };
  const float floats[] = { 0, -2.5f };
  DnnOnnxNodeWriter *node;

  dnn_onnx_writer_add_metadata (writer, "dnn.model", "dense units=2 ! snake");
  dnn_onnx_writer_add_domain (writer, "acme");
  add_values (writer);
  dnn_onnx_writer_add_constant (writer, &tensor);
  dnn_onnx_writer_add_constant (writer, &empty);

  node = dnn_onnx_writer_add_node (writer, "Gemm", "", "dense",
                                   TEXTS ("x", "dense/kernel"), TEXTS ("h"));
  dnn_onnx_node_writer_set_int (node, "transB", 0);
  dnn_onnx_node_writer_set_float (node, "alpha", 1);
  node = dnn_onnx_writer_add_node (writer, "snake", "acme", "snake",
                                   TEXTS ("h"), TEXTS ("y"));
  dnn_onnx_node_writer_set_float (node, "alpha", 0);
  dnn_onnx_node_writer_set_text (node, "note", "");
  dnn_onnx_node_writer_set_ints (node, "ints", ints, 3);
  dnn_onnx_node_writer_set_floats (node, "floats", floats, 2);

  dnn_onnx_writer_begin_function (writer, "snake", "acme", TEXTS ("a"),
                                  TEXTS ("b"), TEXTS ("alpha"));
  node = dnn_onnx_writer_add_node (writer, "Elu", "", "", TEXTS ("a"),
                                   TEXTS ("b"));
  dnn_onnx_node_writer_set_reference (node, "alpha", DNN_ONNX_ATTRIBUTE_FLOAT,
                                      "alpha");
  dnn_onnx_writer_end_function (writer);
  return writer;
}

/* Written to `name` in the folder, and read again. */
static DnnOnnx *
round_trip (DnnFolder *folder, const char *name)
{
  g_autoptr (DnnOnnxWriter) writer = build ();
  g_autofree char *path = g_build_filename (folder->path, name, NULL);
  g_autoptr (GError) error = NULL;
  DnnOnnx *model;

  g_assert_true (dnn_onnx_writer_write (writer, path, &error));
  g_assert_no_error (error);
  model = dnn_onnx_read (path, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_graph (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnOnnx) model = round_trip (folder, "m.onnx");
  const DnnOnnxValue *x = dnn_onnx_graph_find_value (model->graph, "x");
  const DnnOnnxTensor *weight =
      dnn_onnx_graph_find_constant (model->graph, "dense/kernel");

  g_test_summary ("Values, constants and metadata are as they were");

  g_assert_cmpint (model->ir_version, ==, 8);
  g_assert_cmpint (dnn_onnx_get_opset (model, ""), ==, 17);
  g_assert_cmpint (dnn_onnx_get_opset (model, "acme"), ==, 1);
  g_assert_cmpstr (dnn_onnx_get_metadata (model, "dnn.model"), ==,
                   "dense units=2 ! snake");
  g_assert_cmpstr (model->graph->name, ==, "network");
  g_assert_cmpint (x->dims[0].size, ==, -1);
  g_assert_cmpstr (x->dims[0].name, ==, "N");
  g_assert_cmpint (x->dims[1].size, ==, 3);
  g_assert_cmpint (weight->array.shape.dims[1], ==, 2);
  g_assert_cmpmem (weight->array.data, sizeof kernel, kernel, sizeof kernel);
  g_assert_cmpint (
      dnn_onnx_graph_find_constant (model->graph, "empty")->array.shape.dims[0],
      ==, 0);
}

static void
test_nodes (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnOnnx) model = round_trip (folder, "m.onnx");
  const DnnOnnxNode *snake = dnn_onnx_graph_find_producer (model->graph, "y");
  const int64_t wanted[] = { 1, -1, 1LL << 40 }, *ints = NULL;
  const float *floats = NULL;
  const char *note = NULL;
  float alpha = 5;
  int64_t trans = 5;
  size_t n = 0;

  g_test_summary ("Attributes of each type, 0 and \"\" too");

  g_assert_true (dnn_onnx_node_get_int (model->graph->nodes[0], "transB", 7,
                                        &trans, NULL));
  g_assert_cmpint (trans, ==, 0);
  g_assert_true (dnn_onnx_node_get_float (snake, "alpha", 9, &alpha, NULL));
  g_assert_cmpfloat (alpha, ==, 0);
  g_assert_true (dnn_onnx_node_get_text (snake, "note", "?", &note, NULL));
  g_assert_cmpstr (note, ==, "");
  g_assert_true (dnn_onnx_node_get_ints (snake, "ints", &ints, &n, NULL));
  g_assert_cmpmem (ints, n * sizeof *ints, wanted, sizeof wanted);
  g_assert_true (dnn_onnx_node_get_floats (snake, "floats", &floats, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (floats[1], ==, -2.5f);
}

static void
test_function (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnOnnx) model = round_trip (folder, "m.onnx");
  const DnnOnnxFunction *snake = dnn_onnx_find_function (
      model, dnn_onnx_graph_find_producer (model->graph, "y"));

  g_test_summary ("A function has its own nodes, and the graph has them not");

  g_assert_nonnull (snake);
  g_assert_cmpuint (model->graph->n_nodes, ==, 2);
  g_assert_cmpuint (snake->n_nodes, ==, 1);
  g_assert_cmpstr (snake->nodes[0]->op, ==, "Elu");
  g_assert_cmpstr (snake->nodes[0]->attributes[0]->reference, ==, "alpha");
  g_assert_cmpint (snake->opsets[0]->version, ==, 17);
}

static void
test_large (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = g_build_filename (folder->path, "m.onnx", NULL);
  g_autofree float *numbers = g_new (float, 100000);
  g_autoptr (DnnOnnxWriter) writer = dnn_onnx_writer_new ("g");
  const DnnNamedTensor tensor = { "w", DNN_FLOAT32, DNN_SHAPE (100000),
                                  numbers };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnOnnx) model = NULL;

  g_test_summary ("Weights larger than a block come out in their place");

  for (int i = 0; i < 100000; i++)
    numbers[i] = (float) i;
  dnn_onnx_writer_add_constant (writer, &tensor);
  g_assert_true (dnn_onnx_writer_write (writer, path, &error));
  model = dnn_onnx_read (path, &error);
  g_assert_no_error (error);

  g_assert_cmpmem (model->graph->constants[0]->array.data,
                   100000 * sizeof (float), numbers, 100000 * sizeof (float));
}

/* The file that ONNX' own checker and runtime were shown; see its script. */
static void
test_golden (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnOnnx) model = round_trip (folder, "written.onnx");
  g_autofree char *path = g_build_filename (folder->path, "written.onnx", NULL);
  g_autoptr (GBytes) golden = golden_bytes ("written.onnx");
  g_autofree char *data = NULL;
  gsize n;

  g_test_summary ("The bytes are those that onnx.checker has passed");

  g_assert_true (g_file_get_contents (path, &data, &n, NULL));

  g_assert_cmpmem (data, n, g_bytes_get_data (golden, NULL),
                   g_bytes_get_size (golden));
}

static void
test_nowhere (void)
{
  g_autoptr (DnnOnnxWriter) writer = dnn_onnx_writer_new ("g");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder that is not there cannot be written to");

  g_assert_false (dnn_onnx_writer_write (writer, "/none/m.onnx", &error));
  dnn_assert_error (error, DNN_ERROR_IO, "/none/m.onnx: cannot be written");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/onnx-write/graph", test_graph);
  g_test_add_func ("/onnx-write/nodes", test_nodes);
  g_test_add_func ("/onnx-write/function", test_function);
  g_test_add_func ("/onnx-write/large", test_large);
  g_test_add_func ("/onnx-write/golden", test_golden);
  g_test_add_func ("/onnx-write/nowhere", test_nowhere);

  return g_test_run ();
}
