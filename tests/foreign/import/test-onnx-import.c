/* test-onnx-import.c - graphs become models that compute what ONNX Runtime does
 *
 * build-aux/golden/onnx_graphs.py makes the files.
 */
#include "dnn-folder.h"
#include "dnn-model-file.h"
#include "dnn-model-save.h"
#include "dnn-onnx-import.h"
#include "import-files.h"

static DnnModel *
import (const char *name, const DnnImportOptions *options, GError **error)
{
  g_autofree char *path = golden (name, ".onnx");
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_import_onnx (registry, path, options, NULL, error);
}

/* --- values --------------------------------------------------------------- */

static void
test_values (gconstpointer name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import (name, NULL, &error);

  g_test_summary ("Outputs are ONNX Runtime's within 1e-5 of the largest");

  g_assert_no_error (error);
  g_assert_cmpfloat (compare (model, name), <, 1e-5f);
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import ("cnn", NULL, &error);
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      g_build_filename (folder->path, "m.safetensors", NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModelFile) file = NULL;

  g_test_summary ("An imported model is written and read as any other");

  g_assert_no_error (error);
  g_assert_true (
      dnn_model_file_save (&(DnnModelParts){ .model = model }, path, &error));
  file = dnn_model_file_load (registry, path, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (compare (file->model, "cnn"), <, 1e-5f);
}

static void
test_layers (void)
{
  static const char *const layers[][2] = {
    { "expand", "Conv2D" },
    { "expand.norm", "BatchNormalization" },
    { "depthwise", "DepthwiseConv2D" },
    { "grouped_pad", "ZeroPadding2D" },
    { "gap", "GlobalAveragePooling2D" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import ("mobile", NULL, &error);

  g_test_summary ("Layers have the nodes' names, and batch norms stay");

  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (layers); i++) {
    const DnnLayer *layer = dnn_model_find_layer (model, layers[i][0]);

    g_assert_nonnull (layer);
    g_assert_cmpstr (dnn_layer_title (layer), ==, layers[i][1]);
  }
}

/* --- options -------------------------------------------------------------- */

static void
test_until (void)
{
  static const char *const until[] = { "add_y", NULL };
  static const char *const shapes[] = { "x=3,17,16", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import (
      "cnn", &(DnnImportOptions){ .until = until, .shapes = shapes }, &error);
  DnnShape x, y;

  g_test_summary ("A model ends with the value that is asked for, and takes "
                  "the sizes that are given");

  g_assert_no_error (error);
  x = dnn_model_input_shape (model);
  y = dnn_model_output_shape (model);
  g_assert_true (dnn_shape_equal (&x, &DNN_SHAPE (17, 16, 3)));
  g_assert_true (dnn_shape_equal (&y, &DNN_SHAPE (5, 4, 4)));
}

static void
test_layout (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model =
      import ("cnn", &(DnnImportOptions){ .keep_input_layout = true }, &error);
  DnnShape x;

  g_test_summary ("The file's layout stays if it is asked for, with a permute");

  g_assert_no_error (error);
  x = dnn_model_input_shape (model);
  g_assert_true (dnn_shape_equal (&x, &DNN_SHAPE (3, 9, 8)));
  g_assert_cmpstr (dnn_layer_title (dnn_model_layer (model, 0)), ==, "Permute");
}

/* --- errors --------------------------------------------------------------- */

typedef struct {
  const char *name, *file, *until, *shape;
  int code;
  const char *piece;
} Wrong;

static const Wrong wrongs[] = {
  { "unknown-operators", "../foreign/graph", NULL, NULL, DNN_ERROR_FORMAT,
    "If (1), Special (1), snake (1); --until 'g' is" },
  { "until", "cnn", "nope", NULL, DNN_ERROR_NAME, "'nope'" },
  { "shape-of-none", "cnn", NULL, "z=3", DNN_ERROR_NAME, "not 'z=3'" },
  { "channels", "cnn", NULL, "x=4,9,8", DNN_ERROR_SHAPE, "'stem.weight'" },
  { "rows", "cnn", NULL, "x=3,9,16", DNN_ERROR_FORMAT,
    "node 'head' (Gemm): its matrix has another size" },
  { "no-axes", "cnn", NULL, "x=3", DNN_ERROR_FORMAT, "node 'stem' (Conv)" },
  { "pad-mode", "pad_mode", NULL, NULL, DNN_ERROR_FORMAT,
    "node 'pad' (Pad): it must be constant zeros around axes of space" },
  { "many-inputs", "many_inputs", NULL, NULL, DNN_ERROR_FORMAT,
    "node 'relu0' (Relu): its inputs must be at most 1, not '200'" },
  { "no-input", "../foreign/types", NULL, NULL, DNN_ERROR_FORMAT,
    "no output depends on an input" },
};

static void
test_wrong (gconstpointer data)
{
  const Wrong *wrong = data;
  const char *const until[] = { wrong->until, NULL };
  const char *const shapes[] = { wrong->shape, NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What cannot be imported is named");

  g_assert_null (import (wrong->file,
                         &(DnnImportOptions){ until, shapes, false }, &error));
  dnn_assert_error (error, wrong->code, wrong->piece);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "mlp", "cnn", "mobile", "sound" };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    dnn_add_row ("/onnx-import/values", names[i], names[i], test_values);
  g_test_add_func ("/onnx-import/file", test_file);
  g_test_add_func ("/onnx-import/layers", test_layers);
  g_test_add_func ("/onnx-import/until", test_until);
  g_test_add_func ("/onnx-import/layout", test_layout);
  for (size_t i = 0; i < G_N_ELEMENTS (wrongs); i++)
    dnn_add_row ("/onnx-import/wrong", wrongs[i].name, &wrongs[i], test_wrong);
  return g_test_run ();
}
