/* assemble.c - from specs to connected layers with weights */
#include "dnn-model-private.h"
#include "dnn-parametrization.h"
#include "dnn-shape.h"

#include <string.h>

static void
layer_free (gpointer data)
{
  dnn_layer_free (data);
}

static void
weight_free (gpointer data)
{
  dnn_weight_free (data);
}

/* --- shapes and weights -------------------------------------------------- */

/* Inputs of a layer that is to be built: shapes, and those of masks. */
typedef struct {
  DnnTensor *shapes;       /* (owned) of the inputs, then of their masks */
  const DnnTensor **x;     /* (owned) */
  const DnnTensor **masks; /* (owned) NULL entries: that input has none */
} Inputs;

static void
inputs_clear (Inputs *self)
{
  g_free (self->masks);
  g_free (self->x);
  g_free (self->shapes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, inputs_clear)

/* Shape of what comes in, NULL of targets that are not known, and that of its
 * mask, which may be unset. */
static void
find_input (const DnnModel *self, const DnnInput *input,
            const DnnShape **ret_shape, const DnnDeclared **ret_mask)
{
  static const DnnDeclared none = { 0 };
  const DnnLayer *from =
      input->layer >= 0 ? dnn_model_layer (self, (size_t) input->layer) : NULL;
  const uint32_t target = input->output - self->inputs.n;

  if (from != NULL)
    *ret_shape = &from->outputs.at[input->output].shape;
  else if (input->output < self->inputs.n)
    *ret_shape = &self->inputs.at[input->output];
  else
    *ret_shape = target < self->targets.n ? &self->targets.at[target] : NULL;
  *ret_mask = from != NULL ? &from->masks.at[input->output] : &none;
}

static Inputs
inputs_of (const DnnModel *self, const DnnLayer *layer)
{
  const uint32_t n = layer->n_inputs;
  Inputs inputs = { g_new0 (DnnTensor, 2 * n + 1),
                    g_new0 (const DnnTensor *, n + 1),
                    g_new0 (const DnnTensor *, n + 1) };

  for (uint32_t i = 0; i < n; i++) {
    const DnnShape *shape;
    const DnnDeclared *mask;

    find_input (self, &layer->inputs[i], &shape, &mask);
    if (shape != NULL) {
      inputs.shapes[i] = dnn_tensor_of (shape);
      inputs.x[i] = &inputs.shapes[i];
    }
    inputs.shapes[n + i] = dnn_tensor_of (&mask->shape);
    inputs.masks[i] = mask->set ? &inputs.shapes[n + i] : NULL;
  }
  return inputs;
}

static DnnBuilt *
build_layer (const DnnModel *self, const DnnLayer *layer, GError **error)
{
  g_auto (Inputs) inputs = inputs_of (self, layer);
  g_autofree DnnBuilt *built =
      dnn_layer_build (layer, inputs.x, inputs.masks, error);

  if (built == NULL || layer->component == NULL ||
      dnn_build_check_batch (layer->component, layer->name, inputs.x,
                             layer->drops_mask ? NULL : inputs.masks,
                             layer->n_inputs, built, error))
    return g_steal_pointer (&built);
  return NULL;
}

/* Those of a weight's parametrization, which may be NULL. */
static void
add_own_weights (DnnModel *self, const DnnLayer *made)
{
  for (uint32_t i = 0; made != NULL && i < made->n_weights; i++)
    if (made->weights[i] != NULL)
      dnn_model_add_weight (self, made->weights[i]);
  for (uint32_t i = 0; made != NULL && i < made->n_buffers; i++)
    if (made->buffers[i] != NULL)
      dnn_model_add_weight (self, made->buffers[i]);
}

static bool
add_weights (DnnModel *self, const DnnLayer *layer, const DnnDeclaredList *list,
             bool buffers, DnnWeight **ret_weights, GError **error)
{
  for (uint32_t i = 0; i < list->n; i++) {
    if (!list->at[i].set)
      continue;
    ret_weights[i] =
        dnn_weight_new (self->registry, layer, &list->at[i], buffers, error);
    if (ret_weights[i] == NULL)
      return false;
    dnn_model_add_weight (self, ret_weights[i]);
    if (!dnn_weight_parametrize (ret_weights[i], self->registry, layer, error))
      return false;
    add_own_weights (self, ret_weights[i]->parametrization);
  }
  return true;
}

/* Takes the weights of the layer named by the key `weights`. */
static bool
share_weights (DnnModel *self, DnnLayer *layer, const DnnBuilt *built,
               const DnnArg *arg, GError **error)
{
  const DnnLayer *owner = dnn_model_find_layer (self, arg->value);

  if (owner == NULL) {
    dnn_names_set_unknown (self->names, layer->name, arg->value, error);
    g_prefix_error (error, "%s: weights: ", layer->name);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  for (uint32_t i = 0; i < built->weights.n; i++) {
    const DnnDeclared *declared = &built->weights.at[i];
    DnnWeight *weight = i < owner->n_weights ? owner->weights[i] : NULL;
    DnnShape shape =
        weight != NULL ? dnn_shape_of (&weight->tensor) : DNN_SCALAR;

    if (!declared->set)
      continue;
    if (weight == NULL || !dnn_shape_equal (&shape, &declared->shape)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "%s cannot share the weights of '%s': its '%s' has another "
                   "shape",
                   layer->name, owner->name, declared->name);
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
    layer->weights[i] = weight;
  }
  return true;
}

static const char *const weight_suffixes[] = {
  "_initializer",     "_regularizer",
  "_constraint",      "_learning_rate_multiplier",
  "_parametrization", NULL,
};

static bool
is_weight_suffix (const char *text)
{
  return g_strv_contains (weight_suffixes, text);
}

/* True if `key` is of the form `<weight>_initializer`, for any weight. */
static bool
is_weight_key (const char *key)
{
  for (size_t i = 0; weight_suffixes[i] != NULL; i++)
    if (g_str_has_suffix (key, weight_suffixes[i]))
      return true;
  return false;
}

static bool
is_multiplier (const char *key)
{
  return strcmp (key, "learning_rate_multiplier") == 0;
}

/* True if the key says something of this weight; a buffer is not trained. */
static bool
takes_key (const DnnWeight *weight, const char *key)
{
  const size_t n = strlen (weight->short_name);

  if (is_multiplier (key))
    return !weight->is_buffer;
  return g_str_has_prefix (key, weight->short_name) &&
         is_weight_suffix (key + n) &&
         (!weight->is_buffer || strcmp (key + n, "_initializer") == 0);
}

/* `<weight>_initializer` and the like must name a weight of the layer's own. */
static bool
check_weight_keys (const DnnLayer *layer, GError **error)
{
  const GPtrArray *args =
      (layer->component != NULL ? layer->component : layer->activation)
          ->host_args->args;

  for (guint i = 0; i < args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args, i);
    const bool shared = dnn_layer_host_arg (layer, "weights") != NULL;
    bool found = !is_weight_key (arg->key) && !is_multiplier (arg->key);

    for (uint32_t j = 0; j < layer->n_weights + layer->n_buffers; j++) {
      const DnnWeight *weight = j < layer->n_weights
                                    ? layer->weights[j]
                                    : layer->buffers[j - layer->n_weights];

      found = found || (weight != NULL && (!shared || weight->is_buffer) &&
                        takes_key (weight, arg->key));
    }
    if (!found) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "%s: it has no weight%s for '%s'", layer->name,
                   shared ? " of its own" : "", arg->key);
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
  }
  return true;
}

