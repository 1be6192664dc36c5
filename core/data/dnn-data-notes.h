/* dnn-data-notes.h - what a user should know of rows that are taken
 *
 * Nothing here is an error: rows left out, holes filled, words that training
 * did not see, splits that measure something else than they seem to.
 */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

typedef struct DnnDataNote {
  const char *kind; /* "sorted_rows" */
  char *text;       /* (owned) a sentence */
} DnnDataNote;

/* Of all splits; `DnnDataNote`s.  Returns: (transfer full). */
GPtrArray *dnn_data_notes (const DnnData *self);

/* Of rows that are predicted: holes and words.  Returns: (transfer full). */
GPtrArray *dnn_source_notes (const DnnPreprocess *preprocess,
                             const DnnSource *inputs);

DNN_END_DECLS
