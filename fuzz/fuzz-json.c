/* fuzz-json.c - a stranger's JSON object, nested to a bounded depth */
#include "dnn-json.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_memdup2 (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = dnn_json_parse ("f", text, n, 16, &error);

  fuzz_judge (object != NULL, "f:", error);
  return 0;
}
