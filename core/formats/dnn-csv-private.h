/* dnn-csv-private.h - a table that is being read */
#pragma once

#include "dnn-csv-kinds.h"

DNN_BEGIN_DECLS

typedef struct DnnCsvTable {
  DnnCsvReader reader;
  const DnnCsvOptions *options;
  DnnCsvColumns columns;
  DnnCsvRecord record; /* the row being looked at */
  int64_t n_rows;
  GHashTable *classes; /* (owned) each word of the target, and its number + 1 */
  int64_t number_line; /* where the target first was a number; 0: nowhere */
  DnnCsvKinds kinds;
  double *extras[DNN_CSV_N_EXTRAS]; /* (owned) NULL: not asked for */
} DnnCsvTable;

static inline const DnnCsvCell *
dnn_csv_table_cell (const DnnCsvTable *self, uint32_t column)
{
  return &g_array_index (self->record.cells, DnnCsvCell, column);
}

/* Says that a cell is no number. */
bool dnn_csv_table_fail_text (DnnCsvTable *self, uint32_t column,
                              GError **error);

/* The next row; false at the end and with an error. */
bool dnn_csv_table_read (DnnCsvTable *self, GError **error);

/* The second pass, which fills the arrays. */
bool dnn_csv_table_fill (DnnCsvTable *self, DnnCsv *csv, GError **error);

DNN_END_DECLS
