/* dnn-checkpoint-private.h - tensors of a checkpoint, for its own files */
#pragma once

#include "dnn-safetensors.h"
#include "dnn-trainer-private.h"

/* Adds all weights, each under its name behind `prefix`. */
void dnn_checkpoint_add_snapshot (DnnSafetensors *file, const DnnModel *model,
                                  const DnnSnapshot *snapshot,
                                  const char *prefix);
/* Reads them back. */
bool dnn_checkpoint_copy_snapshot (const DnnSafetensors *file,
                                   const DnnModel *model, const char *prefix,
                                   DnnSnapshot *snapshot, GError **error);
/* Reads a tensor of this name, type and shape. */
bool dnn_checkpoint_copy_tensor (const DnnSafetensors *file,
                                 const DnnNamedTensor *like, void *to,
                                 GError **error);

/* Metrics of one number first, then tables. */
size_t dnn_checkpoint_count_metrics (const DnnObjectives *objective);
const DnnMetric *dnn_checkpoint_metric_at (const DnnObjectives *objective,
                                           size_t i);
/* The state of metric number `i`; `name` is to be freed. */
DnnNamedTensor dnn_checkpoint_metric_tensor (const DnnMetric *metric, size_t i,
                                             char **name);
