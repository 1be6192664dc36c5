/* fuzz-npy.c - an array, each of its numbers read */
#include "dnn-npy.h"
#include "fuzz-array.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array = dnn_npy_parse ("f", bytes, &error);

  fuzz_judge (array != NULL, "f:", error);
  fuzz_read_array (array);
  return 0;
}
