/* dnn-csv.c - a table in two passes: one counts and collects the classes, one
 * fills arrays of the size then known */
#include "dnn-csv.h"

#include "dnn-csv-columns.h"
#include "dnn-memory.h"
#include "dnn-parse.h"
#include "dnn-suggest.h"

#include <string.h>

/* A column of more words is no class. */
enum { MOST_CLASSES = 10000 };

typedef struct Table {
  DnnCsvReader reader;
  const DnnCsvOptions *options;
  DnnCsvColumns columns;
  DnnCsvRecord record; /* the row being looked at */
  int64_t n_rows;
  GHashTable *classes; /* (owned) each word of the target, and its number + 1 */
  int64_t number_line; /* where the target first was a number; 0: nowhere */
} Table;

static void
table_clear (Table *self)
{
  g_clear_pointer (&self->classes, g_hash_table_unref);
  dnn_csv_record_clear (&self->record);
  dnn_csv_columns_clear (&self->columns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, table_clear)

void
dnn_csv_free (DnnCsv *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->classes);
  g_strfreev (self->columns);
  dnn_array_unref (self->targets);
  dnn_array_unref (self->inputs);
  g_free (self);
}

/* --- sentences ----------------------------------------------------------- */

static bool fail (const Table *self, uint32_t column, GError **error,
                  const char *format, ...) G_GNUC_PRINTF (4, 5);

/* About a cell of the current record. */
static bool
fail (const Table *self, uint32_t column, GError **error, const char *format,
      ...)
{
  g_autofree char *label = dnn_csv_columns_label (&self->columns, column);
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s:%" G_GINT64_FORMAT ": %s: %s", self->reader.name,
               self->record.line, label, sentence);
  return false;
}

static const DnnCsvCell *
cell_at (const Table *self, uint32_t column)
{
  return &g_array_index (self->record.cells, DnnCsvCell, column);
}

/* Every input column that has a word in the current record: they are likely
 * words all the way down. */
static char *
list_words (Table *self)
{
  g_autoptr (GString) list = g_string_new (NULL);
  double value;

  for (uint32_t i = 0; i < self->columns.n; i++) {
    if (self->columns.roles[i] != DNN_CSV_INPUT ||
        dnn_csv_parse_cell (&self->reader, cell_at (self, i), &value) !=
            DNN_CSV_TEXT)
      continue;
    if (list->len > 0)
      g_string_append (list, ", ");
    if (self->columns.names != NULL)
      g_string_append (list, self->columns.names[i]);
    else
      g_string_append_printf (list, "%u", i + 1);
  }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static bool
fail_text (Table *self, uint32_t column, GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (cell_at (self, column));
  g_autofree char *words = list_words (self);

  if (self->columns.roles[column] == DNN_CSV_TARGET)
    return fail (self, column, error, "'%.40s' is no number", text);
  return fail (self, column, error,
               "'%.40s' is no number; 'ignore_columns = %s' leaves such "
               "columns out",
               text, words);
}

static bool
fail_missing (const Table *self, uint32_t column, GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (cell_at (self, column));

  return fail (
      self, column, error,
      "the cell is empty ('%s'); 'missing = skip' leaves such rows out", text);
}

/* --- records ------------------------------------------------------------- */

/* The next row; false at the end and with an error. */
static bool
read_row (Table *self, GError **error)
{
  if (!dnn_csv_read (&self->reader, &self->record, error))
    return false;
  if (self->record.cells->len != self->columns.n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s:%" G_GINT64_FORMAT ": has '%u' cells, and the first line "
                 "has %u",
                 self->reader.name, self->record.line, self->record.cells->len,
                 self->columns.n);
    return false;
  }
  /* In a table of one column an empty line may be an empty cell: to pass over
   * it would move all rows below. */
  if (self->record.after_blank && self->columns.n == 1 &&
      self->options->missing == DNN_CSV_MISSING_REFUSE) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s:%" G_GINT64_FORMAT ": the line above is empty, '', which "
                 "may be a missing value; write it or take the line out",
                 self->reader.name, self->record.line);
    return false;
  }
  return true;
}

/* --- first pass: rows and classes ---------------------------------------- */

