/* fuzz-csv.c - a table: inputs and target, targets alone, gaps passed over */
#include "dnn-csv.h"
#include "fuzz-array.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static const DnnCsvOptions options[] = {
    { DNN_CSV_BOTH },
    { DNN_CSV_TARGETS, .target = "y,2", .header = DNN_CSV_HEADER_TRUE },
    { DNN_CSV_BOTH, .missing = DNN_CSV_MISSING_SKIP, .ignore = "1" },
    { DNN_CSV_BOTH, .missing = DNN_CSV_MISSING_FILL, .categories = "auto",
      .extras = { "1", "2" }, .reads_extras = true },
    { DNN_CSV_BOTH, .missing = DNN_CSV_MISSING_FILL, .kinds = "dwn" },
  };
  g_autoptr (GBytes) bytes = fuzz_bytes (data, n);

  for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnCsv) csv = dnn_csv_parse ("f", bytes, &options[i], &error);

    fuzz_judge (csv != NULL, "f", error);
    if (i == 0)
      g_strfreev (dnn_csv_find_unfit ("f", bytes, &options[i], NULL));
    fuzz_read_array (csv != NULL ? csv->inputs : NULL);
    fuzz_read_array (csv != NULL ? csv->targets : NULL);
  }
  return 0;
}