static bool
make_weights (DnnModel *self, DnnLayer *layer, const DnnBuilt *built,
              GError **error)
{
  const DnnArg *shared = dnn_layer_host_arg (layer, "weights");

  layer->n_weights = built->weights.n;
  layer->weights = g_new0 (DnnWeight *, layer->n_weights + 1);
  layer->n_buffers = built->buffers.n;
  layer->buffers = g_new0 (DnnWeight *, layer->n_buffers + 1);
  if (shared != NULL ? !share_weights (self, layer, built, shared, error)
                     : !add_weights (self, layer, &built->weights, false,
                                     layer->weights, error))
    return false;
  return add_weights (self, layer, &built->buffers, true, layer->buffers,
                      error) &&
         check_weight_keys (layer, error);
}

static void
append_layer (DnnModel *self, DnnLayer *layer)
{
  layer->index = self->layers->len;
  g_ptr_array_add (self->layers, layer);
  g_hash_table_insert (self->by_name, layer->name, layer);
}

static bool
add_layer (DnnModel *self, const DnnSpec *spec, GError **error)
{
  g_autoptr (DnnLayer) layer = dnn_layer_new (self->registry, spec, error);
  g_autofree DnnBuilt *built = NULL;
  GError *local = NULL;

  if (layer == NULL)
    return false;
  if (dnn_model_name_layer (self, layer, &local) &&
      dnn_model_connect (self, layer, &local)) {
    if (dnn_model_mark_shapeless (self, layer)) {
      append_layer (self, g_steal_pointer (&layer));
      return true;
    }
    built = build_layer (self, layer, &local);
  }
  if (built == NULL) {
    g_propagate_error (error, local);
    dnn_error_prefix_place (error, spec->place);
    return false;
  }
  dnn_model_note_expected (self, layer, built);
  layer->outputs = built->outputs;
  layer->masks = built->masks;
  if (!make_weights (self, layer, built, error))
    return false;
  append_layer (self, g_steal_pointer (&layer));
  return true;
}

