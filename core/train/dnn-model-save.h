/* dnn-model-save.h - writes a model and the state of its training to one file
 *
 * dnn-model-file.h lists the tensors and keys.
 */
#pragma once

#include "dnn-checkpoint.h"
#include "dnn-experiment.h"
#include "dnn-file.h"
#include "dnn-model.h"
#include "dnn-preprocess.h"

DNN_BEGIN_DECLS

typedef struct DnnOptimizer DnnOptimizer;

/* The parts of a file; all are borrowed, all but the model may be NULL. */
typedef struct DnnModelParts {
  const DnnModel *model;
  const DnnPreprocess *preprocess;
  const DnnExperiment *experiment;
  const DnnOptimizer *optimizer;
  int64_t epoch;
  uint64_t step;
  const DnnCheckpoint *checkpoint; /* NULL: no run resumes from this file */
} DnnModelParts;

/* Writes to a temporary name beside `path`; dnn_file_commit makes it `path`.
 * NULL: DNN_ERROR_IO. */
DnnFile *dnn_model_file_stage (const DnnModelParts *parts, const char *path,
                               GError **error);
/* Writes `path` whole or not at all; DNN_ERROR_IO. */
bool dnn_model_file_save (const DnnModelParts *parts, const char *path,
                          GError **error);

DNN_END_DECLS
