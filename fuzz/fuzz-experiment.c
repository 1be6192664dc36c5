/* fuzz-experiment.c - an experiment file, and what is written is read alike */
#include "dnn-experiment.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = fuzz_text (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) read = dnn_experiment_parse ("f", text, &error);

  fuzz_judge (read != NULL, "f:", error);
  if (read != NULL) {
    g_autofree char *once = dnn_experiment_to_string (read);
    g_autoptr (DnnExperiment) again = dnn_experiment_parse ("f", once, &error);
    g_autofree char *twice = NULL;

    fuzz_judge (again != NULL, "f:", error);
    g_assert_no_error (error);
    twice = dnn_experiment_to_string (again);
    g_assert_cmpstr (once, ==, twice);
  }
  return 0;
}