/* With the nominal batch. */
static bool
take_shapes (const DnnShapes *samples, DnnShapes *ret_batches, GError **error)
{
  for (uint32_t i = 0; i < samples->n; i++) {
    const DnnShape *input = &samples->at[i];
    DnnShape *shape = &ret_batches->at[ret_batches->n++];

    shape->n_dims = input->n_dims + 1;
    shape->dims[0] = DNN_NOMINAL_BATCH;
    memcpy (&shape->dims[1], input->dims,
            input->n_dims * sizeof input->dims[0]);
    if (dnn_shape_is_small (shape))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the input's shape is too large");
    return false;
  }
  return true;
}

static bool
check_count (const GPtrArray *specs, GError **error)
{
  if (specs->len == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "a model must have at least one layer");
  else if (specs->len > DNN_LAYERS_MAX)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "a model of '%u' layers is too large; %d are the most",
                 specs->len, DNN_LAYERS_MAX);
  else
    return true;
  return false;
}

DnnModel *
dnn_model_new_bare (DnnRegistry *registry, const GPtrArray *specs,
                    const DnnEnds *ends, GError **error)
{
  g_autoptr (DnnModel) self = g_new0 (DnnModel, 1);

  g_return_val_if_fail (
      ends->inputs.n > 0 && ends->inputs.at[0].n_dims < DNN_MAX_DIMS, NULL);

  g_atomic_ref_count_init (&self->refs);
  self->registry = dnn_registry_ref (registry);
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = dnn_names_new ();
  self->weights = g_ptr_array_new_with_free_func (weight_free);
  self->weights_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!take_shapes (&ends->inputs, &self->inputs, error) ||
      !take_shapes (&ends->targets, &self->targets, error) ||
      !check_count (specs, error))
    return NULL;
  for (guint i = 0; i < specs->len; i++)
    if (!add_layer (self, g_ptr_array_index (specs, i), error))
      return NULL;
  if (!dnn_model_find_outputs (self, ends, error) ||
      !dnn_model_check_all_used (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

bool
dnn_model_allocate (DnnModel *self, GError **error)
{
  for (guint i = 0; i < self->weights->len; i++)
    if (!dnn_weight_allocate (dnn_model_weight (self, i), error))
      return false;
  return true;
}

DnnModel *
dnn_model_new_graph (DnnRegistry *registry, const GPtrArray *specs,
                     const DnnEnds *ends, GError **error)
{
  g_autoptr (DnnModel) self = dnn_model_new_bare (registry, specs, ends, error);

  if (self == NULL || !dnn_model_allocate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

DnnModel *
dnn_model_new (DnnRegistry *registry, const GPtrArray *specs,
               const DnnShape *input, GError **error)
{
  const DnnEnds ends = { .inputs = dnn_shapes_of (input) };

  return dnn_model_new_graph (registry, specs, &ends, error);
}

DnnModel *
dnn_model_new_from_chain (DnnRegistry *registry, const char *chain,
                          const DnnShape *input, GError **error)
{
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (chain, (DnnPlace){ 0 }, error);

  return specs != NULL ? dnn_model_new (registry, specs, input, error) : NULL;
}

bool
dnn_model_initialize (DnnModel *self, uint64_t seed, GError **error)
{
  if (!dnn_model_check_complete (self, error))
    return false;
  for (guint i = 0; i < self->weights->len; i++)
    if (!dnn_weight_initialize (dnn_model_weight (self, i), seed, error))
      return false;
  for (guint i = 0; i < self->weights->len; i++)
    if (!dnn_weight_begin_parametrization (dnn_model_weight (self, i), error))
      return false;
  return true;
}
