/* fuzz-chain.c - a chain of layers, and each layer read again as a component */
#include "dnn-spec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  const DnnPlace place = { "f", 1 };
  g_autofree char *text = fuzz_text (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) chain = dnn_spec_parse_chain (text, place, &error);

  fuzz_judge (chain != NULL, "f:", error);
  for (guint i = 0; chain != NULL && i < chain->len; i++) {
    g_autofree char *once = dnn_spec_to_string (chain->pdata[i]);
    g_autoptr (GError) why = NULL;
    g_autoptr (DnnSpec) again = dnn_spec_parse (once, place, &why);

    fuzz_judge (again != NULL, NULL, why);
  }
  return 0;
}
