/* dnn-model.c - from specs to connected layers with weights */
#include "dnn-model.h"

#include "dnn-suggest.h"

#include <string.h>

struct DnnModel {
  gatomicrefcount refs;
  DnnRegistry *registry; /* (owned) */
  DnnShape input;        /* with a batch of DNN_NOMINAL_BATCH */
  GPtrArray *layers;     /* (owned) of DnnLayer */
  GPtrArray *weights;    /* (owned) of DnnWeight */
};

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

DnnModel *
dnn_model_ref (DnnModel *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_model_unref (DnnModel *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->weights);
  dnn_registry_unref (self->registry);
  g_free (self);
}

/* --- names ------------------------------------------------------------------
 */

static bool
is_layer_name (const char *name)
{
  return *name != '\0' &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_-") ==
             strlen (name) &&
         strcmp (name, "input") != 0 && strcmp (name, "optimizer") != 0;
}

/* dense, dense_1, ...: a third party's prefix is dropped. */
static char *
number_name (const DnnModel *self, const char *type)
{
  const char *dot = strrchr (type, '.');
  const char *stem = dot != NULL ? dot + 1 : type;
  char *name = g_strdup (stem);

  for (unsigned i = 1; dnn_model_find_layer (self, name) != NULL; i++) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", stem, i);
  }
  return name;
}

static bool
name_layer (const DnnModel *self, DnnLayer *layer, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (layer, "name");

  if (arg == NULL) {
    layer->name = number_name (self, layer->spec->name);
    return true;
  }
  if (!is_layer_name (arg->value)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "a layer's name must be of a-z, 0-9, '_' and '-', and not "
                 "'input' or 'optimizer'; it is '%s'",
                 arg->value);
    return false;
  }
  if (dnn_model_find_layer (self, arg->value) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "there are two layers named '%s'", arg->value);
    return false;
  }
  layer->name = g_strdup (arg->value);
  return true;
}

/* --- connections ------------------------------------------------------------
 */

static bool
set_unknown_layer (const DnnModel *self, const char *name, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  for (guint i = 0; i < self->layers->len; i++)
    g_strv_builder_add (builder, dnn_model_layer (self, i)->name);
  g_strv_builder_add (builder, "input");
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no layer '%s' above this one; %s", name, nearest);
  return false;
}

/* "a", "a:1" or "input". */
static bool
parse_input (const DnnModel *self, const char *text, DnnInput *ret_input,
             GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  const DnnLayer *layer;
  guint64 output = 0;

  if (parts[0] == NULL)
    return set_unknown_layer (self, "", error);
  if (parts[1] != NULL &&
      !g_ascii_string_to_unsigned (parts[1], 10, 0, DNN_MAX_DECLARED, &output,
                                   NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "an input must be NAME or NAME:NUMBER, not '%s'", text);
    return false;
  }
  if (strcmp (parts[0], "input") == 0 && output == 0) {
    *ret_input = (DnnInput){ -1, 0 };
    return true;
  }
  layer = dnn_model_find_layer (self, parts[0]);
  if (layer == NULL)
    return set_unknown_layer (self, parts[0], error);
  if (output >= layer->outputs.n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "layer '%s' has %u outputs, so there is no '%s'", layer->name,
                 layer->outputs.n, text);
    return false;
  }
  for (guint i = 0; i < self->layers->len; i++)
    if (g_ptr_array_index (self->layers, i) == layer)
      *ret_input = (DnnInput){ (int) i, (uint32_t) output };
  return true;
}

static bool
connect (const DnnModel *self, DnnLayer *layer, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (layer, "input");
  g_auto (GStrv) names = NULL;

  if (arg == NULL) {
    layer->inputs = g_new0 (DnnInput, 1);
    layer->inputs[0].layer = (int) self->layers->len - 1;
    layer->n_inputs = 1;
    return true;
  }
  names = dnn_split_commas (arg->value);
  layer->n_inputs = g_strv_length (names);
  layer->inputs = g_new0 (DnnInput, layer->n_inputs);
  for (uint32_t i = 0; i < layer->n_inputs; i++)
    if (!parse_input (self, names[i], &layer->inputs[i], error)) {
      g_prefix_error (error, "%s: input: ", layer->name);
      return false;
    }
  return true;
}

