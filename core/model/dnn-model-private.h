/* dnn-model-private.h - the inside of a model, for its own files */
#pragma once

#include "dnn-model.h"
#include "dnn-names.h"

/* The value of "format" in a file's metadata. */
#define DNN_MODEL_FORMAT "dnn/1"

struct DnnModel {
  gatomicrefcount refs;
  DnnRegistry *registry;               /* (owned) */
  DnnShapes inputs;                    /* with a batch of DNN_NOMINAL_BATCH */
  DnnShapes targets;                   /* likewise; none: they are not known */
  DnnExpected expected[DNN_MAX_PARTS]; /* what layers expect of targets */
  size_t outputs[DNN_MAX_PARTS];       /* indices of layers */
  uint32_t n_outputs;
  GPtrArray *layers;   /* (owned) of DnnLayer */
  GHashTable *by_name; /* DnnLayer by its name */
  DnnNames *names;     /* (owned) those of the layers */
  GPtrArray *weights;  /* (owned) of DnnWeight */
  GHashTable *weights_by_name;
};

/* As dnn_model_new, without memory for weights, which a file may claim to be
 * larger than any machine's: `data` is NULL until dnn_model_allocate. */
DnnModel *dnn_model_new_bare (DnnRegistry *registry, const GPtrArray *specs,
                              const DnnEnds *ends, GError **error);
/* Memory, zero, for weights that have none. */
bool dnn_model_allocate (DnnModel *self, GError **error);

/* Gives the layer its name: the user's, or the plugin's with a number. */
bool dnn_model_name_layer (DnnModel *self, DnnLayer *layer, GError **error);
/* Finds the layer's inputs among those above it. */
bool dnn_model_connect (const DnnModel *self, DnnLayer *layer, GError **error);
/* Finds the layers of these names. */
bool dnn_model_find_outputs (DnnModel *self, const DnnEnds *ends,
                             GError **error);
/* True if the one output is that of the last layer that has one. */
bool dnn_model_has_default_output (const DnnModel *self);
/* A layer that nobody uses is a mistake, but for the outputs; so is an input
 * that nobody uses. */
bool dnn_model_check_all_used (const DnnModel *self, GError **error);
/* True if what comes out of the layer is not known: its plugin is missing, or
 * that of a layer before it.  Marks it so. */
bool dnn_model_mark_shapeless (const DnnModel *self, DnnLayer *layer);
/* Keeps what the layer, which is built, expects of targets. */
void dnn_model_note_expected (DnnModel *self, const DnnLayer *layer,
                              const DnnBuilt *built);
/* Appends a weight, which the model then owns. */
void dnn_model_add_weight (DnnModel *self, DnnWeight *weight);
