/* predict-stream.h - predictions of rows as they come, one line each
 *
 * Each line of the standard input is a row, and what layers keep (add_state)
 * goes on from row to row.
 */
#pragma once

#include "predictions.h"

#include <dnn-model-file.h>

typedef struct PredictStream {
  DnnModelFile *file;
  const DnnPreprocess *preprocess; /* NULL: rows are as the model takes them */
  Predictions *result;             /* how a row is written; its `y` is set */
  bool json;
  unsigned threads; /* 0: one per processor */
  /* The rows of a file.  Returns: (transfer full). */
  DnnSource *(*load) (const DnnModelFile *file, const char *path,
                      GError **error);
} PredictStream;

/* Until the input ends.  An empty line ends a sequence: what layers keep begins
 * anew.  The first line may be a table's header. */
bool predict_stream (const PredictStream *self, GError **error);
