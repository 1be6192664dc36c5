/* dnn-test-training.h - a small model in training, for tests of the loop
 *
 * DNN_TEST_ROWS rows of DNN_TEST_COLUMNS normal numbers; targets are labels of
 * three classes where the loss is a sparse one, else a sum.  The first seven
 * rows validate, and train too.
 */
#pragma once

#include "dnn-trainer.h"

enum { DNN_TEST_ROWS = 70, DNN_TEST_COLUMNS = 5 };

typedef struct DnnTestTraining {
  DnnData *data;       /* (owned) */
  DnnModel *model;     /* (owned) */
  DnnTrainer *trainer; /* (owned) */
} DnnTestTraining;

/* A chain and an optimizer, "sgd learning_rate=0.1"; NULL where the trainer
 * refuses.  Weights are initialized by a seed of their own. */
DnnTestTraining *dnn_test_training_new (const char *chain,
                                        const char *optimizer,
                                        const DnnTrainSettings *settings,
                                        GError **error);
/* The same, which must be good. */
DnnTestTraining *dnn_test_training_good (const char *chain,
                                         const char *optimizer,
                                         const DnnTrainSettings *settings);
void dnn_test_training_free (DnnTestTraining *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTestTraining, dnn_test_training_free)

/* Trains to the end. */
void dnn_test_training_fit (DnnTestTraining *self);

/* Numbers of a weight, borrowed. */
const float *dnn_test_training_weight (const DnnTestTraining *self,
                                       const char *name);
/* A copy of them, and whether they are the same bits now. */
GBytes *dnn_test_training_keep (const DnnTestTraining *self, const char *name);
bool dnn_test_training_is_still (const DnnTestTraining *self, const char *name,
                                 GBytes *before);

/* Three epochs of shuffled batches of 16, with labels; and one epoch of one
 * batch, with sums. */
extern const DnnTrainSettings dnn_test_labels;
extern const DnnTrainSettings dnn_test_squares;
