/* dnn-target-scale.h - targets of mean 0 and deviation 1, and back
 *
 * Learnt from the training rows and stored with the model.  The loss sees
 * standardized targets; metrics and predictions are in the file's units.
 * Reference-counted; does not change once it is made.
 */
#pragma once

#include "dnn-safetensors.h"
#include "dnn-split.h"

DNN_BEGIN_DECLS

typedef struct DnnTargetScale {
  int64_t n;                /* numbers of a row */
  double *mean, *deviation; /* (owned) n numbers each; deviations above 0 */
} DnnTargetScale;

/* From the rows of a split. */
DnnTargetScale *dnn_target_scale_new (const DnnSplit *split);
/* NULL is none. */
DnnTargetScale *dnn_target_scale_ref (DnnTargetScale *self);
void dnn_target_scale_unref (DnnTargetScale *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTargetScale, dnn_target_scale_unref)

/* `n` numbers, whole rows, in place: to mean 0 and deviation 1. */
void dnn_target_scale_apply (const DnnTargetScale *self, float *y, int64_t n);
/* From x to y, which may be the same: back to the file's units. */
void dnn_target_scale_undo (const DnnTargetScale *self, const float *x,
                            int64_t n, float *y);
/* The same of standard deviations of predictions. */
void dnn_target_scale_undo_spread (const DnnTargetScale *self, float *y,
                                   int64_t n);

/* In a model's file, which borrows the tensors; NULL from one that has none. */
void dnn_target_scale_add (const DnnTargetScale *self, DnnSafetensors *file);
bool dnn_target_scale_read (const DnnSafetensors *file,
                            DnnTargetScale **ret_scale, GError **error);

DNN_END_DECLS
