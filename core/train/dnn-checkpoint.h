/* dnn-checkpoint.h - all that training needs to go on, in a model's file
 *
 * Weights, buffers and the optimizer's slots are in every model's file; beside
 * them a checkpoint has, as metadata and as tensors `checkpoint/...`:
 *
 *   where it stands   phase, epoch, step, batch within the epoch.  The order of
 *                     the rows and all random numbers follow from these
 *   the epoch so far  sum of the losses, states of the metrics
 *   callbacks         what early stopping and the plateau remember, with the
 *                     weights of the best epochs, and the learning rate
 *   the run           lowest validation loss; the history, where it is not
 *                     kept beside the file
 *
 * Whatever else training remembers from step to step is a row of the table in
 * dnn-checkpoint.c, and nowhere else.  The same state gives the same bytes.
 */
#pragma once

#include "dnn-safetensors.h"
#include "dnn-trainer.h"

DNN_BEGIN_DECLS

typedef struct DnnCheckpoint {
  DnnTrainer *trainer;
  int64_t phase;    /* index of the one being trained */
  double best;      /* lowest validation loss saved, of the phase */
  const char *data; /* a hash of the training rows */
  const char *rows; /* hashes of all rows by split: dnn_data_hash_rows; NULL:
                     * not known */
  /* The history that is kept beside the file, with the rows of its epochs;
   * NULL: in the file.  When it is taken, one in the file comes first. */
  const DnnHistory *beside;
} DnnCheckpoint;

/* Adds to a file that is to be written; the trainer must live until then. */
void dnn_checkpoint_add (const DnnCheckpoint *self, DnnSafetensors *file);

/* True if somebody can go on from this file, and in which phase; otherwise
 * DNN_ERROR_FORMAT. */
bool dnn_checkpoint_read_phase (const DnnSafetensors *file, int64_t *ret_phase,
                                GError **error);
/* `rows` of a file, or NULL. */
const char *dnn_checkpoint_get_rows (const DnnSafetensors *file);
/* Puts self->trainer, which is in that phase, where the file says, weights
 * included, and fills `best`.  DNN_ERROR_DATA where the rows are others; after
 * an error the trainer is of no use. */
bool dnn_checkpoint_take (DnnCheckpoint *self, const DnnSafetensors *file,
                          GError **error);

DNN_END_DECLS
