/* dnn-save-every.h - how often a run is saved, read from text */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* At most one of these is not 0; all 0: the run decides (see dnn-run.h). */
typedef struct DnnSaveEvery {
  int64_t epochs;
  int64_t steps;
  double seconds;
} DnnSaveEvery;

/* Reads "auto" or "", "3 epochs", "10 minutes", "90 seconds" or "500 steps"; a
 * bare number is of epochs.  DNN_ERROR_PARAM for everything else. */
bool dnn_save_every_parse (const char *text, DnnSaveEvery *ret_every,
                           GError **error);

DNN_END_DECLS
