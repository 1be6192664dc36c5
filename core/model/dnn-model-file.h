/* dnn-model-file.h - a whole model in one safetensors file, read
 *
 * Tensors `<layer>/<weight>`, `input/...` of the preprocessing's steps,
 * `optimizer/<layer>/<weight>/<slot>`, `checkpoint/...` (see dnn-checkpoint.h);
 * the model, the experiment and the training state as text in the metadata.
 */
#pragma once

#include "dnn-experiment.h"
#include "dnn-model.h"
#include "dnn-preprocess.h"
#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

/* The contents of a model file. */
typedef struct DnnModelFile {
  DnnSafetensors *file;      /* (owned) */
  DnnModel *model;           /* (owned) with its weights */
  DnnPreprocess *preprocess; /* (owned) */
  DnnExperiment *experiment; /* (owned) */
  int64_t epoch;
  uint64_t step;
} DnnModelFile;

DnnModelFile *dnn_model_file_load (DnnRegistry *registry, const char *path,
                                   GError **error);
void dnn_model_file_free (DnnModelFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnModelFile, dnn_model_file_free)

/* Sets DNN_ERROR_FORMAT of a file whose metadata has that format (NULL: none),
 * or lacks what a model has. */
void dnn_model_set_no_model (const char *format, GError **error);

/* Reads the model's ends from the metadata; `outputs` is borrowed. */
bool dnn_model_file_read_ends (const DnnSafetensors *file, DnnEnds *ret_ends,
                               GError **error);

/* True if a tensor of that name is training's, not the model's: a slot of the
 * optimizer, or of a checkpoint. */
bool dnn_tensor_is_of_training (const char *name);

/* Copies weights into the model by name.  `ret_report` (may be NULL) lists in
 * a line each what matched, was missing, or was not used.  Anything but a full
 * match is an error unless `partial`; a tensor of another shape always is.
 * After an error the model is what it was. */
bool dnn_model_load_weights (DnnModel *model, const DnnSafetensors *file,
                             bool partial, char **ret_report, GError **error);

DNN_END_DECLS
