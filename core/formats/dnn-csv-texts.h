/* dnn-csv-texts.h - columns of a table as they are written, for the reader's
 * sake */
#pragma once

#include "dnn-csv.h"

DNN_BEGIN_DECLS

typedef struct DnnCsvTexts {
  char **names;    /* (owned) of the columns; their numbers without a header */
  guint n_columns; /* of them */
  GPtrArray *rows; /* (owned) of char **: a text per column */
} DnnCsvTexts;

/* The columns of a list of names or numbers, in the order of the table; all
 * rows but those that dnn_csv_parse passes over, too.  `name` starts error
 * messages. */
DnnCsvTexts *dnn_csv_texts_read (const char *name, GBytes *bytes,
                                 DnnCsvHeader header, const char *list,
                                 GError **error);
void dnn_csv_texts_free (DnnCsvTexts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCsvTexts, dnn_csv_texts_free)

DNN_END_DECLS
