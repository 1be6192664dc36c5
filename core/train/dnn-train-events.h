/* dnn-train-events.h - what a trainer tells whoever watches, and is told
 *
 * Everything that is handed over is borrowed for the length of the call.
 */
#pragma once

#include "dnn-health.h"
#include "dnn-history.h"

DNN_BEGIN_DECLS

/* Where training stands, for whoever watches.  Metrics are in the order of the
 * history's columns. */
typedef struct DnnProgress {
  int64_t epoch, n_epochs;  /* from 1 */
  int64_t batch, n_batches; /* done in this epoch */
  double loss;              /* mean over the epoch so far */
  const double *metrics;
  double seconds; /* of this epoch */
} DnnProgress;

typedef struct DnnTrainer DnnTrainer;

/* Requests between two steps; may be added. */
typedef enum DnnRequest {
  DNN_REQUEST_NONE = 0,
  DNN_REQUEST_SAVE = 1, /* of a run: a checkpoint */
  DNN_REQUEST_STOP = 2  /* ends training here, to be gone on with later */
} DnnRequest;

/* Called by the trainer; each may be NULL. */
typedef struct DnnTrainEvents {
  void (*begin_epoch) (void *data, const DnnProgress *progress);
  void (*batch) (void *data, const DnnProgress *progress);
  void (*end_epoch) (void *data, const DnnHistoryEpoch *epoch);
  /* Something worth a line: a phase begins, slots were kept, ... */
  void (*message) (void *data, const char *text);
  void *data;
  /* After end_epoch, where health is enabled. */
  void (*health) (void *data, const DnnHealthEpoch *epoch);
  /* Something is wrong, and training goes on. */
  void (*warning) (void *data, const char *text);
  /* Between two steps, and after every epoch: the only times when the trainer
   * may be looked at and changed.  It may take as long as it likes. */
  DnnRequest (*between) (void *data, DnnTrainer *trainer);
} DnnTrainEvents;

DNN_END_DECLS