static bool
look_at_target (Table *self, uint32_t column, GError **error)
{
  g_autofree char *text = NULL;
  double value;
  DnnCsvKind kind =
      dnn_csv_parse_cell (&self->reader, cell_at (self, column), &value);

  if (kind == DNN_CSV_NUMBER && self->number_line == 0)
    self->number_line = self->record.line;
  if (kind == DNN_CSV_NUMBER && g_hash_table_size (self->classes) > 0 &&
      self->options->classes == NULL) {
    text = dnn_csv_cell_text (cell_at (self, column));
    return fail (self, column, error,
                 "'%.40s' is a number, and rows above have words; a target is "
                 "numbers or names of classes",
                 text);
  }
  if (kind != DNN_CSV_TEXT)
    return true;
  if (self->number_line > 0 && self->options->classes == NULL) {
    text = dnn_csv_cell_text (cell_at (self, column));
    return fail (self, column, error,
                 "'%.40s' is no number, and line %" G_GINT64_FORMAT " has one; "
                 "a target is numbers or names of classes",
                 text, self->number_line);
  }
  if (self->columns.counts[DNN_CSV_TARGET] > 1)
    return fail_text (self, column, error);
  g_hash_table_insert (self->classes,
                       dnn_csv_cell_text (cell_at (self, column)), NULL);
  if (g_hash_table_size (self->classes) > MOST_CLASSES)
    return fail (self, column, error,
                 "the target has more than '%d' different words, too many to "
                 "be classes; 'target = NAME' names another column",
                 MOST_CLASSES);
  return true;
}

static bool
count_rows (Table *self, GError **error)
{
  GError *local = NULL;

  while (read_row (self, &local)) {
    for (uint32_t i = 0;
         self->columns.counts[DNN_CSV_TARGET] > 0 && i < self->columns.n; i++)
      if (self->columns.roles[i] == DNN_CSV_TARGET &&
          !look_at_target (self, i, error))
        return false;
    self->n_rows++;
  }
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

/* --- classes ------------------------------------------------------------- */

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names are kept as one list, so each must be one piece of it. */
static bool
check_class (const Table *self, const char *name, GError **error)
{
  g_auto (GStrv) pieces = dnn_split_commas (name);

  if (g_strv_length (pieces) == 1 && strcmp (pieces[0], name) == 0 &&
      strpbrk (name, "'\"()[]\r\n") == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: class '%.40s' must have no comma, quote, bracket or line "
               "end in its name",
               self->reader.name, name);
  return false;
}

static bool
sort_classes (Table *self, DnnCsv *csv, GError **error)
{
  const guint n = g_hash_table_size (self->classes);
  g_autofree char **names = NULL;

  if (n == 0)
    return true;
  if (self->options->classes != NULL) {
    csv->classes = g_strdupv ((char **) self->options->classes);
  } else {
    names = (char **) g_hash_table_get_keys_as_array (self->classes, NULL);
    qsort (names, n, sizeof *names, compare_names);
    csv->classes = g_strdupv (names);
  }
  g_hash_table_remove_all (self->classes);
  for (guint i = 0; csv->classes[i] != NULL; i++) {
    if (self->options->classes == NULL &&
        !check_class (self, csv->classes[i], error))
      return false;
    g_hash_table_insert (self->classes, g_strdup (csv->classes[i]),
                         GUINT_TO_POINTER (i + 1));
  }
  return true;
}

/* --- second pass: numbers ------------------------------------------------ */

static bool
parse_class (const Table *self, uint32_t column, double *ret_value,
             GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (cell_at (self, column));
  const guint found =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->classes, text));
  g_autofree char *nearest = NULL;

  if (found > 0) {
    *ret_value = found - 1;
    return true;
  }
  nearest = dnn_suggest (text, self->options->classes);
  return fail (self, column, error, "there is no class '%.40s'; %s", text,
               nearest);
}

/* The number of a cell; `ret_missing` where it has none. */
static bool
parse_value (Table *self, uint32_t column, double *ret_value, bool *ret_missing,
             GError **error)
{
  const bool words = self->columns.roles[column] == DNN_CSV_TARGET &&
                     g_hash_table_size (self->classes) > 0;
  const DnnCsvKind kind =
      dnn_csv_parse_cell (&self->reader, cell_at (self, column), ret_value);

  if (kind == DNN_CSV_MISSING) {
    *ret_missing = true;
    return self->options->missing == DNN_CSV_MISSING_SKIP ||
           fail_missing (self, column, error);
  }
  if (words)
    return parse_class (self, column, ret_value, error);
  return kind == DNN_CSV_NUMBER || fail_text (self, column, error);
}

