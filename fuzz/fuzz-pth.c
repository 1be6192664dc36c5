/* fuzz-pth.c - files of torch.save, each number of each tensor read */
#include "dnn-array.h"
#include "dnn-shape.h"
#include "dnn-torch-file.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnTorchFile) file = dnn_torch_file_parse ("f", bytes, &error);

  fuzz_judge (file != NULL, "f:", error);
  for (size_t i = 0; file != NULL && i < dnn_torch_file_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_torch_file_at (file, i);
    int64_t count = -1;

    g_assert_true (dnn_shape_count (&tensor->shape, &count));
    g_assert_true (dnn_torch_file_find (file, tensor->name) == tensor);
    g_free (g_memdup2 (tensor->data,
                       (gsize) count * dnn_dtype_size (tensor->dtype)));
  }
  return 0;
}
