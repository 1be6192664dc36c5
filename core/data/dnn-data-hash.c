/* dnn-data-hash.c - SHA-256 of a sample of the training rows, and of all files
 */
#include "dnn-data-hash.h"

/* The numbers of a row that are hashed: all inputs as the model sees them, all
 * targets. */
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

/* --- all splits ---------------------------------------------------------- */

/* Adds the numbers that the source has of the split's rows: of all, or of
 * blocks of neighbours, as a disk reads them, that are evenly spread. */
static void
add_source (const DnnSplit *split, const DnnSource *source, bool release,
            GChecksum *hash)
{
  enum { MOST = 1 << 20, BLOCKS = 64 };
  const int64_t most = MAX (MOST / MAX (source->row, 1), BLOCKS);
  const int64_t n = MIN (split->n, most);
  const int64_t n_blocks = n < split->n ? BLOCKS : 1;
  const int64_t length = n / n_blocks;
  g_autofree float *numbers = g_new (float, (gsize) source->row + 1);

  for (int64_t i = 0; i < n_blocks * length; i++) {
    const int64_t block = i / length;
    const int64_t at = block * (split->n / n_blocks) + i % length;
    const int64_t row = dnn_split_row (split, at);

    dnn_source_gather (source, &row, 1, numbers);
    g_checksum_update (hash, (const guchar *) numbers,
                       (gssize) ((size_t) source->row * sizeof *numbers));
    if (release && (i + 1) % 16 == 0)
      dnn_source_release (source);
  }
}

static void
append_word (GString *text, const char *name, const DnnSplit *split,
             const DnnSource *const *sources, uint32_t n, bool release)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%" G_GINT64_FORMAT, split->n);

  g_checksum_update (hash, (const guchar *) head, -1);
  for (uint32_t i = 0; i < n; i++)
    add_source (split, sources[i], release, hash);
  g_string_append_printf (text, "%s%s:%.32s", text->len > 0 ? " " : "", name,
                          g_checksum_get_string (hash));
}

char *
dnn_data_hash_rows (const DnnData *data)
{
  const DnnSplit *const splits[] = { data->train, data->validation };
  const char *const names[] = { "train", "validation" };
  const bool release = data->memory_limit > 0;
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++) {
    const DnnSplit *split = splits[i];
    const DnnSource *weights;
    g_autofree char *name = g_strconcat (names[i], "_weights", NULL);

    if (split == NULL || !dnn_data_takes_rows (data))
      continue;
    weights = split->weights;
    append_word (text, names[i], split,
                 (const DnnSource *const *) split->inputs.at, split->inputs.n,
                 release);
    append_word (text, i == 0 ? "train_targets" : "validation_targets", split,
                 (const DnnSource *const *) split->targets.at, split->targets.n,
                 release);
    if (weights != NULL)
      append_word (text, name, split, &weights, 1, release);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
