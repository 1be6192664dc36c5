/* dnn-foreign-map.h - finds the plugin that a node of another system is
 *
 * The map is made of the `foreign` rows of all layers and activations that the
 * registry finds; it knows none of them by name.  A node is what a reader has
 * made of its file: the operator, its attributes as texts of an experiment, its
 * tensors by the names that rows use.
 */
#pragma once

#include "dnn-foreign-row.h"
#include "dnn-model.h"
#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

typedef struct DnnForeignMap DnnForeignMap;

/* Reads the rows of `system` ("onnx").  Plugins that cannot be opened are left
 * out. */
DnnForeignMap *dnn_foreign_map_new (DnnRegistry *registry, const char *system);
void dnn_foreign_map_free (DnnForeignMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnForeignMap, dnn_foreign_map_free)

/* True if a row has that name; if all that have it are activations. */
bool dnn_foreign_map_has (const DnnForeignMap *self, const char *name);
bool dnn_foreign_map_is_activation (const DnnForeignMap *self,
                                    const char *name);

/* The name of a row that is `name`, or is but for capitals and underscores:
 * Keras has ReLU as a class and relu as a function.  NULL: there is none. */
const char *dnn_foreign_map_like (const DnnForeignMap *self, const char *name);

typedef struct DnnForeignNode {
  const char *op;
  GHashTable *attributes; /* (owned) text by name */
  GPtrArray *must;        /* (owned) names that the plugin has to know */
  GHashTable *tensors;    /* (owned) DnnNamedTensor by name, borrowed */
} DnnForeignNode;

DnnForeignNode *dnn_foreign_node_new (const char *op);
void dnn_foreign_node_free (DnnForeignNode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnForeignNode, dnn_foreign_node_free)
/* Takes `text`.  `must`: a plugin that does not know it is not what is meant.
 */
void dnn_foreign_node_set (DnnForeignNode *self, const char *name, char *text,
                           bool must);

/* The layer that a node became. */
typedef struct DnnForeignLayer {
  DnnSpec *spec;            /* (owned) without a name */
  const DnnForeignRow *row; /* the map's */
  DnnShape output;          /* with the batch */
  int64_t columns;          /* of its first input: the last axis */
  DnnForeignNode *node;     /* (owned) */
} DnnForeignLayer;

/* The first row of the name whose weights have the axes of the node's tensors
 * and whose plugin takes the parameters for inputs of these shapes, which have
 * the batch.  Takes `node`.  DNN_ERROR_NAME: there is none. */
DnnForeignLayer *dnn_foreign_map_find (const DnnForeignMap *self,
                                       DnnForeignNode *node,
                                       const DnnShape *inputs, uint32_t n,
                                       GError **error);
void dnn_foreign_layer_free (DnnForeignLayer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnForeignLayer, dnn_foreign_layer_free)

/* True if `source` is an input of the model, "input" or "input:1". */
bool dnn_foreign_is_input (const char *source);

/* Copies the node's tensors into the weights of the layer that was made of it.
 */
bool dnn_foreign_layer_fill (const DnnForeignLayer *self, DnnModel *model,
                             const char *layer, GError **error);

DNN_END_DECLS
