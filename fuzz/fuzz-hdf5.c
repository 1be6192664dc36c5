/* fuzz-hdf5.c - the tree of an HDF5 file, each number and text read */
#include "dnn-array.h"
#include "dnn-hdf5.h"
#include "dnn-shape.h"
#include "fuzz.h"

static void
read_node (DnnHdf5 *file, const DnnHdf5Node *node)
{
  static const char *const keys[] = { "weight_names", "name", "fixed" };
  int64_t count = -1;

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) texts = dnn_hdf5_get_texts (file, node, keys[i], &error);

    fuzz_judge (texts != NULL, "f:", error);
  }
  for (guint i = 0; i < node->children->len; i++)
    read_node (file, g_ptr_array_index (node->children, i));
  if (node->is_group)
    return;
  g_assert_true (dnn_shape_count (&node->tensor.shape, &count));
  g_free (g_memdup2 (node->tensor.data,
                     (gsize) count * dnn_dtype_size (node->tensor.dtype)));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHdf5) file = dnn_hdf5_parse ("f", bytes, &error);

  fuzz_judge (file != NULL, "f:", error);
  if (file != NULL)
    read_node (file, dnn_hdf5_find (file, ""));
  return 0;
}
