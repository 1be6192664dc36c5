/* fuzz-model.c - a model file: metadata, chain, tensors, preprocessing */
#include "dnn-model-file.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static DnnRegistry *registry; /* kept: its plugins stay open anyway */
  g_autoptr (DnnModelFile) model = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = memfd_create ("model", MFD_CLOEXEC);

  if (registry == NULL)
    registry = dnn_registry_new (NULL);
  g_assert_cmpint (write (fd, data, n), ==, n);
  path = g_strdup_printf ("/proc/self/fd/%d", fd);

  model = dnn_model_file_load (registry, path, &error);
  fuzz_judge (model != NULL, path, error);
  close (fd);
  return 0;
}
