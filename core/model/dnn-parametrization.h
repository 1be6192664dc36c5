/* dnn-parametrization.h - what is made of a weight before layers have it
 *
 * `kernel_parametrization = lora(rank=4)`: a plugin with a layer's ops sees the
 * weight as its input, and its output is what the layer is handed.  The weight
 * owns it as a DnnLayer that is not one of the model's; its own weights are the
 * model's, and are called `layer/kernel.NAME`.
 */
#pragma once

#include "dnn-layer.h"

DNN_BEGIN_DECLS

/* Makes what the layer's key `<weight>_parametrization` asks for; nothing where
 * there is no such key. */
bool dnn_weight_parametrize (DnnWeight *self, DnnRegistry *registry,
                             const DnnLayer *layer, GError **error);

/* True if its parametrization has weights that train whatever `trainable`
 * says. */
bool dnn_weight_is_adapted (const DnnWeight *self);

/* True if the layer's gradient of weight `i` is of use: for the weight, or for
 * what it is made with. */
bool dnn_layer_wants_gradient (const DnnLayer *self, uint32_t i);
/* The same of any of its weights. */
bool dnn_layer_learns (const DnnLayer *self);
/* True if the weight or buffer is the layer's, or its parametrizations'. */
bool dnn_layer_has (const DnnLayer *self, const DnnWeight *weight);

/* The plugin's `first`: its own weights are fresh, and `self` has its first
 * values. */
bool dnn_weight_begin_parametrization (DnnWeight *self, GError **error);

DNN_END_DECLS
