/* test-keras-import.c - Keras' files become models that compute what Keras does
 *
 * build-aux/golden/keras_models.py makes the files.
 */
#include "dnn-keras-import.h"
#include "import-files.h"

static DnnModel *
import (const char *name, const char *end, GError **error)
{
  g_autofree char *path = golden (name, end);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);

  return dnn_import_keras (registry, path, NULL, error);
}

static const char *const files[][2] = {
  { "keras-sequential", ".keras" }, { "keras-sequential", ".h5" },
  { "keras-functional", ".keras" }, { "keras-functional", ".h5" },
  { "keras-sound", ".keras" },      { "keras-inputs", ".keras" },
};

static void
test_values (gconstpointer data)
{
  const char *const *file = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import (file[0], file[1], &error);

  g_test_summary ("Outputs are Keras' within 1e-5 of the largest");

  g_assert_no_error (error);
  g_assert_cmpfloat (compare (model, file[0]), <, 1e-5f);
}

static void
test_same_bits (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) a = import ("keras-sequential", ".keras", &error);
  g_autoptr (DnnModel) b = import ("keras-sequential", ".h5", &error);

  g_test_summary ("One network of two formats has the same bits");

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_model_n_weights (a), ==, dnn_model_n_weights (b));
  for (size_t i = 0; i < dnn_model_n_weights (a); i++)
    g_assert_cmpmem (dnn_model_weight (a, i)->tensor.data,
                     dnn_weight_bytes (dnn_model_weight (a, i)),
                     dnn_model_weight (b, i)->tensor.data,
                     dnn_weight_bytes (dnn_model_weight (b, i)));
}

static void
test_shared (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = import ("keras-functional", ".keras", &error);

  g_test_summary ("A layer that is used twice has its weights once");

  g_assert_no_error (error);
  g_assert_nonnull (dnn_model_find_weight (model, "shared/kernel"));
  g_assert_nonnull (dnn_model_find_layer (model, "shared_1"));
  g_assert_null (dnn_model_find_weight (model, "shared_1/kernel"));
}

static void
test_no_file (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is no Keras file is refused by its name");

  g_assert_null (import ("cnn", ".onnx", &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, "cnn.onnx");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *name = g_strconcat (files[i][0], files[i][1], NULL);

    dnn_add_row ("/keras-import/values", name, files[i], test_values);
  }
  g_test_add_func ("/keras-import/same-bits", test_same_bits);
  g_test_add_func ("/keras-import/shared", test_shared);
  g_test_add_func ("/keras-import/no-file", test_no_file);
  return g_test_run ();
}
