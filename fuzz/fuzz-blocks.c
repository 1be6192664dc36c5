/* fuzz-blocks.c - an experiment's blocks written out as layers */
#include "fuzz-blocks.h"
#include "fuzz.h"

#include "dnn-names.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = fuzz_text (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) read = dnn_experiment_parse ("f", text, &error);
  g_autoptr (GPtrArray) specs =
      read != NULL ? fuzz_expand (read, &error) : NULL;

  fuzz_judge (specs != NULL, "f:", error);
  g_assert_true (specs == NULL || specs->len <= DNN_LAYERS_MAX);
  for (guint i = 0; specs != NULL && i < specs->len; i++)
    g_assert_nonnull (dnn_spec_find (g_ptr_array_index (specs, i), "name"));
  return 0;
}