/* A layer that nobody uses is a mistake, but for the last. */
static bool
check_all_used (const DnnModel *self, GError **error)
{
  for (guint i = 0; i + 1 < self->layers->len; i++) {
    bool used = false;

    for (guint j = i + 1; j < self->layers->len; j++) {
      const DnnLayer *user = dnn_model_layer (self, j);

      for (uint32_t k = 0; k < user->n_inputs; k++)
        used = used || user->inputs[k].layer == (int) i;
    }
    if (!used) {
      const DnnLayer *layer = dnn_model_layer (self, i);

      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "layer '%s' is the input of no other, and not the last",
                   layer->name);
      dnn_error_prefix_place (error, layer->spec->place);
      return false;
    }
  }
  return true;
}

/* --- shapes and weights ------------------------------------------------------
 */

static DnnTensor
tensor_of (const DnnShape *shape)
{
  DnnTensor t = { NULL, DNN_FLOAT32, shape->n_dims, { 0 } };

  memcpy (t.dims, shape->dims, sizeof t.dims);
  return t;
}

static DnnBuilt *
build_layer (const DnnModel *self, const DnnLayer *layer, GError **error)
{
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, layer->n_inputs);
  g_autofree const DnnTensor **x = g_new0 (const DnnTensor *, layer->n_inputs);

  for (uint32_t i = 0; i < layer->n_inputs; i++) {
    const DnnInput *input = &layer->inputs[i];

    shapes[i] = tensor_of (input->layer < 0
                               ? &self->input
                               : &dnn_model_layer (self, (size_t) input->layer)
                                      ->outputs.at[input->output]
                                      .shape);
    x[i] = &shapes[i];
  }
  return dnn_layer_build (layer, x, error);
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
    g_ptr_array_add (self->weights, ret_weights[i]);
  }
  return true;
}

/* Takes the weights of the layer named by the key `weights`. */
static bool
share_weights (DnnModel *self, DnnLayer *layer, const DnnBuilt *built,
               const DnnArg *arg, GError **error)
{
  const DnnLayer *owner = dnn_model_find_layer (self, arg->value);

  if (owner == NULL)
    return set_unknown_layer (self, arg->value, error);
  for (uint32_t i = 0; i < built->weights.n; i++) {
    const DnnDeclared *declared = &built->weights.at[i];
    DnnWeight *weight = i < owner->n_weights ? owner->weights[i] : NULL;
    DnnShape shape =
        weight != NULL ? dnn_shape_of (&weight->tensor) : DNN_SCALAR;

    if (!declared->set)
      continue;
    if (weight == NULL || shape.n_dims != declared->shape.n_dims ||
        memcmp (shape.dims, declared->shape.dims, sizeof shape.dims) != 0) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "%s cannot share the weights of '%s': its '%s' has another "
                   "shape",
                   layer->name, owner->name, declared->name);
      return false;
    }
    layer->weights[i] = weight;
  }
  return true;
}

/* `<weight>_initializer` must name a weight that there is. */
static bool
check_weight_keys (const DnnLayer *layer, GError **error)
{
  const GPtrArray *args =
      (layer->component != NULL ? layer->component : layer->activation)
          ->host_args->args;

  for (guint i = 0; i < args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args, i);
    bool found = !g_str_has_suffix (arg->key, "_initializer");

    for (uint32_t j = 0; j < layer->n_weights + layer->n_buffers; j++) {
      const DnnWeight *weight = j < layer->n_weights
                                    ? layer->weights[j]
                                    : layer->buffers[j - layer->n_weights];

      found = found || (weight != NULL &&
                        g_str_has_prefix (arg->key, weight->short_name) &&
                        arg->key[strlen (weight->short_name)] == '_');
    }
    if (!found) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "%s: it has no weight for '%s'", layer->name, arg->key);
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

static bool
add_layer (DnnModel *self, const DnnSpec *spec, GError **error)
{
  g_autoptr (DnnLayer) layer = dnn_layer_new (self->registry, spec, error);
  g_autofree DnnBuilt *built = NULL;
  GError *local = NULL;

  if (layer == NULL)
    return false;
  if (name_layer (self, layer, &local) && connect (self, layer, &local))
    built = build_layer (self, layer, &local);
  if (built == NULL) {
    g_propagate_error (error, local);
    dnn_error_prefix_place (error, spec->place);
    return false;
  }
  layer->outputs = built->outputs;
  if (!make_weights (self, layer, built, error))
    return false;
  g_ptr_array_add (self->layers, g_steal_pointer (&layer));
  return true;
}

