/* csv-fill.c - the second pass over a table: cells become numbers */
#include "dnn-csv-private.h"

#include "dnn-csv-values.h"
#include "dnn-memory.h"
#include "dnn-suggest.h"

#include <math.h>

static bool
fail_missing (const DnnCsvTable *self, uint32_t column, GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (dnn_csv_table_cell (self, column));

  return dnn_csv_columns_fail (
      &self->columns, self->record.line, column, error,
      "the cell is empty ('%s'); 'missing = skip' leaves such rows out, "
      "'missing = fill' puts there what is usual",
      text);
}

/* --- second pass: numbers ------------------------------------------------ */

static bool
parse_class (const DnnCsvTable *self, uint32_t column, double *ret_value,
             GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (dnn_csv_table_cell (self, column));
  const guint found =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->classes, text));
  g_autofree char *nearest = NULL;

  if (found > 0) {
    *ret_value = found - 1;
    return true;
  }
  nearest = dnn_suggest (text, self->options->classes);
  return dnn_csv_columns_fail (&self->columns, self->record.line, column, error,
                               "there is no class '%.40s'; %s", text, nearest);
}

/* A cell that is no number, of a column that is not one of words. */
static bool
parse_text (DnnCsvTable *self, uint32_t column, double *ret_value,
            GError **error)
{
  const bool target = self->columns.roles[column] == DNN_CSV_TARGET;
  DnnCsvCell cell = *dnn_csv_table_cell (self, column);

  dnn_csv_cell_strip (&cell);
  if (!target && dnn_csv_parse_yes (cell.text, cell.n, ret_value))
    return true;
  return dnn_csv_table_fail_text (self, column, error);
}

static bool
parse_date (DnnCsvTable *self, uint32_t column, double *ret_value,
            GError **error)
{
  DnnCsvCell cell = *dnn_csv_table_cell (self, column);
  g_autofree char *text = NULL;

  dnn_csv_cell_strip (&cell);
  if (dnn_csv_parse_date (cell.text, cell.n, ret_value))
    return true;
  text = dnn_csv_cell_text (&cell);
  return dnn_csv_columns_fail (&self->columns, self->record.line, column, error,
                               "'%.40s' is no date; one is written as "
                               "2020-12-31, and its column has no other",
                               text);
}

static double
code_of (const DnnCsvCell *cell)
{
  g_autofree char *word = dnn_csv_cell_word (cell);

  return dnn_csv_word_code (word);
}

/* An empty cell is NaN where that is wanted. */
static bool
parse_missing (DnnCsvTable *self, uint32_t column, double *ret_value,
               bool *ret_skipped, GError **error)
{
  const bool target = self->columns.roles[column] == DNN_CSV_TARGET;
  const bool fill = self->options->missing == DNN_CSV_MISSING_FILL;

  *ret_value = NAN;
  /* rows left out of one file would be those of others in the other */
  if (fill && target && self->options->part == DNN_CSV_TARGETS)
    return fail_missing (self, column, error);
  if (!fill || (target && !self->options->keeps_rows))
    *ret_skipped = true;
  return fill || self->options->missing == DNN_CSV_MISSING_SKIP ||
         fail_missing (self, column, error);
}

/* The number of a cell; `ret_skipped` where its row is left out. */
static bool
parse_value (DnnCsvTable *self, uint32_t column, double *ret_value,
             bool *ret_skipped, GError **error)
{
  const bool target = self->columns.roles[column] == DNN_CSV_TARGET;
  const char letter = target ? DNN_CSV_NUMBERS
                             : self->kinds.kinds[self->columns.places[column]];
  const DnnCsvKind kind = dnn_csv_parse_cell (
      &self->reader, dnn_csv_table_cell (self, column), ret_value);

  if (kind == DNN_CSV_MISSING)
    return parse_missing (self, column, ret_value, ret_skipped, error);
  if (target && g_hash_table_size (self->classes) > 0)
    return parse_class (self, column, ret_value, error);
  if (letter == DNN_CSV_WORDS) {
    *ret_value = code_of (dnn_csv_table_cell (self, column));
    return true;
  }
  if (letter == DNN_CSV_DATES)
    return parse_date (self, column, ret_value, error);
  return kind == DNN_CSV_NUMBER || parse_text (self, column, ret_value, error);
}

/* --- columns for the rows' sake ------------------------------------------ */

static bool
parse_extra (DnnCsvTable *self, DnnCsvExtra extra, double *ret_value,
             GError **error)
{
  const uint32_t column = self->columns.extras[extra];
  DnnCsvCell cell = *dnn_csv_table_cell (self, column);
  g_autofree char *text = NULL;

  dnn_csv_cell_strip (&cell);
  if (extra == DNN_CSV_GROUP) {
    *ret_value = code_of (&cell);
    return true;
  }
  if (dnn_csv_parse_cell (&self->reader, &cell, ret_value) == DNN_CSV_NUMBER &&
      (extra == DNN_CSV_TIME || *ret_value >= 0))
    return true;
  if (extra == DNN_CSV_TIME &&
      dnn_csv_parse_date (cell.text, cell.n, ret_value))
    return true;
  text = dnn_csv_cell_text (&cell);
  return dnn_csv_columns_fail (
      &self->columns, self->record.line, column, error,
      extra == DNN_CSV_TIME
          ? "'%.40s' is no time; it is a number or a date, as 2020-12-31"
          : "'%.40s' is no weight; it is a number of 0 or more",
      text);
}

