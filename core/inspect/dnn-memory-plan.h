/* dnn-memory-plan.h - what memory a training takes, before it takes any
 *
 * Sizes in bytes.  Buffers of a step lie in the arena, where those that are
 * not live at the same time share memory; here each counts in whole, rounded
 * up as in the arena, at the layer that made it.
 */
#pragma once

#include "dnn-data-head.h"
#include "dnn-experiment.h"
#include "dnn-model.h"

DNN_BEGIN_DECLS

/* One layer.  What is shared with a layer above counts there. */
typedef struct DnnMemoryRow {
  const char *layer;       /* borrowed from the model */
  size_t weights;          /* with the buffers of its state; not in the arena */
  size_t optimizer;        /* slots of these weights; not in the arena */
  size_t outputs;          /* and what went into the activation, where kept */
  size_t output_gradients; /* of the loss with respect to the outputs */
  size_t weight_gradients;
  size_t scratch; /* and what forward keeps for backward */
} DnnMemoryRow;

typedef struct DnnMemoryPlan {
  const char *phase; /* interned: the phase that takes most */
  int64_t batch;     /* rows */
  unsigned threads;
  size_t data;             /* all splits, in their files' element types */
  size_t weights;          /* and buffers */
  size_t weight_gradients; /* these lie in the arena, too */
  bool whole_gradients; /* all of them until the step: it needs them together */
  size_t optimizer;
  size_t optimizer_scratch; /* of a step */
  size_t arena;             /* of a training step */
  size_t evaluation_arena;  /* of validation; 0: no rows validate */
  size_t changes; /* what changes training rows works in; 0: nothing does */
  size_t cache;   /* what a frozen beginning makes of every row; 0: none */
  size_t buffers; /* what the arena would be if nothing were shared */
  size_t n_buffers;
  size_t total;       /* data, weights, optimizer, arenas, changes, cache */
  DnnMemoryRow *rows; /* (owned) one a layer */
  size_t n_rows;
  DnnModel *model; /* (owned reference) whose names these are */
} DnnMemoryPlan;

/* Of the phase that takes most.  `data`: NULL where there are none; `batch`: 0
 * is the experiment's.  The weights need not be allocated, and nothing of their
 * or the arena's size is; the model's `trainable` is as before. */
DnnMemoryPlan *dnn_memory_plan_new (DnnModel *model,
                                    const DnnExperiment *experiment,
                                    const DnnDataHead *data, int64_t batch,
                                    GError **error);
void dnn_memory_plan_free (DnnMemoryPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnMemoryPlan, dnn_memory_plan_free)

/* The totals and a line a layer, as `dnnrun summary --memory` prints them. */
char *dnn_memory_plan_to_text (const DnnMemoryPlan *self);

DNN_END_DECLS
