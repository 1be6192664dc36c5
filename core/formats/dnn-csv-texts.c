/* dnn-csv-texts.c - cells of a few columns, as text */
#include "dnn-csv-texts.h"

#include "dnn-csv-private.h"

void
dnn_csv_texts_free (DnnCsvTexts *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_strfreev (self->names);
  g_free (self);
}

static void
free_row (gpointer row)
{
  g_strfreev (row);
}

static void
take_names (DnnCsvTexts *self, const DnnCsvColumns *columns)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (uint32_t i = 0; i < columns->n; i++) {
    g_autofree char *key = dnn_csv_columns_key (columns, i);

    if (columns->is_listed[i])
      g_strv_builder_add (names, key);
  }
  self->names = g_strv_builder_end (names);
  self->n_columns = g_strv_length (self->names);
}

static void
take_row (DnnCsvTexts *self, const DnnCsvTable *table)
{
  char **row = g_new0 (char *, self->n_columns + 1);
  guint n = 0;

  for (uint32_t i = 0; i < table->columns.n; i++)
    if (table->columns.is_listed[i])
      row[n++] = dnn_csv_cell_text (dnn_csv_table_cell (table, i));
  g_ptr_array_add (self->rows, row);
}

static void
table_clear (DnnCsvTable *self)
{
  dnn_csv_record_clear (&self->record);
  dnn_csv_columns_clear (&self->columns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnCsvTable, table_clear)

DnnCsvTexts *
dnn_csv_texts_read (const char *name, GBytes *bytes, DnnCsvHeader header,
                    const char *list, GError **error)
{
  g_autoptr (DnnCsvTexts) self = g_new0 (DnnCsvTexts, 1);
  const DnnCsvOptions options = {
    .part = DNN_CSV_INPUTS,
    .header = header,
    .missing = DNN_CSV_MISSING_FILL,
    .categories = list, /* a list of columns, checked as any other */
  };
  g_auto (DnnCsvTable) table = { .options = &options };
  GError *local = NULL;

  dnn_csv_record_init (&table.record);
  if (!dnn_csv_reader_init (&table.reader, name, bytes, error) ||
      !dnn_csv_columns_init (&table.columns, &table.reader, &options, error))
    return NULL;
  self->rows = g_ptr_array_new_with_free_func (free_row);
  take_names (self, &table.columns);
  while (dnn_csv_table_read (&table, &local))
    take_row (self, &table);
  if (local == NULL)
    return g_steal_pointer (&self);
  g_propagate_error (error, local);
  return NULL;
}