/* One row, to where `out` points for each role. */
static bool
fill_row (Table *self, float **out, bool *ret_missing, GError **error)
{
  for (uint32_t i = 0; i < self->columns.n; i++) {
    const DnnCsvRole role = self->columns.roles[i];
    double value = 0;

    if (role == DNN_CSV_IGNORED)
      continue;
    if (!parse_value (self, i, &value, ret_missing, error))
      return false;
    out[role][self->columns.places[i]] = (float) value;
  }
  return true;
}

/* Fills both blocks; returns how many rows, or -1. */
static int64_t
fill_rows (Table *self, float **blocks, GError **error)
{
  const uint32_t *counts = self->columns.counts;
  int64_t n = 0;
  GError *local = NULL;

  while (read_row (self, &local)) {
    float *out[] = { blocks[DNN_CSV_INPUT] + n * counts[DNN_CSV_INPUT],
                     blocks[DNN_CSV_TARGET] + n * counts[DNN_CSV_TARGET] };
    bool missing = false;

    if (!fill_row (self, out, &missing, error))
      return -1;
    n += !missing;
  }
  if (local == NULL)
    return n;
  g_propagate_error (error, local);
  return -1;
}

static DnnArray *
take_block (float *block, int64_t rows, int64_t columns, bool flat)
{
  const DnnShape shape = { flat ? 1 : 2, 0, { rows, columns } };

  return dnn_array_new_take (
      DNN_FLOAT32, shape,
      g_bytes_new_with_free_func (block,
                                  (gsize) (rows * columns) * sizeof *block,
                                  dnn_memory_free, block));
}

static bool
fill (Table *self, DnnCsv *csv, GError **error)
{
  const uint32_t *counts = self->columns.counts;
  float *blocks[DNN_CSV_IGNORED] = { NULL };
  int64_t n = -1;
  bool ok = true;

  for (int i = 0; i < DNN_CSV_IGNORED && ok; i++) {
    blocks[i] = dnn_memory_new (
        (size_t) self->n_rows * counts[i] * sizeof (float), error);
    ok = blocks[i] != NULL;
  }
  if (ok)
    n = fill_rows (self, blocks, error);
  else
    g_prefix_error (error, "%s: ", self->reader.name);
  if (n < 0) {
    for (int i = 0; i < DNN_CSV_IGNORED; i++)
      dnn_memory_free (blocks[i]);
    return false;
  }

  csv->n_skipped = self->n_rows - n;
  csv->inputs =
      take_block (blocks[DNN_CSV_INPUT], n, counts[DNN_CSV_INPUT], false);
  csv->targets = take_block (blocks[DNN_CSV_TARGET], n, counts[DNN_CSV_TARGET],
                             counts[DNN_CSV_TARGET] == 1);
  return true;
}

/* Names of the input columns. */
static char **
input_names (const DnnCsvColumns *columns)
{
  char **names = NULL;

  if (columns->names == NULL)
    return NULL;
  names = g_new0 (char *, columns->counts[DNN_CSV_INPUT] + 1);
  for (uint32_t i = 0; i < columns->n; i++)
    if (columns->roles[i] == DNN_CSV_INPUT)
      names[columns->places[i]] = g_strdup (columns->names[i]);
  return names;
}

DnnCsv *
dnn_csv_parse (const char *name, GBytes *bytes, const DnnCsvOptions *options,
               GError **error)
{
  g_auto (Table) self = { .options = options };
  g_autoptr (DnnCsv) csv = g_new0 (DnnCsv, 1);
  DnnCsvReader start;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self.classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  dnn_csv_record_init (&self.record);
  if (!dnn_csv_reader_init (&self.reader, name, bytes, error) ||
      !dnn_csv_columns_init (&self.columns, &self.reader, options, error))
    return NULL;
  start = self.reader;
  if (!count_rows (&self, error) || !sort_classes (&self, csv, error))
    return NULL;
  self.reader = start;
  if (!fill (&self, csv, error))
    return NULL;
  csv->columns =
      options->part != DNN_CSV_TARGETS ? input_names (&self.columns) : NULL;
  if (options->part == DNN_CSV_INPUTS)
    g_clear_pointer (&csv->targets, dnn_array_unref);
  if (options->part == DNN_CSV_TARGETS)
    g_clear_pointer (&csv->inputs, dnn_array_unref);
  return g_steal_pointer (&csv);
}
