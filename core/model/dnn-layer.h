/* dnn-layer.h - one layer of a model: its plugin, its place, its weights
 *
 * Owned by the model.  `trainable` may be changed at any time and counts from
 * the next step on; the rest is fixed once the model is made.
 */
#pragma once

#include "dnn-build.h"
#include "dnn-component.h"

DNN_BEGIN_DECLS

/* A trained weight, or a buffer: state that is saved but not trained. */
typedef struct DnnWeight {
  char *name;             /* (owned) "dense/kernel" */
  const char *short_name; /* "kernel" */
  DnnTensor tensor;       /* float32, but for buffers; its data is owned */
  double fan_in, fan_out;
  DnnComponent *initializer; /* (owned) NULL: it is missing */
  bool is_buffer;
  bool is_stored; /* a file's, of which no plugin that is there says anything */
  bool is_fresh;  /* its values are its initializer's, and no data were seen */
  double learning_rate_multiplier;
  DnnComponent *regularizer; /* (owned) NULL: none, as are those that follow */
  DnnComponent *constraint;  /* (owned) */
  float *penalty_gradient; /* (owned) of a regularizer that looks at it whole */
  /* (owned) what is made of it before layers have it; NULL: nothing. */
  struct DnnLayer *parametrization;
  const struct DnnWeight *of; /* whose parametrization it is a weight of */
  /* (owned) a plugin of its own that is not there: "regularizer 'acme.x'". */
  char *missing;
} DnnWeight;

/* Where an input comes from. */
typedef struct DnnInput {
  int layer;       /* index in the model; -1: the network's input */
  uint32_t output; /* which of its outputs; of the network's inputs, behind
                    * which its targets are counted */
} DnnInput;

typedef struct DnnLayer {
  char *name;               /* (owned) unique in the model */
  size_t index;             /* its place in the model */
  DnnSpec *spec;            /* (owned) as written, host keys included */
  DnnComponent *component;  /* (owned) NULL: nothing but the activation; where
                             * both are NULL the plugin is missing */
  DnnComponent *activation; /* (owned) may be NULL */
  DnnInput *inputs;         /* (owned) */
  uint32_t n_inputs;
  DnnDeclaredList outputs; /* shapes for a batch of DNN_NOMINAL_BATCH */
  DnnDeclaredList masks;   /* likewise, of the outputs that have one */
  DnnWeight **weights;     /* (owned array) by index; NULL: not declared */
  uint32_t n_weights;
  DnnWeight **buffers; /* (owned array) likewise */
  uint32_t n_buffers;
  bool trainable;
  bool drops_mask;     /* to it, and from it on, all is real */
  const DnnWeight *of; /* whose parametrization it is; NULL: a layer's place */
  /* (owned) what is not there, "layer or activation 'acme.swish'"; NULL but in
   * models whose registry allows it. */
  char *missing;
  bool shapeless; /* it, or a layer before it, is not there */
} DnnLayer;

/* The batch that a model's layers are first built with. */
enum { DNN_NOMINAL_BATCH = 2 };

/* Finds the plugin, a layer's or else an activation's, and takes the host's
 * keys out of the spec.  Name, inputs and weights are the model's to fill. */
DnnLayer *dnn_layer_new (DnnRegistry *registry, const DnnSpec *spec,
                         GError **error);
void dnn_layer_free (DnnLayer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnLayer, dnn_layer_free)

/* "Dense": what stands in parentheses in a summary. */
const char *dnn_layer_title (const DnnLayer *self);
bool dnn_layer_has_weights (const DnnLayer *self);
/* A key of the host's in the spec, or NULL. */
const DnnArg *dnn_layer_host_arg (const DnnLayer *self, const char *key);

/* False if too few of its inputs are there, as of a layer that takes `target`
 * where there is none. */
bool dnn_layer_has_inputs (const DnnLayer *self, const DnnTensor *const *x);
/* Asks the plugin what it makes of these inputs, of which those of targets may
 * be NULL.  `masks`: of each, or NULL; NULL: none has one. */
DnnBuilt *dnn_layer_build (const DnnLayer *self, const DnnTensor *const *x,
                           const DnnTensor *const *masks, GError **error);

/* A weight or buffer of the layer, without memory. */
DnnWeight *dnn_weight_new (DnnRegistry *registry, const DnnLayer *layer,
                           const DnnDeclared *declared, bool is_buffer,
                           GError **error);
void dnn_weight_free (DnnWeight *self);
/* Memory, zero; nothing happens where it has some. */
bool dnn_weight_allocate (DnnWeight *self, GError **error);
/* Fills it from its initializer. */
bool dnn_weight_initialize (DnnWeight *self, uint64_t seed, GError **error);
/* The same with what enters the layer; NULL: nothing has yet. */
bool dnn_weight_fill (DnnWeight *self, uint64_t seed, const DnnTensor *x,
                      GError **error);
size_t dnn_weight_bytes (const DnnWeight *self);

DNN_END_DECLS
