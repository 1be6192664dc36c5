/* fuzz-history.c - history.csv, and what is written is read alike */
#include "dnn-history.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = fuzz_text (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHistory) read = dnn_history_parse ("f", text, &error);

  fuzz_judge (read != NULL, "f:", error);
  if (read != NULL) {
    g_autofree char *once = dnn_history_to_csv (read);
    g_autoptr (DnnHistory) again = dnn_history_parse ("f", once, &error);

    fuzz_judge (again != NULL, "f:", error);
    g_assert_no_error (error);
  }
  return 0;
}
