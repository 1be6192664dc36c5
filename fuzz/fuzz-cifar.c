/* fuzz-cifar.c - records of CIFAR-10, each of their numbers read */
#include "dnn-sources.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);
  g_autoptr (GError) error = NULL;
  g_auto (DnnDataPair) pair = { 0 };
  const DnnNamedBytes file = { "f", bytes };
  const bool done = dnn_source_read_cifar (&pair, "f", &file, 1, &error);
  g_autofree float *row = done ? g_new (float, (gsize) pair.inputs->row) : NULL;

  fuzz_judge (done, "f:", error);
  for (int64_t i = 0; done && i < dnn_source_n_rows (pair.inputs); i++)
    dnn_source_gather (pair.inputs, &i, 1, row);
  return 0;
}
