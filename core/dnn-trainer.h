/* dnn-trainer.h - trains a model on data, epoch by epoch
 *
 * Holds the model; borrows the data.  Same seed, same bits, on any number of
 * threads.
 */
#pragma once

#include <gio/gio.h>

#include "dnn-data.h"
#include "dnn-history.h"
#include "dnn-model.h"

DNN_BEGIN_DECLS

/* How to train.  Texts are interned or live as long as the trainer. */
typedef struct DnnTrainSettings {
  const char *loss;    /* "sparse_categorical_crossentropy" */
  const char *metrics; /* "accuracy, top_k(k=3)"; "" for none */
  int64_t batch_size;
  int64_t epochs;
  int64_t seed;
  int64_t threads; /* 0: one a processor */
  bool shuffle;
} DnnTrainSettings;

/* The section [train], or defaults where `section` is NULL; keys of phases
 * among others are checked by whoever knows them. */
bool dnn_train_settings_parse (const DnnSpec *section,
                               DnnTrainSettings *ret_settings, GError **error);

/* Where training stands, for whoever watches.  Metrics are in the order of the
 * history's columns. */
typedef struct DnnProgress {
  int64_t epoch, n_epochs;  /* from 1 */
  int64_t batch, n_batches; /* done in this epoch */
  double loss;              /* mean over the epoch so far */
  const double *metrics;
  double seconds; /* of this epoch */
} DnnProgress;

/* Called by the trainer; each may be NULL. */
typedef struct DnnTrainEvents {
  void (*begin_epoch) (void *data, const DnnProgress *progress);
  void (*batch) (void *data, const DnnProgress *progress);
  void (*end_epoch) (void *data, const DnnEpoch *epoch);
  void *data;
} DnnTrainEvents;

typedef struct DnnTrainer DnnTrainer;

/* `optimizer`: the plugin and its keys, as in [optimizer] type = ... */
DnnTrainer *dnn_trainer_new (DnnModel *model, const DnnData *data,
                             const DnnTrainSettings *settings,
                             const DnnSpec *optimizer, GError **error);
void dnn_trainer_free (DnnTrainer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTrainer, dnn_trainer_free)

/* Trains settings->epochs epochs.  A loss that is not finite is
 * DNN_ERROR_DIVERGED, naming the step and the first layer concerned. */
bool dnn_trainer_fit (DnnTrainer *self, const DnnTrainEvents *events,
                      GError **error);

/* One pass over the training rows; the loss of every step goes to
 * `ret_losses`, one a batch, where that is not NULL. */
bool dnn_trainer_epoch (DnnTrainer *self, const DnnTrainEvents *events,
                        double *ret_losses, GError **error);

/* Results of one pass over a split, in inference mode.  `ret_metrics` has room
 * for one number a metric. */
bool dnn_trainer_evaluate (DnnTrainer *self, const DnnSplit *split,
                           double *ret_loss, double *ret_metrics,
                           GError **error);

const DnnHistory *dnn_trainer_history (const DnnTrainer *self);
uint64_t dnn_trainer_step (const DnnTrainer *self);
int64_t dnn_trainer_n_batches (const DnnTrainer *self);

DNN_END_DECLS
