/* fuzz-png.c - a picture, by its decoder */
#include "fuzz-picture.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static DnnRegistry *registry; /* kept: its plugins stay open anyway */
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  bool done;

  if (registry == NULL)
    registry = dnn_registry_new (NULL);
  done = fuzz_decode (registry, "f", bytes, &error);
  fuzz_judge (done, "f:", error);
  return 0;
}
