/* dnn-transfer.h - a trained model's layers under a new head
 *
 * Composes the experiment that a transfer is: base, head, a phase in which the
 * head alone trains and one in which layers below it do, too.  What the caller
 * leaves open comes from a recipe, an experiment with the sections
 * [optimizer], [model], [phase frozen], [phase tuned], [phase settled] (may
 * be absent) and [phase scratch].
 */
#pragma once

#include "dnn-experiment.h"
#include "dnn-registry.h"

DNN_BEGIN_DECLS

enum {
  DNN_TRANSFER_RECIPE = -1, /* as the recipe has it */
  DNN_TRANSFER_ALL = -1     /* unfreeze: every layer */
};

typedef struct DnnTransferOptions {
  const char *base;      /* path of the trained model */
  const char *head;      /* chain of new layers */
  int64_t drop_last;     /* layers left out at the base's end */
  int64_t frozen_epochs; /* of the head alone; DNN_TRANSFER_RECIPE */
  int64_t epochs;        /* of tuning; DNN_TRANSFER_RECIPE */
  int64_t unfreeze;      /* layers with weights below the head that tune */
  int64_t lora; /* rank of adapters of the frozen body; 0: it tunes itself */
  const char *learning_rate;      /* of the head alone; NULL: the recipe's */
  const char *tune_learning_rate; /* NULL: the recipe's */
  const char *optimizer;          /* "sgd(momentum=0.9)"; NULL: the recipe's */
  const char *seed;               /* NULL: that of the data's [train], or 1 */
} DnnTransferOptions;

/* `data`: its sections [data] and [train] count, others do not. */
DnnExperiment *dnn_transfer_compose (DnnRegistry *registry,
                                     const DnnTransferOptions *options,
                                     const DnnExperiment *data,
                                     const DnnExperiment *recipe,
                                     GError **error);

/* The same layers, none of them trained: what transfer is compared with. */
DnnExperiment *dnn_transfer_compose_scratch (DnnRegistry *registry,
                                             const DnnTransferOptions *options,
                                             const DnnExperiment *data,
                                             const DnnExperiment *recipe,
                                             GError **error);

/* Names of the sections of `data` that do not count, as "[model], [optimizer]";
 * "" where there are none.  Returns: (transfer full). */
char *dnn_transfer_ignored (const DnnExperiment *data);

/* Results of one way to train, over several seeds. */
typedef struct DnnTransferRow {
  const char *name; /* "0 unfrozen", ..., "from scratch" */
  size_t n;         /* seeds */
  double *results;  /* (owned) the first metric on the test rows, a seed each */
} DnnTransferRow;

typedef struct DnnTransferTable {
  char *metric;    /* (owned) "accuracy", or "loss" */
  char *split;     /* (owned) "test" or "validation" */
  GPtrArray *rows; /* (owned) of DnnTransferRow; the last is "from scratch" */
} DnnTransferTable;

/* How often, and who is told before each of the trainings (may be NULL). */
typedef struct DnnTransferSeeds {
  size_t n;
  void (*watch) (void *data, const char *name, size_t seed);
  void *data;
} DnnTransferSeeds;

/* Trains with 0, 1, 2 and all layers unfrozen, and from scratch, each with
 * seeds 1 .. n. */
DnnTransferTable *
dnn_transfer_compare (DnnRegistry *registry, const DnnTransferOptions *options,
                      const DnnExperiment *data, const DnnExperiment *recipe,
                      const DnnTransferSeeds *seeds, GError **error);
void dnn_transfer_table_free (DnnTransferTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTransferTable, dnn_transfer_table_free)

DNN_END_DECLS
