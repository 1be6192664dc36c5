/* fuzz-gzip.c - a packed file, unpacked within the limit */
#include "dnn-file.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) packed = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dnn_file_inflate ("f", packed, &error);

  fuzz_judge (bytes != NULL, "f:", error);
  return 0;
}
