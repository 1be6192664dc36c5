/* dnn-data-hash.c - SHA-256 of a sample of the training rows */
#include "dnn-data-hash.h"

/* What is hashed of a row: all inputs as the model sees them, all targets. */
typedef struct {
  const DnnData *data;
  size_t n_inputs, n_targets; /* numbers of a row */
  float *row, *scratch;       /* (owned) */
} Hash;

static void
hash_clear (Hash *self)
{
  g_free (self->scratch);
  g_free (self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hash, hash_clear)

static size_t
count (const DnnShapes *shapes)
{
  size_t n = 0;

  for (uint32_t i = 0; i < shapes->n; i++)
    n += (size_t) dnn_data_step_count (&shapes->at[i]);
  return n;
}

static void
hash_init (Hash *self, const DnnData *data)
{
  const DnnShapes inputs = dnn_data_input_shapes (data);
  const DnnShapes targets = dnn_data_target_shapes (data);
  int64_t n_scratch = 0;

  self->data = data;
  self->n_inputs = count (&inputs);
  self->n_targets = count (&targets);
  for (uint32_t i = 0; i < inputs.n; i++) {
    const DnnShape row = dnn_source_row_shape (data->train->inputs.at[i]);
    const int64_t n = dnn_preprocess_scratch (
        dnn_preprocess_part (data->preprocess, i), &row);

    n_scratch = MAX (n_scratch, n);
  }
  self->scratch = g_new (float, (gsize) n_scratch);
  self->row = g_new (float, self->n_inputs + self->n_targets + 1);
}

static void
fill_row (Hash *self, int64_t row)
{
  const DnnSplit *split = self->data->train;
  const DnnShapes inputs = dnn_data_input_shapes (self->data);
  float *out = self->row;

  for (uint32_t i = 0; i < inputs.n; i++) {
    dnn_preprocess_rows (dnn_preprocess_part (self->data->preprocess, i),
                         split->inputs.at[i], &row, 1, self->scratch, out);
    out += dnn_data_step_count (&inputs.at[i]);
  }
  for (uint32_t i = 0; i < split->targets.n; i++) {
    dnn_data_targets_at (self->data, split, i, &row, 1, out);
    out += split->targets.at[i]->row;
  }
}

char *
dnn_data_hash (const DnnData *data)
{
  enum { MOST = 256 };
  const DnnSplit *split = data->train;
  const uint32_t n_sources = dnn_split_n_sources (split);
  /* Rows that no step takes are others already by their size. */
  const int64_t n = dnn_data_takes_rows (data) ? MIN (split->n, MOST) : 0;
  g_auto (Hash) self = { 0 };
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = NULL;

  hash_init (&self, data);
  head = g_strdup_printf ("%" G_GINT64_FORMAT " %zu %zu", split->n,
                          self.n_inputs, self.n_targets);
  g_checksum_update (hash, (const guchar *) head, -1);
  for (int64_t i = 0; i < n; i++) {
    fill_row (&self, dnn_split_row (split, i * (split->n / n)));
    g_checksum_update (
        hash, (const guchar *) self.row,
        (gssize) ((self.n_inputs + self.n_targets) * sizeof *self.row));
    /* each row may bring in a large page */
    for (uint32_t j = 0; data->memory_limit > 0 && j < n_sources; j++)
      dnn_source_release (dnn_split_source (split, j));
  }
  for (uint32_t j = 0; j < n_sources; j++)
    dnn_source_hash (dnn_split_source (split, j), hash);
  return g_strdup (g_checksum_get_string (hash));
}
