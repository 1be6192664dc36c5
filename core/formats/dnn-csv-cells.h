/* dnn-csv-cells.h - cuts the text of a table into records and cells
 *
 * RFC 4180, and what spreadsheets write beside it: cells separated by ',', ';'
 * or tabs, as the first line has them; lines that end in LF, CRLF or CR; a
 * byte order mark; a first line "sep=;".  Borrows the text.
 */
#pragma once

#include <stdint.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnCsvCell {
  const char *text; /* in the file, without its quotes; not terminated */
  uint32_t n;       /* bytes */
  bool doubled;     /* it has quotes that stand for one */
} DnnCsvCell;

typedef struct DnnCsvReader {
  const char *name; /* of the file */
  const char *next, *end;
  char separator;
  char decimal; /* the mark seen in numbers, '.' or ','; '\0': none so far */
  int64_t line; /* of what comes next, from 1 */
} DnnCsvReader;

/* One line of the table, or several where a quoted cell has line ends. */
typedef struct DnnCsvRecord {
  GArray *cells;    /* (owned) of DnnCsvCell */
  int64_t line;     /* on which it begins */
  bool after_blank; /* there was an empty line before it */
} DnnCsvRecord;

typedef enum DnnCsvKind {
  DNN_CSV_NUMBER,
  DNN_CSV_MISSING, /* empty, or NA, N/A, NaN, null, ?, #N/A in any case */
  DNN_CSV_TEXT     /* anything else */
} DnnCsvKind;

/* Looks at the first bytes and the first line. */
bool dnn_csv_reader_init (DnnCsvReader *self, const char *name, GBytes *bytes,
                          GError **error);

void dnn_csv_record_init (DnnCsvRecord *self);
void dnn_csv_record_clear (DnnCsvRecord *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnCsvRecord, dnn_csv_record_clear)

/* Reads the next record; empty lines, and lines of nothing but separators, are
 * none.  False at the end of the text, and with an error. */
bool dnn_csv_read (DnnCsvReader *self, DnnCsvRecord *record, GError **error);

/* The kind of a cell, and its number: decimal, finite as float32, with commas
 * between thousands or a percent sign, or true or false.  Where cells are
 * separated by ';' the mark may be a comma, but not once a comma and once a
 * point. */
DnnCsvKind dnn_csv_parse_cell (DnnCsvReader *self, const DnnCsvCell *cell,
                               double *ret_value);

/* Takes the blanks around it off. */
void dnn_csv_cell_strip (DnnCsvCell *self);

/* The text, without blanks around it, as UTF-8: what is none is taken for
 * Windows-1252, as old spreadsheets write.  Returns: (transfer full). */
char *dnn_csv_cell_text (const DnnCsvCell *cell);

DNN_END_DECLS
