/* dnn-diff.h - how two safetensors files differ, tensor by tensor
 *
 * Rows borrow from the two files, which must live as long.
 */
#pragma once

#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

typedef enum DnnDiffKind {
  DNN_DIFF_EQUAL,  /* the same bits */
  DNN_DIFF_CLOSE,  /* other numbers, but within the tolerance */
  DNN_DIFF_VALUES, /* other numbers */
  DNN_DIFF_SHAPE,  /* another shape or element type */
  DNN_DIFF_ONLY_A, /* not in the second file */
  DNN_DIFF_ONLY_B, /* not in the first */
  DNN_DIFF_TEXT    /* metadata that say what the model is */
} DnnDiffKind;

typedef struct DnnDiffRow {
  const char *name; /* of the tensor, or of the metadata */
  DnnDiffKind kind;
  const DnnNamedTensor *a, *b; /* NULL where it is not there */
  const char *a_text, *b_text; /* of metadata; NULL where they are not there */
  int64_t n, n_different;      /* numbers; those whose bits differ */
  double max_absolute;         /* max |a - b|; infinite where one of the two is
                                * not finite */
  double max_relative;         /* max |a - b| / max (|a|, |b|) */
  int64_t place;               /* index of the largest |a - b|, row-major */
} DnnDiffRow;

typedef struct DnnDiff {
  GArray *rows; /* (owned) of DnnDiffRow: metadata that differ, then tensors
                 * in the order of the first file, then the second's */
  size_t n_tensors;
  size_t n_different; /* rows that are neither equal nor close */
} DnnDiff;

typedef struct DnnDiffOptions {
  double tolerance; /* |a - b| up to this is close */
  bool model_only;  /* leaves out tensors that are training's: the optimizer's
                     * and a checkpoint's */
} DnnDiffOptions;

DnnDiff *dnn_diff_new (const DnnSafetensors *a, const DnnSafetensors *b,
                       const DnnDiffOptions *options);
void dnn_diff_free (DnnDiff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDiff, dnn_diff_free)

const DnnDiffRow *dnn_diff_row (const DnnDiff *self, size_t i);
/* "equal", "close", "values", "shape", "only_a", "only_b", "text". */
const char *dnn_diff_kind_name (DnnDiffKind kind);

DNN_END_DECLS
