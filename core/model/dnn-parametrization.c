/* dnn-parametrization.c - makes parametrizations, and answers for them */
#include "dnn-parametrization.h"

#include "dnn-host.h"
#include "dnn-kind.h"
#include "dnn-running.h"

static const DnnKind kind = DNN_KIND_PARAMETRIZATION;

/* --- making -------------------------------------------------------------- */

static bool
add_own (DnnLayer *self, DnnRegistry *registry, const DnnDeclaredList *list,
         bool buffers, DnnWeight **ret_weights, GError **error)
{
  for (uint32_t i = 0; i < list->n; i++) {
    if (!list->at[i].set)
      continue;
    ret_weights[i] =
        dnn_weight_new (registry, self, &list->at[i], buffers, error);
    if (ret_weights[i] == NULL)
      return false;
    ret_weights[i]->learning_rate_multiplier =
        self->of->learning_rate_multiplier;
  }
  return true;
}

/* Builds it for its weight. */
static bool
build (DnnLayer *self, DnnRegistry *registry, GError **error)
{
  const DnnTensor *x = &self->of->tensor;
  DnnTensor shape = *x;
  g_autofree DnnBuilt *built = NULL;

  shape.data = NULL;
  x = &shape;
  built = dnn_layer_build (self, &x, NULL, error);
  if (built == NULL)
    return false;
  self->outputs = built->outputs;
  self->n_weights = built->weights.n;
  self->weights = g_new0 (DnnWeight *, self->n_weights + 1);
  self->n_buffers = built->buffers.n;
  self->buffers = g_new0 (DnnWeight *, self->n_buffers + 1);
  return add_own (self, registry, &built->weights, false, self->weights,
                  error) &&
         add_own (self, registry, &built->buffers, true, self->buffers, error);
}

static void
free_own (DnnLayer *self)
{
  for (uint32_t i = 0; i < self->n_weights; i++)
    dnn_weight_free (self->weights[i]);
  for (uint32_t i = 0; i < self->n_buffers; i++)
    dnn_weight_free (self->buffers[i]);
}

static DnnLayer *
make (DnnWeight *weight, DnnRegistry *registry, const DnnSpec *spec,
      GError **error)
{
  g_autoptr (DnnLayer) self = g_new0 (DnnLayer, 1);

  self->name = g_strdup (weight->name);
  self->of = weight;
  self->spec = dnn_spec_copy (spec);
  self->inputs = g_new0 (DnnInput, 1);
  self->n_inputs = 1;
  self->trainable = true;
  self->component = dnn_component_new (registry, kind, spec, NULL, error);
  if (self->component == NULL)
    return NULL;
  if (build (self, registry, error))
    return g_steal_pointer (&self);
  free_own (self);
  return NULL;
}

bool
dnn_weight_parametrize (DnnWeight *self, DnnRegistry *registry,
                        const DnnLayer *layer, GError **error)
{
  g_autofree char *key =
      g_strconcat (self->short_name, "_parametrization", NULL);
  const DnnArg *arg = dnn_layer_host_arg (layer, key);
  g_autoptr (DnnSpec) spec = NULL;
  GError *failure = NULL;

  if (arg == NULL || self->is_buffer)
    return true;
  spec = dnn_spec_parse (arg->value, (DnnPlace){ 0 }, error);
  if (spec != NULL)
    self->parametrization = make (self, registry, spec, &failure);
  if (self->parametrization != NULL)
    return true;
  if (spec != NULL &&
      dnn_registry_forgives (registry, &kind, 1, spec->name, failure)) {
    g_error_free (failure);
    g_free (self->missing);
    self->missing = g_strdup_printf ("parametrization '%s'", spec->name);
    return true;
  }
  if (failure != NULL)
    g_propagate_error (error, failure);
  g_prefix_error (error, "%s: %s: ", layer->name, key);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

/* --- answers ------------------------------------------------------------- */

bool
dnn_weight_is_adapted (const DnnWeight *self)
{
  const DnnLayer *made = self->parametrization;

  return made != NULL && dnn_layer_has_weights (made) &&
         (made->component->code->flags & DNN_FLAG_ADAPTER) != 0;
}

bool
dnn_layer_wants_gradient (const DnnLayer *self, uint32_t i)
{
  const DnnWeight *weight = self->weights[i];

  return weight != NULL && (self->trainable || dnn_weight_is_adapted (weight));
}

bool
dnn_layer_learns (const DnnLayer *self)
{
  for (uint32_t i = 0; i < self->n_weights; i++)
    if (dnn_layer_wants_gradient (self, i))
      return true;
  return false;
}

static bool
holds (DnnWeight *const *weights, uint32_t n, const DnnWeight *weight)
{
  for (uint32_t i = 0; i < n; i++)
    if (weights[i] != NULL &&
        (weights[i] == weight || weights[i] == weight->of))
      return true;
  return false;
}

bool
dnn_layer_has (const DnnLayer *self, const DnnWeight *weight)
{
  return holds (self->weights, self->n_weights, weight) ||
         holds (self->buffers, self->n_buffers, weight);
}

/* --- first --------------------------------------------------------------- */

static const DnnTensor **
tensors_of (DnnWeight *const *weights, uint32_t n)
{
  const DnnTensor **array = g_new0 (const DnnTensor *, DNN_MAX_DECLARED);

  for (uint32_t i = 0; i < n; i++)
    array[i] = weights[i] != NULL ? &weights[i]->tensor : NULL;
  return array;
}

bool
dnn_weight_begin_parametrization (DnnWeight *self, GError **error)
{
  const DnnLayer *made = self->parametrization;
  const DnnLayerOps *ops = made != NULL ? made->component->code->ops : NULL;
  DnnTensor *none[DNN_MAX_DECLARED] = { NULL };
  const DnnTensor *x[] = { &self->tensor };
  g_autofree const DnnTensor **w = NULL, **buffers = NULL;
  DnnContext context = { .host = &dnn_host,
                         .key = { .owner = dnn_random_owner (self->name) } };
  DnnPass pass = { .call = { DNN_END_OF (DnnPass, scratch), 0, &context },
                   .training = 1,
                   .n_inputs = 1,
                   .n_outputs = 1,
                   .x = x,
                   .y = none,
                   .dy = (const DnnTensor *const *) none,
                   .dx = none,
                   .dw = none,
                   .saved = none,
                   .scratch = none };
  DnnRunning running = { dnn_kind_name (kind), self->name, NULL, "first" };
  int32_t status;

  if (ops == NULL || ops->struct_size < DNN_END_OF (DnnLayerOps, first) ||
      ops->first == NULL)
    return true;
  w = tensors_of (made->weights, made->n_weights);
  buffers = tensors_of (made->buffers, made->n_buffers);
  pass.w = w;
  pass.buffers = (DnnTensor *const *) buffers;
  running.plugin = made->component->plugin->name;
  dnn_running_begin (&running);
  status = ops->first (made->component->self, &dnn_host, &pass);
  dnn_running_end ();
  if (status == 0 && context.message == NULL)
    return true;
  dnn_context_take_error (&context, self->name, DNN_ERROR_DATA, error);
  return false;
}
