/* dnn-model-save.h - a model, and what training has of it, in one file
 *
 * What each tensor and key of such a file is says dnn-model-file.h.
 */
#pragma once

#include "dnn-checkpoint.h"
#include "dnn-experiment.h"
#include "dnn-model.h"
#include "dnn-preprocess.h"

DNN_BEGIN_DECLS

typedef struct DnnOptimizer DnnOptimizer;

/* What goes into a file; all borrowed, all but the model may be NULL. */
typedef struct DnnModelParts {
  const DnnModel *model;
  const DnnPreprocess *preprocess;
  const DnnExperiment *experiment;
  const DnnOptimizer *optimizer;
  int64_t epoch;
  uint64_t step;
  const DnnCheckpoint *checkpoint; /* NULL: nobody goes on from this file */
} DnnModelParts;

bool dnn_model_file_save (const DnnModelParts *parts, const char *path,
                          GError **error);

DNN_END_DECLS
