/* dnn-augment.h - layers that change training rows before the model sees them
 *
 * A chain of layers without weights, each of one input and one output of the
 * same shape, that run as in training over a batch where it lies.  They draw by
 * the rows of the samples and the epoch, so that a row is changed alike in any
 * batch.  Rows of two axes are shown to layers of pictures as H x W x 1.
 */
#pragma once

#include "dnn-executor.h"
#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnAugment DnnAugment;

typedef struct DnnAugmentOptions {
  const char *chain; /* as in [model] */
  DnnPlace place;    /* where it stands */
  DnnShape row;
  int64_t batch; /* rows of a full batch */
  int64_t last;  /* of the last, short one; 0: none */
  /* The factor of numbers of 0 to 255: layers that take a `value_range`, and
   * are not given one, get 0 to 255 times that. */
  double scale;
} DnnAugmentOptions;

DnnAugment *dnn_augment_new (DnnRegistry *registry, DnnPool *pool,
                             const DnnAugmentOptions *options, GError **error);
/* The same without memory for batches: it cannot run. */
DnnAugment *dnn_augment_new_bare (DnnRegistry *registry, DnnPool *pool,
                                  const DnnAugmentOptions *options,
                                  GError **error);
void dnn_augment_free (DnnAugment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnAugment, dnn_augment_free)

/* Changes `n` rows, a full batch or the last one, in place; `info` has seed,
 * epoch and rows of the step.  Nothing is allocated. */
bool dnn_augment_run (DnnAugment *self, const DnnPassInfo *info, int64_t n,
                      float *rows, GError **error);

/* Bytes that batches are changed in. */
size_t dnn_augment_arena_size (const DnnAugment *self);

DNN_END_DECLS
