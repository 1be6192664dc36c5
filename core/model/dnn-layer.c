/* dnn-layer.c - layers and their weights */
#include "dnn-layer.h"

#include "dnn-build.h"
#include "dnn-dtype.h"
#include "dnn-fill.h"
#include "dnn-kind.h"
#include "dnn-memory.h"
#include "dnn-param.h"
#include "dnn-parse.h"
#include "dnn-penalty.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

void
dnn_layer_free (DnnLayer *self)
{
  if (self == NULL)
    return;
  g_free (self->buffers);
  g_free (self->weights);
  g_free (self->inputs);
  dnn_component_free (self->activation);
  dnn_component_free (self->component);
  dnn_spec_free (self->spec);
  g_free (self->missing);
  g_free (self->name);
  g_free (self);
}

const char *
dnn_layer_title (const DnnLayer *self)
{
  if (self->component == NULL && self->activation == NULL)
    return self->spec->name;
  return (self->component != NULL ? self->component : self->activation)
      ->plugin->title;
}

bool
dnn_layer_has_weights (const DnnLayer *self)
{
  for (uint32_t i = 0; i < self->n_weights; i++)
    if (self->weights[i] != NULL)
      return true;
  return false;
}

const DnnArg *
dnn_layer_host_arg (const DnnLayer *self, const char *key)
{
  const DnnComponent *main =
      self->component != NULL ? self->component : self->activation;

  return dnn_spec_find (main != NULL ? main->host_args : self->spec, key);
}

static const DnnKind type_kinds[] = { DNN_KIND_LAYER, DNN_KIND_ACTIVATION };

/* The component of a layer's type: a layer, or an activation by itself. */
static bool
load_type (DnnLayer *self, DnnRegistry *registry, GError **error)
{
  g_autofree const char **host_keys = dnn_kind_key_names (DNN_KIND_LAYER);
  const char *name = self->spec->name;

  if (dnn_registry_has (registry, DNN_KIND_LAYER, name)) {
    self->component = dnn_component_new (registry, DNN_KIND_LAYER, self->spec,
                                         host_keys, error);
    return self->component != NULL;
  }
  if (!dnn_registry_has (registry, DNN_KIND_ACTIVATION, name)) {
    dnn_registry_set_unknown (registry, type_kinds, G_N_ELEMENTS (type_kinds),
                              name, error);
    return false;
  }
  self->activation = dnn_component_new (registry, DNN_KIND_ACTIVATION,
                                        self->spec, host_keys, error);
  return self->activation != NULL;
}

/* True if what failed may be missing; takes `failure` in any case. */
static bool
forgive (DnnLayer *self, DnnRegistry *registry, const char *name,
         GError *failure, GError **error)
{
  const bool is_type = name == self->spec->name;
  const DnnKind *kinds = is_type ? type_kinds : type_kinds + 1;
  const size_t n_kinds = is_type ? 2 : 1;

  if (!dnn_registry_forgives (registry, kinds, n_kinds, name, failure)) {
    g_propagate_error (error, failure);
    return false;
  }
  g_error_free (failure);
  self->missing = g_strdup_printf (
      "%s '%s'", is_type ? "layer or activation" : "activation", name);
  return true;
}

static bool
find_type (DnnLayer *self, DnnRegistry *registry, GError **error)
{
  GError *failure = NULL;

  return load_type (self, registry, &failure) ||
         forgive (self, registry, self->spec->name, failure, error);
}

static bool
take_activation (DnnLayer *self, DnnRegistry *registry, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (self, "activation");
  g_autoptr (DnnSpec) spec = NULL;
  GError *failure = NULL;

  if (arg == NULL)
    return true;
  if (self->missing != NULL)
    return true;
  if (self->component == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: an activation has no activation of its own, '%s'",
                 self->spec->name, arg->value);
    return false;
  }
  spec = dnn_spec_parse (arg->value, (DnnPlace){ 0 }, error);
  if (spec != NULL)
    self->activation =
        dnn_component_new (registry, DNN_KIND_ACTIVATION, spec, NULL, &failure);
  if (self->activation != NULL ||
      (spec != NULL && forgive (self, registry, spec->name, failure, error)))
    return true;
  g_prefix_error (error, "%s: activation: ", self->spec->name);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

static bool
take_trainable (DnnLayer *self, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (self, "trainable");

  self->trainable = true;
  if (arg == NULL || dnn_parse_bool (arg->value, &self->trainable, error))
    return true;
  g_prefix_error (error, "%s: trainable ", self->spec->name);
  return false;
}

