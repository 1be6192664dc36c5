/* dnn-feeder-private.h - the inside of a feeder, for its own files */
#pragma once

#include "dnn-feeder.h"

#include "dnn-row-weights.h"
#include "dnn-row-window.h"

/* One input or target of the model, whose rows go to the plan or to a block. */
typedef struct Part {
  int64_t size; /* numbers of a row, as the plan or the loss takes it */
  float *rows; /* (owned) of the block; of an input NULL: they go to the plan */
  float *scratch;    /* (owned) of the block, for steps that change the shape */
  int64_t n_scratch; /* numbers of a row of it */
} Part;

struct DnnFeeder {
  DnnModel *model; /* (owned reference) */
  DnnArray *cache; /* (owned reference) NULL: inputs are the split's */
  const DnnData *data;
  const DnnSplit *split;
  DnnPool *pool;
  int64_t batch;
  DnnPlan *full;        /* (owned) */
  DnnPlan *last;        /* (owned) NULL where all batches are full */
  void *arena;          /* (owned) of both */
  DnnRowOrder *order;   /* (owned) */
  DnnRowWindow *window; /* (owned) NULL: rows are read where they lie */
  int64_t loaded;       /* the pool in it; -1: none */
  Part inputs[DNN_MAX_PARTS];
  Part targets[DNN_MAX_PARTS];
  uint32_t n_inputs, n_targets;
  int64_t size;       /* numbers of a row of all inputs */
  int64_t n_together; /* batches of a block */
  int64_t block;      /* the one that is gathered; -1: none */
  int64_t offset;     /* of the batch, in rows of the block */
  int64_t *rows;      /* (owned) of the block: their numbers in the split */
  int64_t *places;    /* (owned) and in the arrays, or the window */
  float *weights;     /* (owned) weigh.n a row, where there are any */
  uint64_t *numbers;  /* (owned) of the batch's rows, in the data */
  DnnRowWeights weigh;
  bool leaves_late;
  DnnBatch current;
};

/* Gathers all rows of the batch, of which the first has this number in the
 * order, into the plan's inputs: those of one pool and then, at its end, of the
 * next. */
void dnn_feeder_gather_batch (DnnFeeder *self, int64_t number);
/* Copies the batch, of which the first row has this number in the order, from
 * its block, which is gathered first if it is another. */
void dnn_feeder_copy_batch (DnnFeeder *self, int64_t number);
