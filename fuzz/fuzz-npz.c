/* fuzz-npz.c - arrays in an archive, each of their numbers read */
#include "dnn-npz.h"
#include "fuzz-array.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static const char *const likely[] = { "x", "x_train", NULL };
  static const char *const members[] = { NULL, "y" };
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);

  for (size_t i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnArray) array =
        dnn_npz_parse ("f", bytes, members[i], likely, &error);

    fuzz_judge (array != NULL, "f", error);
    fuzz_read_array (array);
  }
  return 0;
}
