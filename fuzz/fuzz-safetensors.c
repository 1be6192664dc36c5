/* fuzz-safetensors.c - tensors that lie where they may, each byte read */
#include "dnn-array.h"
#include "dnn-safetensors.h"
#include "dnn-shape.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSafetensors) file = dnn_safetensors_parse ("f", bytes, &error);

  fuzz_judge (file != NULL, "f:", error);
  for (size_t i = 0; file != NULL && i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (file, i);
    int64_t count = -1;

    g_assert_true (dnn_shape_count (&tensor->shape, &count));
    g_free (g_memdup2 (tensor->data,
                       (gsize) count * dnn_dtype_size (tensor->dtype)));
  }
  return 0;
}