/* `mask = drop`: padding is data from here on. */
static bool
take_mask (DnnLayer *self, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (self, "mask");

  self->drops_mask = arg != NULL;
  if (arg == NULL || strcmp (arg->value, "drop") == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%s: mask must be 'drop', which treats padding as data, not "
               "'%s'",
               self->spec->name, arg->value);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

DnnLayer *
dnn_layer_new (DnnRegistry *registry, const DnnSpec *spec, GError **error)
{
  g_autoptr (DnnLayer) self = g_new0 (DnnLayer, 1);

  self->spec = dnn_spec_copy (spec);
  if (!find_type (self, registry, error) ||
      !take_activation (self, registry, error) ||
      !take_trainable (self, error) || !take_mask (self, error)) {
    dnn_error_prefix_place (error, spec->place);
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* --- weights ------------------------------------------------------------- */

void
dnn_weight_free (DnnWeight *self)
{
  if (self == NULL)
    return;
  dnn_component_free (self->initializer);
  dnn_component_free (self->regularizer);
  dnn_component_free (self->constraint);
  dnn_layer_free (self->parametrization);
  dnn_memory_free (self->penalty_gradient);
  dnn_memory_free (self->tensor.data);
  g_free (self->missing);
  g_free (self->name);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnWeight, dnn_weight_free)

size_t
dnn_weight_bytes (const DnnWeight *self)
{
  return dnn_tensor_bytes (&self->tensor);
}

/* `<weight>_initializer` of the user, else the plugin's. */
static bool
find_initializer (DnnWeight *self, DnnRegistry *registry, const DnnLayer *layer,
                  const DnnDeclared *declared, GError **error)
{
  static const DnnKind kind = DNN_KIND_INITIALIZER;
  g_autofree char *key = g_strconcat (declared->name, "_initializer", NULL);
  const DnnArg *arg = dnn_layer_host_arg (layer, key);
  const char *text = arg != NULL ? arg->value : declared->initializer;
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, error);
  GError *failure = NULL;
  bool found;

  if (spec != NULL)
    self->initializer =
        dnn_component_new (registry, kind, spec, NULL, &failure);
  found = self->initializer != NULL;
  if (failure != NULL &&
      dnn_registry_forgives (registry, &kind, 1, spec->name, failure)) {
    g_clear_error (&failure);
    found = true;
  }
  if (failure != NULL)
    g_propagate_error (error, failure);
  if (!found) {
    g_prefix_error (error, "%s: %s: ", layer->name, key);
    dnn_error_prefix_place (error,
                            arg != NULL ? arg->place : layer->spec->place);
  }
  return found;
}

/* The user's `<weight><suffix>`, or NULL. */
static const DnnArg *
find_weight_arg (const DnnLayer *layer, const DnnWeight *self,
                 const char *suffix)
{
  g_autofree char *key = g_strconcat (self->short_name, suffix, NULL);

  return dnn_layer_host_arg (layer, key);
}

/* The weight's own multiplier, else the layer's. */
static bool
take_multiplier (DnnWeight *self, const DnnLayer *layer, GError **error)
{
  const DnnArg *own =
      find_weight_arg (layer, self, "_learning_rate_multiplier");
  const DnnArg *arg =
      own != NULL ? own
                  : dnn_layer_host_arg (layer, "learning_rate_multiplier");

  self->learning_rate_multiplier = 1;
  if (arg == NULL || dnn_parse_float (arg->value, 0, 1e6,
                                      &self->learning_rate_multiplier, error))
    return true;
  g_prefix_error (error, "%s: %s ", layer->name, arg->key);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

/* The plugin of the user's `<weight>_<kind>`, if there is one. */
static bool
take_penalty (DnnWeight *self, DnnRegistry *registry, const DnnLayer *layer,
              DnnKind kind, DnnComponent **ret_component, GError **error)
{
  g_autofree char *suffix = g_strconcat ("_", dnn_kind_name (kind), NULL);
  const DnnArg *arg = find_weight_arg (layer, self, suffix);
  g_autoptr (DnnSpec) spec = NULL;
  GError *failure = NULL;

  if (arg == NULL)
    return true;
  spec = dnn_spec_parse (arg->value, (DnnPlace){ 0 }, error);
  if (spec != NULL)
    *ret_component =
        dnn_penalty_new (registry, kind, spec, &self->tensor, &failure);
  if (*ret_component != NULL)
    return true;
  if (spec != NULL &&
      dnn_registry_forgives (registry, &kind, 1, spec->name, failure)) {
    g_error_free (failure);
    self->missing =
        g_strdup_printf ("%s '%s'", dnn_kind_name (kind), spec->name);
    return true;
  }
  if (failure != NULL)
    g_propagate_error (error, failure);
  g_prefix_error (error, "%s: %s: ", layer->name, arg->key);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

DnnWeight *
dnn_weight_new (DnnRegistry *registry, const DnnLayer *layer,
                const DnnDeclared *declared, bool is_buffer, GError **error)
{
  g_autoptr (DnnWeight) self = g_new0 (DnnWeight, 1);

  self->name = g_strconcat (layer->name, layer->of != NULL ? "." : "/",
                            declared->name, NULL);
  self->short_name = declared->name;
  self->of = layer->of;
  self->fan_in = declared->fan_in;
  self->fan_out = declared->fan_out;
  self->is_buffer = is_buffer;
  self->tensor = dnn_declared_tensor (declared);
  if (!find_initializer (self, registry, layer, declared, error) ||
      !take_multiplier (self, layer, error) ||
      !take_penalty (self, registry, layer, DNN_KIND_REGULARIZER,
                     &self->regularizer, error) ||
      !take_penalty (self, registry, layer, DNN_KIND_CONSTRAINT,
                     &self->constraint, error))
    return NULL;
  return g_steal_pointer (&self);
}

bool
dnn_weight_allocate (DnnWeight *self, GError **error)
{
  if (self->tensor.data == NULL)
    self->tensor.data = dnn_memory_new (dnn_weight_bytes (self), error);
  if (self->tensor.data == NULL)
    g_prefix_error (error, "%s: ", self->name);
  return self->tensor.data != NULL;
}

bool
dnn_weight_fill (DnnWeight *self, uint64_t seed, const DnnTensor *x,
                 GError **error)
{
  const DnnFilled filled = {
    .name = self->name,
    .key = { .seed = seed, .owner = dnn_random_owner (self->name) },
    .fan_in = self->fan_in,
    .fan_out = self->fan_out,
    .x = x,
    .w = &self->tensor,
  };

  return dnn_fill (self->initializer, &filled, error);
}

bool
dnn_weight_initialize (DnnWeight *self, uint64_t seed, GError **error)
{
  self->is_fresh = true;
  return dnn_weight_fill (self, seed, NULL, error);
}
