/* dnn-augment.c - training rows through layers of their own */
#include "dnn-augment.h"

#include "dnn-memory.h"
#include "dnn-param.h"
#include "dnn-shape.h"

#include <string.h>

struct DnnAugment {
  DnnModel *model; /* (owned) */
  DnnPool *pool;
  DnnPlan *full; /* (owned) */
  DnnPlan *last; /* (owned) of a short batch; NULL: none */
  void *arena;   /* (owned) of both */
  size_t arena_size;
};

void
dnn_augment_free (DnnAugment *self)
{
  if (self == NULL)
    return;
  dnn_plan_free (self->last);
  dnn_plan_free (self->full);
  dnn_memory_free (self->arena);
  dnn_model_unref (self->model);
  g_free (self);
}

/* --- which layers -------------------------------------------------------- */

static char *
shape_to_string (DnnShape shape)
{
  for (uint32_t i = 1; i < shape.n_dims; i++)
    shape.dims[i - 1] = shape.dims[i];
  shape.n_dims--;
  return dnn_shape_to_string (&shape, false);
}

/* Why the layer cannot be one of the chain, where `before` is what it is
 * handed; NULL: it can. */
static char *
refuse (const DnnLayer *layer, int number, const DnnShape *before)
{
  const DnnShape *after = &layer->outputs.at[0].shape;
  g_autofree char *from = NULL, *to = NULL;

  if (dnn_layer_has_weights (layer) || layer->n_buffers > 0)
    return g_strdup ("it has weights");
  if (layer->n_inputs != 1 || layer->outputs.n != 1 ||
      layer->inputs[0].layer != number - 1)
    return g_strdup ("it does not have one input, the layer before it, and one "
                     "output");
  if (dnn_shape_equal (before, after))
    return NULL;
  from = shape_to_string (*before);
  to = shape_to_string (*after);
  return g_strdup_printf ("it changes the shape of rows, from '%s' to '%s'",
                          from, to);
}

static bool
check_layers (const DnnModel *model, DnnPlace place, GError **error)
{
  DnnShape shape = dnn_model_input_shape (model);
  g_autofree char *why = NULL;

  memmove (&shape.dims[1], &shape.dims[0], shape.n_dims * sizeof *shape.dims);
  shape.n_dims++;
  shape.dims[0] = dnn_model_layer (model, 0)->outputs.at[0].shape.dims[0];
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    why = refuse (layer, (int) i, &shape);
    if (why == NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "[data] augment: layer '%s': %s; it belongs into the model",
                 layer->name, why);
    dnn_error_prefix_place (error, place);
    return false;
  }
  return true;
}

/* Words of a chain that numbers after `scale` ask for: what a layer calls its
 * value_range is that of bytes unless somebody says. */
static bool
give_ranges (DnnRegistry *registry, GPtrArray *specs, double scale,
             GError **error)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *range = g_strconcat (
      "0,", g_ascii_dtostr (number, sizeof number, 255 * scale), NULL);

  for (guint i = 0; i < specs->len; i++) {
    DnnSpec *spec = g_ptr_array_index (specs, i);
    const DnnPlugin *plugin =
        dnn_registry_find (registry, DNN_KIND_LAYER, spec->name, NULL);

    if (plugin != NULL)
      plugin = dnn_registry_resolve (registry, plugin, error);
    else
      continue; /* the model says what is wrong */
    if (plugin == NULL)
      return false;
    if (dnn_param_find (plugin, "value_range") != NULL &&
        dnn_spec_find (spec, "value_range") == NULL)
      dnn_spec_add (spec, "value_range", range, spec->place);
  }
  return true;
}

/* Rows of two axes that layers do not take as they are, as pictures. */
static DnnModel *
make_model (DnnRegistry *registry, const DnnAugmentOptions *options,
            GError **error)
{
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (options->chain, options->place, error);
  g_autoptr (GError) first = NULL;
  DnnShape picture = options->row;
  DnnModel *model;

  if (specs == NULL || !give_ranges (registry, specs, options->scale, error))
    return NULL;
  model = dnn_model_new (registry, specs, &options->row, &first);
  if (model == NULL && picture.n_dims == 2 &&
      g_error_matches (first, DNN_ERROR, DNN_ERROR_SHAPE)) {
    picture.dims[picture.n_dims++] = 1;
    return dnn_model_new (registry, specs, &picture, error);
  }
  if (model == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return model;
}

/* --- plans --------------------------------------------------------------- */

static DnnPlan *
make_plan (DnnAugment *self, int64_t n, GError **error)
{
  const DnnPlanOptions options = { .batch = n };
  DnnPlan *plan = dnn_plan_new (self->model, self->pool, &options, error);

  if (plan != NULL)
    self->arena_size = MAX (self->arena_size, plan->arena_size);
  return plan;
}

static bool
make_plans (DnnAugment *self, const DnnAugmentOptions *options, GError **error)
{
  self->full = make_plan (self, options->batch, error);
  if (self->full == NULL)
    return false;
  if (options->last > 0) {
    self->last = make_plan (self, options->last, error);
    if (self->last == NULL)
      return false;
  }
  return true;
}

DnnAugment *
dnn_augment_new_bare (DnnRegistry *registry, DnnPool *pool,
                      const DnnAugmentOptions *options, GError **error)
{
  g_autoptr (DnnAugment) self = g_new0 (DnnAugment, 1);

  self->pool = pool;
  self->model = make_model (registry, options, error);
  if (self->model == NULL) {
    if (options->place.file == NULL)
      g_prefix_error (error, "[data] augment: ");
    return NULL;
  }
  return check_layers (self->model, options->place, error) &&
                 make_plans (self, options, error)
             ? g_steal_pointer (&self)
             : NULL;
}

DnnAugment *
dnn_augment_new (DnnRegistry *registry, DnnPool *pool,
                 const DnnAugmentOptions *options, GError **error)
{
  g_autoptr (DnnAugment) self =
      dnn_augment_new_bare (registry, pool, options, error);

  if (self == NULL)
    return NULL;
  self->arena = dnn_memory_new (self->arena_size, error);
  return self->arena != NULL &&
                 dnn_plan_allocate (self->full, self->arena, error) &&
                 (self->last == NULL ||
                  dnn_plan_allocate (self->last, self->arena, error))
             ? g_steal_pointer (&self)
             : NULL;
}

bool
dnn_augment_run (DnnAugment *self, const DnnPassInfo *info, int64_t n,
                 float *rows, GError **error)
{
  DnnPlan *plan = n == self->full->options.batch ? self->full : self->last;
  const size_t bytes =
      (size_t) dnn_count (&plan->inputs[0]->y.tensor) * sizeof *rows;
  DnnPassInfo own = *info;

  /* Layers of the model draw from other streams, though their names may be the
   * same. */
  own.seed ^= dnn_random_owner ("augment");
  own.training = true;
  memcpy (dnn_plan_input (plan), rows, bytes);
  if (!dnn_executor_forward (plan, &own, error)) {
    g_prefix_error (error, "[data] augment: ");
    return false;
  }
  memcpy (rows, plan->heads[0].prediction->tensor.data, bytes);
  return true;
}

size_t
dnn_augment_arena_size (const DnnAugment *self)
{
  return self->arena_size;
}
