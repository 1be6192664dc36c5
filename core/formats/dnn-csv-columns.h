/* dnn-csv-columns.h - what each column of a table is for */
#pragma once

#include "dnn-csv-cells.h"
#include "dnn-csv.h"

DNN_BEGIN_DECLS

typedef enum DnnCsvRole {
  DNN_CSV_INPUT,
  DNN_CSV_TARGET,
  DNN_CSV_IGNORED,
  DNN_CSV_N_ROLES
} DnnCsvRole;

typedef struct DnnCsvColumns {
  const char *name;  /* of the file */
  char **names;      /* (owned) NULL: the table has no header */
  DnnCsvRole *roles; /* (owned) one a column */
  uint32_t *places;  /* (owned) which of its role a column is, from 0 */
  bool *is_listed;   /* (owned) whether it is in the list of categories */
  uint32_t n;
  uint32_t counts[DNN_CSV_N_ROLES];  /* columns of each role */
  uint32_t extras[DNN_CSV_N_EXTRAS]; /* columns of these; n: none */
} DnnCsvColumns;

/* Reads the header, where there is one, and leaves the reader at the first row
 * of numbers. */
bool dnn_csv_columns_init (DnnCsvColumns *self, DnnCsvReader *reader,
                           const DnnCsvOptions *options, GError **error);
void dnn_csv_columns_clear (DnnCsvColumns *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnCsvColumns, dnn_csv_columns_clear)

/* "column 3 ('age')", or "column 3".  Returns: (transfer full). */
char *dnn_csv_columns_label (const DnnCsvColumns *self, uint32_t i);
/* Its name in a key of [data], or its number.
 * Returns: (transfer full). */
char *dnn_csv_columns_key (const DnnCsvColumns *self, uint32_t i);

/* Sets a DNN_ERROR_DATA about a cell of column `i` on that line; false. */
bool dnn_csv_columns_fail (const DnnCsvColumns *self, int64_t line, uint32_t i,
                           GError **error, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

DNN_END_DECLS