DnnModel *
dnn_model_new (DnnRegistry *registry, const GPtrArray *specs,
               const DnnShape *input, GError **error)
{
  g_autoptr (DnnModel) self = g_new0 (DnnModel, 1);

  g_return_val_if_fail (input->n_dims < DNN_MAX_DIMS, NULL);

  g_atomic_ref_count_init (&self->refs);
  self->registry = dnn_registry_ref (registry);
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->weights = g_ptr_array_new_with_free_func (weight_free);
  self->input.n_dims = input->n_dims + 1;
  self->input.dims[0] = DNN_NOMINAL_BATCH;
  memcpy (&self->input.dims[1], input->dims,
          input->n_dims * sizeof input->dims[0]);
  for (guint i = 0; i < specs->len; i++)
    if (!add_layer (self, g_ptr_array_index (specs, i), error))
      return NULL;
  if (!check_all_used (self, error))
    return NULL;
  return g_steal_pointer (&self);
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
  for (guint i = 0; i < self->weights->len; i++)
    if (!dnn_weight_initialize (dnn_model_weight (self, i), seed, error))
      return false;
  return true;
}

/* --- looking -------------------------------------------------------------- */

size_t
dnn_model_n_layers (const DnnModel *self)
{
  return self->layers->len;
}

DnnLayer *
dnn_model_layer (const DnnModel *self, size_t i)
{
  return g_ptr_array_index (self->layers, i);
}

DnnLayer *
dnn_model_find_layer (const DnnModel *self, const char *name)
{
  for (guint i = 0; i < self->layers->len; i++)
    if (strcmp (dnn_model_layer (self, i)->name, name) == 0)
      return dnn_model_layer (self, i);
  return NULL;
}

size_t
dnn_model_n_weights (const DnnModel *self)
{
  return self->weights->len;
}

DnnWeight *
dnn_model_weight (const DnnModel *self, size_t i)
{
  return g_ptr_array_index (self->weights, i);
}

DnnWeight *
dnn_model_find_weight (const DnnModel *self, const char *name)
{
  for (guint i = 0; i < self->weights->len; i++)
    if (strcmp (dnn_model_weight (self, i)->name, name) == 0)
      return dnn_model_weight (self, i);
  return NULL;
}

bool
dnn_model_is_trainable (const DnnModel *self, const DnnWeight *weight)
{
  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    for (uint32_t j = 0; layer->trainable && j < layer->n_weights; j++)
      if (layer->weights[j] == weight)
        return true;
  }
  return false;
}

/* Without the batch. */
static DnnShape
sample_shape (const DnnShape *shape)
{
  DnnShape sample = { .n_dims = shape->n_dims - 1 };

  memcpy (sample.dims, &shape->dims[1], sample.n_dims * sizeof sample.dims[0]);
  return sample;
}

DnnShape
dnn_model_input_shape (const DnnModel *self)
{
  return sample_shape (&self->input);
}

DnnShape
dnn_model_output_shape (const DnnModel *self)
{
  return sample_shape (
      &dnn_model_layer (self, self->layers->len - 1)->outputs.at[0].shape);
}

DnnRegistry *
dnn_model_registry (const DnnModel *self)
{
  return self->registry;
}

/* A word of a chain, quoted where it must be. */
static void
append_word (GString *text, const char *key, const char *value)
{
  bool plain = strpbrk (value, " \t\n'\"!") == NULL;

  g_string_append_printf (text, plain ? " %s=%s" : " %s=\"%s\"", key, value);
}

char *
dnn_model_to_chain (const DnnModel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);
    const GPtrArray *args = layer->spec->args;

    g_string_append_printf (text, "%s%s", i > 0 ? " ! " : "",
                            layer->spec->name);
    if (dnn_layer_host_arg (layer, "name") == NULL)
      append_word (text, "name", layer->name);
    for (guint j = 0; j < args->len; j++) {
      const DnnArg *arg = g_ptr_array_index (args, j);

      append_word (text, arg->key, arg->value);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
