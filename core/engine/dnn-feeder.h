/* dnn-feeder.h - hands the rows of a split to a model, batch by batch
 *
 * Holds the plans for full batches and for the last short one, which share one
 * arena.  Borrows the data; holds the model.
 */
#pragma once

#include "dnn-data.h"
#include "dnn-executor.h"

DNN_BEGIN_DECLS

typedef struct DnnFeeder DnnFeeder;

/* `options.batch` is the size of a full batch.  Where `options.first_stage` is
 * above 0, inputs are rows of `cache` (referenced), one for each row of the
 * split, in its order; else the split's inputs are the model's, part by part.
 */
DnnFeeder *dnn_feeder_new (DnnModel *model, DnnPool *pool, const DnnData *data,
                           const DnnSplit *split, const DnnPlanOptions *options,
                           DnnArray *cache, GError **error);
void dnn_feeder_free (DnnFeeder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnFeeder, dnn_feeder_free)

/* Makes the plans anew, after a layer's `trainable` has changed; the order of
 * rows stays.  `options.batch` is not looked at. */
bool dnn_feeder_replan (DnnFeeder *self, const DnnPlanOptions *options,
                        DnnArray *cache, GError **error);

int64_t dnn_feeder_n_batches (const DnnFeeder *self);
/* The order of rows from now on: the file's, or a permutation by the key. */
void dnn_feeder_set_order (DnnFeeder *self, const DnnKey *key);

/* The loss of a row counts as often as `weights` says for its class: the
 * label, or the place of the largest of several targets.  Where predictions
 * have a mask, each of its elements has a class.  Borrowed, n numbers; NULL: 1
 * for all.  What the split says of each row multiplies it. */
void dnn_feeder_set_class_weights (DnnFeeder *self, const double *weights,
                                   int64_t n);

/* Late steps of the preprocessing are left to whoever changes the rows before
 * them: dnn_preprocess_late. */
void dnn_feeder_leave_late (DnnFeeder *self);

/* A batch, gathered: inputs are in the plan's inputs. */
typedef struct DnnBatch {
  DnnPlan *plan;
  DnnTensor y_true[DNN_MAX_PARTS]; /* one for each target of the split */
  const float *weights;            /* n_weights a row, or NULL: all 1 */
  int64_t n_weights;               /* 1, or one for each element */
  const uint64_t *rows;            /* their numbers in the data */
  int64_t n;                       /* rows */
  int64_t index;                   /* which batch it is */
} DnnBatch;

/* Gathers batch number i.  Valid until the next call. */
const DnnBatch *dnn_feeder_get (DnnFeeder *self, int64_t i);

/* Where sample i of the batch gathered last comes from: its row, from 0, of the
 * split's arrays, and what these are called. */
int64_t dnn_feeder_row (const DnnFeeder *self, int64_t i,
                        const char **ret_name);

/* The plan of full batches, and the bytes of the arena. */
const DnnPlan *dnn_feeder_plan (const DnnFeeder *self);
size_t dnn_feeder_arena_size (const DnnFeeder *self);

DNN_END_DECLS
