/* csv-row.c - the next row of a table, and a cell of it that is no number */
#include "dnn-csv-private.h"
#include "dnn-csv-values.h"

/* Every input column that has a word in the current record: they are likely
 * words all the way down. */
static char *
list_words (DnnCsvTable *self)
{
  g_autoptr (GString) list = g_string_new (NULL);
  double value;

  for (uint32_t i = 0; i < self->columns.n; i++) {
    if (self->columns.roles[i] != DNN_CSV_INPUT ||
        dnn_csv_parse_cell (&self->reader, dnn_csv_table_cell (self, i),
                            &value) != DNN_CSV_TEXT)
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

bool
dnn_csv_table_fail_text (DnnCsvTable *self, uint32_t column, GError **error)
{
  g_autofree char *text = dnn_csv_cell_text (dnn_csv_table_cell (self, column));
  g_autofree char *words = list_words (self);

  if (self->columns.roles[column] == DNN_CSV_TARGET)
    return dnn_csv_columns_fail (&self->columns, self->record.line, column,
                                 error, "'%.40s' is %s", text,
                                 dnn_csv_fault_of (text));
  return dnn_csv_columns_fail (
      &self->columns, self->record.line, column, error,
      "'%.40s' is %s; 'ignore_columns = %s' leaves such columns out", text,
      dnn_csv_fault_of (text), words);
}

/* --- records ------------------------------------------------------------- */

bool
dnn_csv_table_read (DnnCsvTable *self, GError **error)
{
  if (!dnn_csv_read (&self->reader, &self->record, error))
    return false;
  if (self->record.cells->len != self->columns.n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s:%" G_GINT64_FORMAT ": has '%u' cells, and the first line "
                 "has %u; %s",
                 self->reader.name, self->record.line, self->record.cells->len,
                 self->columns.n,
                 self->record.cells->len > self->columns.n
                     ? "a cell that holds the separator stands in quotes"
                     : "an empty cell has its separator, too");
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
