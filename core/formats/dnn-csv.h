/* dnn-csv.h - reads a table of numbers, with or without a header
 *
 * Cells are cut by dnn-csv-cells.h.  Inputs become float32 of shape rows x
 * columns; targets float32 of shape rows, or rows x columns where they are
 * several.  A target of words becomes numbers of classes, by their sorted
 * order.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* What is wanted of a table. */
typedef enum DnnCsvPart {
  DNN_CSV_BOTH,
  DNN_CSV_INPUTS,
  DNN_CSV_TARGETS
} DnnCsvPart;

/* Whether the first line has names; AUTO: it has where no cell of it is a
 * number, or one is none above a number in the second line. */
typedef enum DnnCsvHeader {
  DNN_CSV_HEADER_AUTO,
  DNN_CSV_HEADER_TRUE,
  DNN_CSV_HEADER_FALSE
} DnnCsvHeader;

/* A row with an empty cell: an error, or left out. */
typedef enum DnnCsvMissing {
  DNN_CSV_MISSING_REFUSE,
  DNN_CSV_MISSING_SKIP
} DnnCsvMissing;

/* All 0 and NULL: the last column is the target. */
typedef struct DnnCsvOptions {
  DnnCsvPart part;
  DnnCsvHeader header;
  DnnCsvMissing missing;
  /* Columns by name or by number from 1, separated by commas; NULL and "":
   * the last.  Where only inputs are wanted, columns of these names are left
   * out, and need not be there. */
  const char *target;
  const char *ignore; /* columns left out, likewise; NULL and "": none */
  /* Names of the inputs, where others have been read before: with a header,
   * these columns in this order, whatever else there is.  NULL: all that are
   * neither target nor left out. */
  const char *const *columns;
  /* Names that words in the target must be among; NULL: any. */
  const char *const *classes;
} DnnCsvOptions;

typedef struct DnnCsv {
  DnnArray *inputs;  /* (owned reference) NULL where only targets are wanted */
  DnnArray *targets; /* (owned reference) NULL where only inputs are */
  char **columns;    /* (owned) names of the inputs; NULL without a header */
  char **classes;    /* (owned) what targets 0, 1, ... are; NULL: numbers */
  int64_t n_skipped; /* rows left out for an empty cell */
} DnnCsv;

/* `name` starts every error message, as "name:LINE: ...". */
DnnCsv *dnn_csv_parse (const char *name, GBytes *bytes,
                       const DnnCsvOptions *options, GError **error);
void dnn_csv_free (DnnCsv *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCsv, dnn_csv_free)

DNN_END_DECLS