static bool
fill_extras (DnnCsvTable *self, int64_t n, GError **error)
{
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++)
    if (self->extras[i] != NULL &&
        !parse_extra (self, (DnnCsvExtra) i, &self->extras[i][n], error))
      return false;
  return true;
}

static bool
make_extras (DnnCsvTable *self, GError **error)
{
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++) {
    if (self->columns.extras[i] == self->columns.n)
      continue;
    self->extras[i] =
        dnn_memory_new ((size_t) self->n_rows * sizeof (double), error);
    if (self->extras[i] == NULL)
      return false;
  }
  return true;
}

/* --- rows ---------------------------------------------------------------- */

/* Where the numbers go: row by row, of the element type's size. */
typedef struct Block {
  void *data;
  DnnDtype dtype;
} Block;

static void
put (const Block *block, int64_t i, double value)
{
  if (block->dtype == DNN_FLOAT64)
    ((double *) block->data)[i] = value;
  else
    ((float *) block->data)[i] = (float) value;
}

/* Row `n` of both blocks. */
static bool
fill_row (DnnCsvTable *self, const Block *blocks, int64_t n, bool *ret_skipped,
          GError **error)
{
  for (uint32_t i = 0; i < self->columns.n; i++) {
    const DnnCsvRole role = self->columns.roles[i];
    double value = 0;

    if (role == DNN_CSV_IGNORED)
      continue;
    if (!parse_value (self, i, &value, ret_skipped, error))
      return false;
    put (&blocks[role],
         n * self->columns.counts[role] + self->columns.places[i], value);
  }
  return *ret_skipped || fill_extras (self, n, error);
}

/* Fills both blocks; returns how many rows, or -1. */
static int64_t
fill_rows (DnnCsvTable *self, const Block *blocks, GError **error)
{
  int64_t n = 0;
  GError *local = NULL;

  while (dnn_csv_table_read (self, &local)) {
    bool skipped = false;

    if (!fill_row (self, blocks, n, &skipped, error))
      return -1;
    n += !skipped;
  }
  if (local == NULL)
    return n;
  g_propagate_error (error, local);
  return -1;
}

static DnnArray *
take_block (const Block *block, int64_t rows, int64_t columns, bool flat)
{
  const DnnShape shape = { flat ? 1 : 2, 0, { rows, columns } };
  const gsize size = (gsize) (rows * columns) * dnn_dtype_size (block->dtype);

  return dnn_array_new_take (block->dtype, shape,
                             g_bytes_new_with_free_func (block->data, size,
                                                         dnn_memory_free,
                                                         block->data));
}

static void
take_all (DnnCsvTable *self, DnnCsv *csv, const Block *blocks, int64_t n)
{
  const uint32_t *counts = self->columns.counts;

  csv->n_skipped = self->n_rows - n;
  csv->inputs =
      take_block (&blocks[DNN_CSV_INPUT], n, counts[DNN_CSV_INPUT], false);
  csv->targets = take_block (&blocks[DNN_CSV_TARGET], n, counts[DNN_CSV_TARGET],
                             counts[DNN_CSV_TARGET] == 1);
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++) {
    const Block block = { g_steal_pointer (&self->extras[i]), DNN_FLOAT64 };

    if (block.data != NULL)
      csv->extras[i] = take_block (&block, n, 1, true);
  }
}

bool
dnn_csv_table_fill (DnnCsvTable *self, DnnCsv *csv, GError **error)
{
  Block blocks[DNN_CSV_IGNORED] = {
    [DNN_CSV_INPUT] = { NULL, self->kinds.exact ? DNN_FLOAT64 : DNN_FLOAT32 },
    [DNN_CSV_TARGET] = { NULL, DNN_FLOAT32 },
  };
  int64_t n = -1;
  bool ok = make_extras (self, error);

  for (int i = 0; i < DNN_CSV_IGNORED && ok; i++) {
    blocks[i].data =
        dnn_memory_new ((size_t) self->n_rows * self->columns.counts[i] *
                            dnn_dtype_size (blocks[i].dtype),
                        error);
    ok = blocks[i].data != NULL;
  }
  if (ok)
    n = fill_rows (self, blocks, error);
  else
    g_prefix_error (error, "%s: ", self->reader.name);
  if (n < 0) {
    for (int i = 0; i < DNN_CSV_IGNORED; i++)
      dnn_memory_free (blocks[i].data);
    return false;
  }
  take_all (self, csv, blocks, n);
  return true;
}
