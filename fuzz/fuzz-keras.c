/* fuzz-keras.c - a Keras file of any form, each of its weights read */
#include "dnn-array.h"
#include "dnn-keras-file.h"
#include "dnn-shape.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnKerasFile) file = dnn_keras_file_parse ("f", bytes, &error);

  fuzz_judge (file != NULL, "f:", error);
  for (size_t i = 0; file != NULL && i < dnn_keras_file_count (file); i++) {
    const DnnKerasGroup *group = dnn_keras_file_at (file, i);

    for (size_t k = 0; k < group->n_weights; k++) {
      const DnnNamedTensor *weight = &group->weights[k];
      int64_t count = -1;

      g_assert_true (dnn_shape_count (&weight->shape, &count));
      g_free (g_memdup2 (weight->data,
                         (gsize) count * dnn_dtype_size (weight->dtype)));
    }
  }
  return 0;
}
