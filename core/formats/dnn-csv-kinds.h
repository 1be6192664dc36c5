/* dnn-csv-kinds.h - numbers, dates or words: what an input column is */
#pragma once

#include "dnn-csv-columns.h"

DNN_BEGIN_DECLS

/* Cells of one column, by kind. */
typedef struct DnnCsvSeen {
  GHashTable *words; /* (owned) texts that are no plain number */
  bool too_many;     /* there are more than are kept */
  int64_t n_numbers, n_yes, n_dates, n_texts;
  int64_t number_line, other_line; /* of the first that is a number, or not */
  char *other;                     /* (owned) the latter's text */
  double least, most;              /* of its numbers */
  double last;                     /* the number above */
  bool counts;                     /* each is 1 more than that above */
} DnnCsvSeen;

typedef struct DnnCsvKinds {
  char *kinds; /* (owned) one a place of the inputs: DNN_CSV_NUMBERS, ... */
  bool exact;  /* float32 would lose what some column says */
  DnnCsvSeen *seen; /* (owned) one a place; NULL: kinds were given */
  uint32_t n;       /* places */
} DnnCsvKinds;

/* Columns that are known: `given` has a letter for each, and what it lacks are
 * numbers.  NULL: cells are to be looked at. */
void dnn_csv_kinds_init (DnnCsvKinds *self, const DnnCsvColumns *columns,
                         const char *given);
void dnn_csv_kinds_clear (DnnCsvKinds *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnCsvKinds, dnn_csv_kinds_clear)

/* Looks at the inputs of a row. */
void dnn_csv_kinds_look (DnnCsvKinds *self, const DnnCsvColumns *columns,
                         DnnCsvReader *reader, const DnnCsvRecord *record);
/* Decides, after all rows; `categories` as in DnnCsvOptions. */
bool dnn_csv_kinds_finish (DnnCsvKinds *self, const DnnCsvColumns *columns,
                           const char *categories, GError **error);

/* Why a column should be left out by someone who chooses for the user, of
 * `n_rows`; NULL: it need not be, or a few cells are wrong, of which
 * dnn_csv_kinds_finish speaks.  Returns: (transfer full). */
char *dnn_csv_kinds_unfit (const DnnCsvKinds *self,
                           const DnnCsvColumns *columns, uint32_t column,
                           int64_t n_rows);

/* The words of a place, sorted; NULL where it has none.
 * Returns: (transfer full). */
char **dnn_csv_kinds_words (const DnnCsvKinds *self, uint32_t place);

/* The text of a cell as a word: of one line, without tabs.
 * Returns: (transfer full). */
char *dnn_csv_cell_word (const DnnCsvCell *cell);

DNN_END_DECLS
