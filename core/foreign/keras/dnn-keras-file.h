/* dnn-keras-file.h - a Keras file as a tree of layers and groups of weights
 *
 * Reads all that Keras 2 and 3 write: .keras archives, .h5 of whole models, and
 * .h5 of weights alone.  Nothing is executed: a class is a name, and a file
 * with Python code in it (Lambda) is refused by the layer's name, in every
 * form.  The file owns all that it hands out.
 *
 *     g_autoptr (DnnKerasFile) file = dnn_keras_file_read (path, error);
 *     JsonArray *layers = dnn_keras_file_layers (file);
 *     const DnnKerasGroup *group =
 *         dnn_keras_file_find (file, "layers/conv2d");   (Keras 3)
 *         dnn_keras_file_find (file, "block_1");         (legacy)
 */
#pragma once

#include "dnn-safetensors.h"

#include <json-glib/json-glib.h>

DNN_BEGIN_DECLS

/* How the groups are named, and their weights. */
typedef enum DnnKerasForm {
  /* By paths of classes in snake case: the group is "layers/conv2d_1", its
   * weights are "0", "1" and so on in the order in which the layer made them.
   * Layers within layers: "layers/bidirectional/forward_layer/cell". */
  DNN_KERAS_3,
  /* By the layers' own names: the group is "conv2d_1", its weights have names,
   * "conv2d_1/kernel:0" from Keras 2, "conv2d_1/kernel" from Keras 3.  A nested
   * model is one group, its weights in no fixed order: find them by name. */
  DNN_KERAS_LEGACY
} DnnKerasForm;

/* Weights of a layer. */
typedef struct DnnKerasGroup {
  const char *name;  /* as the form says */
  const char *layer; /* the layer's own name; NULL: the file has none */
  const DnnNamedTensor *weights; /* in order; the data, little-endian, may lie
                                  * at any address */
  size_t n_weights;              /* at least one: others are left out */
} DnnKerasGroup;

typedef struct DnnKerasFile DnnKerasFile;

/* Maps and reads the file at `path`; its first bytes tell archives from HDF5.
 */
DnnKerasFile *dnn_keras_file_read (const char *path, GError **error);
/* The same from memory; `name` starts every error message. */
DnnKerasFile *dnn_keras_file_parse (const char *name, GBytes *bytes,
                                    GError **error);
void dnn_keras_file_free (DnnKerasFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnKerasFile, dnn_keras_file_free)

DnnKerasForm dnn_keras_file_form (const DnnKerasFile *self);
/* "3.15.1"; NULL where the file does not say. */
const char *dnn_keras_file_version (const DnnKerasFile *self);

/* The model, {"class_name": "Sequential" or so, "config": {...}}; NULL in a
 * file of weights alone.  (transfer none) */
JsonObject *dnn_keras_file_model (const DnnKerasFile *self);
/* The layers of the model: objects, each with a text "class_name" and an object
 * "config"; NULL in a file of weights alone.  (transfer none) */
JsonArray *dnn_keras_file_layers (const DnnKerasFile *self);

/* Groups in the order of the file, the optimizer's left out. */
size_t dnn_keras_file_count (const DnnKerasFile *self);
const DnnKerasGroup *dnn_keras_file_at (const DnnKerasFile *self, size_t i);
/* NULL where there is none of that name: the layer has no weights. */
const DnnKerasGroup *dnn_keras_file_find (const DnnKerasFile *self,
                                          const char *name);
/* NULL where the group has none of that name. */
const DnnNamedTensor *dnn_keras_group_find (const DnnKerasGroup *self,
                                            const char *weight);

/* Tensors of the optimizer's state, which are left out. */
size_t dnn_keras_file_n_optimizer (const DnnKerasFile *self);

DNN_END_DECLS
