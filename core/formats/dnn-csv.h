/* dnn-csv.h - reads a table of numbers, with or without a header
 *
 * Cells are cut by dnn-csv-cells.h.  Inputs become float32 of shape rows x
 * columns, or float64 where some column holds words, or numbers that float32
 * would blur; targets float32 of shape rows, or rows x columns where they are
 * several.  A target of words becomes numbers of classes, by their sorted
 * order.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* Options of reading a table. */
typedef enum DnnCsvPart {
  DNN_CSV_BOTH,
  DNN_CSV_INPUTS,
  DNN_CSV_TARGETS
} DnnCsvPart;

/* True if the first line has names; AUTO: it has where no cell of it is a
 * number, or one is none above a number in the second line. */
typedef enum DnnCsvHeader {
  DNN_CSV_HEADER_AUTO,
  DNN_CSV_HEADER_TRUE,
  DNN_CSV_HEADER_FALSE
} DnnCsvHeader;

/* A row with an empty cell: an error, left out, or NaN where an input is empty;
 * without its target a row is left out then. */
typedef enum DnnCsvMissing {
  DNN_CSV_MISSING_REFUSE,
  DNN_CSV_MISSING_SKIP,
  DNN_CSV_MISSING_FILL
} DnnCsvMissing;

/* Kinds of an input column: letters of `kinds`. */
enum {
  DNN_CSV_NUMBERS = 'n', /* also yes and no, as 1 and 0 */
  DNN_CSV_DATES = 'd',   /* days since 1970: see dnn-csv-values.h */
  DNN_CSV_WORDS = 'w'    /* dnn_csv_word_code of each */
};

/* Columns that are read for the rows' sake, and are no inputs but for TIME. */
typedef enum DnnCsvExtra {
  DNN_CSV_TIME,   /* a number or a date */
  DNN_CSV_GROUP,  /* anything: a code of its text */
  DNN_CSV_WEIGHT, /* a number of 0 or more */
  DNN_CSV_N_EXTRAS
} DnnCsvExtra;

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
  /* "auto": a column without a number holds words; a list of columns that do;
   * "none", and NULL: none does. */
  const char *categories;
  /* Kinds of the inputs, if they are known already: a letter each, numbers
   * where it ends.  NULL: cells tell. */
  const char *kinds;
  /* Columns by name or number; NULL and "": none. */
  const char *extras[DNN_CSV_N_EXTRAS];
  bool reads_extras; /* they must be there; else they are but left out */
  bool keeps_rows;   /* of MISSING_FILL: a row without its target stays */
} DnnCsvOptions;

typedef struct DnnCsv {
  DnnArray *inputs;  /* (owned reference) NULL where only targets are wanted */
  DnnArray *targets; /* (owned reference) NULL where only inputs are */
  char **columns;    /* (owned) names of the inputs; NULL without a header */
  char **classes;    /* (owned) what targets 0, 1, ... are; NULL: numbers */
  int64_t n_skipped; /* rows left out for an empty cell */
  char *kinds;       /* (owned) of the inputs; NULL: numbers that float32 has */
  GPtrArray *words;  /* (owned) of char **: sorted, of each input; NULL where
                      * there are none, and as a whole where kinds were given */
  DnnArray *extras[DNN_CSV_N_EXTRAS]; /* (owned references) float64; NULL: not
                                       * asked for */
} DnnCsv;

/* `name` starts every error message, as "name:LINE: ...". */
DnnCsv *dnn_csv_parse (const char *name, GBytes *bytes,
                       const DnnCsvOptions *options, GError **error);
/* Columns that nobody would have as inputs: of a word of its own in nearly
 * every row, of numbers and words, or the rows' numbers.  Pairs of what a key
 * calls the column and why, by turns, ending in NULL; `options` as above.
 * Returns: (transfer full): NULL with an error. */
char **dnn_csv_find_unfit (const char *name, GBytes *bytes,
                           const DnnCsvOptions *options, GError **error);
void dnn_csv_free (DnnCsv *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCsv, dnn_csv_free)

DNN_END_DECLS
