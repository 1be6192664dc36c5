/* dnn-model.h - layers, how they are connected, and their weights
 *
 * Made from specs, in order; each layer's input is the one before it unless
 * its key `input` says otherwise, so that any acyclic graph can be written.
 * `input` is the first input of the model, `input:1` the second.  The last
 * layer's first output is the model's, unless others are named.  The model owns
 * its layers and weights, and holds the registry.
 */
#pragma once

#include "dnn-layer.h"
#include "dnn-registry.h"
#include "dnn-shape.h"

DNN_BEGIN_DECLS

/* Inputs, outputs and targets of a model. */
typedef struct DnnEnds {
  DnnShapes inputs;    /* of one sample, without the batch */
  const char *outputs; /* names of layers, "a, b"; NULL and "": the last one */
  DnnPlace place;      /* where these names stand */
  /* Targets, likewise of one sample: the graph's `target`; none: they are not
   * known, and layers that need one are an error. */
  DnnShapes targets;
} DnnEnds;

typedef struct DnnModel DnnModel;

/* `specs`: an array of DnnSpec, one a layer.  `input`: the shape of one
 * sample, without the batch.  Weights are there, but zero: initialize or load
 * them. */
DnnModel *dnn_model_new (DnnRegistry *registry, const GPtrArray *specs,
                         const DnnShape *input, GError **error);
/* The same with several inputs or outputs.  Every input must be used, and a
 * layer that nobody uses must be an output. */
DnnModel *dnn_model_new_graph (DnnRegistry *registry, const GPtrArray *specs,
                               const DnnEnds *ends, GError **error);
/* The same from a chain: "dense units=300 ! leaky_relu ! dense units=10". */
DnnModel *dnn_model_new_from_chain (DnnRegistry *registry, const char *chain,
                                    const DnnShape *input, GError **error);
DnnModel *dnn_model_ref (DnnModel *self);
void dnn_model_unref (DnnModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnModel, dnn_model_unref)

/* Fills every weight and buffer from its initializer. */
bool dnn_model_initialize (DnnModel *self, uint64_t seed, GError **error);

size_t dnn_model_n_layers (const DnnModel *self);
/* Returns: (transfer none). */
DnnLayer *dnn_model_layer (const DnnModel *self, size_t i);
DnnLayer *dnn_model_find_layer (const DnnModel *self, const char *name);

/* Weights and buffers, in the order of the layers.  A shared one counts once.
 */
size_t dnn_model_n_weights (const DnnModel *self);
DnnWeight *dnn_model_weight (const DnnModel *self, size_t i);
DnnWeight *dnn_model_find_weight (const DnnModel *self, const char *name);
/* True if training moves it: a weight of a layer that is trainable. */
bool dnn_model_is_trainable (const DnnModel *self, const DnnWeight *weight);

/* The plugins that a model of a registry that allows it lacks: "layer or
 * activation 'acme.swish' of 'swish'"; NULL: nothing.  Returns: (transfer
 * full). */
char *dnn_model_missing (const DnnModel *self);
/* True if it lacks nothing, and so can run; DNN_ERROR_NAME says what to
 * install. */
bool dnn_model_check_complete (const DnnModel *self, GError **error);
/* Gives a shapeless layer a weight that a file has for it, zero. */
bool dnn_model_add_stored (DnnModel *self, DnnLayer *layer, const char *name,
                           const DnnShape *shape, GError **error);

/* The penalty of the regularizers of all trainable weights.  `pool` may be
 * NULL. */
double dnn_model_penalty (const DnnModel *self, DnnPool *pool);

/* Shapes of one sample: of all inputs, of all outputs; and of the first. */
DnnShapes dnn_model_input_shapes (const DnnModel *self);
DnnShapes dnn_model_output_shapes (const DnnModel *self);
DnnShape dnn_model_input_shape (const DnnModel *self);
DnnShape dnn_model_output_shape (const DnnModel *self);
/* Shapes of one sample of the targets that the model was made with; none if
 * they are not known. */
DnnShapes dnn_model_target_shapes (const DnnModel *self);
/* The numbers that layers expect of target i.  Returns: (transfer none). */
const DnnExpected *dnn_model_expected_target (const DnnModel *self, uint32_t i);
/* True if the layer takes `target`, or any layer does. */
bool dnn_layer_takes_target (const DnnLayer *self, const DnnModel *model);
bool dnn_model_takes_target (const DnnModel *self);
/* True if an output of the layer is a term of the loss, or any layer's. */
bool dnn_layer_has_term (const DnnLayer *self);
bool dnn_model_has_term (const DnnModel *self);
/* True for each layer without which the model's outputs cannot be had; what is
 * left only the loss needs.  Returns: (transfer full): to be freed by g_free.
 */
bool *dnn_model_find_needed (const DnnModel *self);
/* Axes of predictions that their mask goes along, the batch first; 0: all is
 * real. */
uint32_t dnn_model_masked_axes (const DnnModel *self, uint32_t output);

/* The layers whose first outputs are the model's. */
uint32_t dnn_model_n_inputs (const DnnModel *self);
uint32_t dnn_model_n_outputs (const DnnModel *self);
/* Returns: (transfer none). */
DnnLayer *dnn_model_output (const DnnModel *self, uint32_t i);
/* The number of the output that is the layer of that name, or the last one of
 * the use of a block; -1: there is none. */
int dnn_model_output_number (const DnnModel *self, const char *name);
/* Their names, "a, b"; NULL: it is the last layer alone.
 * Returns: (transfer full). */
char *dnn_model_list_outputs (const DnnModel *self);

DnnRegistry *dnn_model_registry (const DnnModel *self);

/* The model as a chain that makes the same model again, names included. */
char *dnn_model_to_chain (const DnnModel *self);

DNN_END_DECLS
