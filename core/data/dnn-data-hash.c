/* dnn-data-hash.c - SHA-256 of a sample of the training rows */
#include "dnn-data-hash.h"

char *
dnn_data_hash (const DnnData *data)
{
  enum { MOST = 256 };
  const DnnSplit *split = data->train;
  const DnnSource *inputs = dnn_split_input (split);
  const DnnShape row_shape = dnn_source_row_shape (inputs);
  const DnnShape input = dnn_data_input_shape (data);
  const size_t n_inputs = (size_t) dnn_data_step_count (&input);
  const size_t n_targets = (size_t) dnn_split_target (split)->row;
  const uint32_t n_sources = dnn_split_n_sources (split);
  /* Rows that no step takes are others already by their size. */
  const bool taken = dnn_preprocess_takes (data->preprocess, &row_shape);
  const int64_t n = taken ? MIN (split->n, MOST) : 0;
  g_autofree float *scratch = g_new (
      float, (gsize) dnn_preprocess_scratch (data->preprocess, &row_shape));
  g_autofree float *row = g_new (float, n_inputs + n_targets + 1);
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%" G_GINT64_FORMAT " %zu %zu",
                                           split->n, n_inputs, n_targets);

  g_checksum_update (hash, (const guchar *) head, -1);
  for (int64_t i = 0; i < n; i++) {
    int64_t at = dnn_split_row (split, i * (split->n / n));

    dnn_preprocess_rows (data->preprocess, inputs, &at, 1, scratch, row);
    dnn_data_targets (data, split, &at, 1, row + n_inputs);
    g_checksum_update (hash, (const guchar *) row,
                       (gssize) ((n_inputs + n_targets) * sizeof *row));
    /* each row may bring in a large page */
    for (uint32_t j = 0; data->memory_limit > 0 && j < n_sources; j++)
      dnn_source_release (dnn_split_source (split, j));
  }
  for (uint32_t j = 0; j < n_sources; j++)
    dnn_source_hash (dnn_split_source (split, j), hash);
  return g_strdup (g_checksum_get_string (hash));
}
