/* dnn-optimizer.c - an optimizer and what it remembers */
#include "dnn-build.h"
#include "dnn-optimizer-private.h"
#include "dnn-shape.h"

#include "dnn-kind.h"
#include "dnn-memory.h"
#include "dnn-param.h"
#include "dnn-penalty.h"

#include <math.h>
#include <string.h>

/* --- making -------------------------------------------------------------- */

static void
state_free (gpointer data)
{
  DnnWeightState *state = data;

  for (uint32_t i = 0; state->data != NULL && i < state->slots.n; i++)
    dnn_memory_free (state->data[i]);
  g_free (state->data);
  g_free (state->at);
  g_free (state->self);
  g_free (state);
}

void
dnn_optimizer_free (DnnOptimizer *self)
{
  if (self == NULL)
    return;
  dnn_context_clear (&self->context);
  g_ptr_array_unref (self->states);
  g_clear_error (&self->error);
  dnn_memory_free (self->room);
  g_free (self->step_at);
  g_free (self->steps);
  g_free (self->all_self);
  g_clear_pointer (&self->around, dnn_component_free);
  dnn_component_free (self->component);
  g_free (self);
}

/* A key that does nothing alone is a mistake; in a phase that does not average
 * use_ema = false stands beside it, as weight_decay = 0 in one that does not
 * decay. */
static bool
check_alone (const DnnOptimizer *self, const DnnSpec *args, GError **error)
{
  for (guint i = 0; i < args->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args->args, i);
    const char *needs = NULL;

    if (g_str_has_prefix (arg->key, "ema_") &&
        dnn_spec_find (args, "use_ema") == NULL)
      needs = "use_ema = true";
    if (g_str_has_prefix (arg->key, "exclude_") &&
        dnn_spec_find (args, "weight_decay") == NULL &&
        self->keys.weight_decay == 0)
      needs = "weight_decay = 0.004";
    if (needs == NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "'%s' needs '%s' beside it",
                 arg->key, needs);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  return true;
}

/* Whoever says 0 means that nothing is clipped. */
static bool
check_clip (const DnnArg *arg, double most, GError **error)
{
  if (most != 0)
    return true;
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_PARAM,
      "%s '%s' would clip every gradient to 0; leave it out, or say inf",
      arg->key, arg->value);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

static bool
take_keys (DnnOptimizer *self, GError **error)
{
  const DnnSpec *args = self->component->host_args;
  g_autoptr (GString) clips = g_string_new (NULL);
  int n_clips = 0;

  if (!dnn_param_set_defaults (&dnn_optimizer_keys, &self->keys, error))
    return false;
  for (guint i = 0; i < args->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args->args, i);
    const DnnParam *param = dnn_param_find (&dnn_optimizer_keys, arg->key);

    if (!dnn_param_set (param, &self->keys, arg->value, error)) {
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
    if (strstr (arg->key, "clip") == NULL)
      continue;
    if (!check_clip (arg, dnn_param_get_number (param, &self->keys), error))
      return false;
    /* "inf" takes back what the file says, in a phase that clips otherwise. */
    if (isfinite (dnn_param_get_number (param, &self->keys))) {
      g_string_append_printf (clips, "%s'%s'", n_clips > 0 ? " and " : "",
                              arg->key);
      n_clips++;
    }
  }
  if (n_clips > 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "only one of clipvalue, clipnorm and global_clipnorm can be "
                 "set, not %s",
                 clips->str);
    dnn_error_prefix_place (error, args->place);
    return false;
  }
  return check_alone (self, args, error);
}

DnnOptimizer *
dnn_optimizer_new (DnnRegistry *registry, const DnnSpec *spec, GError **error)
{
  g_autofree const char **host_keys = dnn_kind_key_names (DNN_KIND_OPTIMIZER);
  g_autoptr (DnnOptimizer) self = g_new0 (DnnOptimizer, 1);

  self->states = g_ptr_array_new_with_free_func (state_free);
  self->component =
      dnn_component_new (registry, DNN_KIND_OPTIMIZER, spec, host_keys, error);
  if (self->component == NULL) {
    dnn_error_prefix_place (error, spec->place);
    return NULL;
  }
  if (!take_keys (self, error))
    return NULL;
  self->ops = self->component->code->ops;
  self->rate = dnn_param_find (self->component->code, "learning_rate");
  self->running = (DnnRunning){ "optimizer", self->component->plugin->name,
                                self->component->plugin->name, "step" };
  return dnn_optimizer_make_around (self, registry, error)
             ? g_steal_pointer (&self)
             : NULL;
}

const DnnComponent *
dnn_optimizer_component (const DnnOptimizer *self)
{
  return self->component;
}

bool
dnn_optimizer_stores_gradients (const DnnOptimizer *self)
{
  return isfinite (self->keys.global_clipnorm) ||
         dnn_optimizer_looks_again (self);
}

bool
dnn_optimizer_looks_again (const DnnOptimizer *self)
{
  return self->all != NULL;
}

void
dnn_optimizer_set_batch (DnnOptimizer *self, double loss, DnnEvaluate evaluate,
                         void *data)
{
  self->loss = loss;
  self->evaluate = evaluate;
  self->evaluate_data = data;
}

/* --- states -------------------------------------------------------------- */

DnnWeightState *
dnn_optimizer_find_state (const DnnOptimizer *self, const DnnWeight *weight)
{
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->weight == weight)
      return state;
  }
  return NULL;
}

static int64_t
slot_count (const DnnDeclared *slot)
{
  int64_t n = 0;

  dnn_shape_count (&slot->shape, &n);
  return n;
}

static bool
allocate_slots (DnnWeightState *state, GError **error)
{
  /* A plugin may look at any index that it might have declared. */
  state->data = g_new0 (float *, 2 * DNN_MAX_DECLARED);
  for (uint32_t i = 0; i < state->slots.n; i++) {
    const DnnDeclared *slot = &state->slots.at[i];
    int64_t n = slot_count (slot);

    if (!slot->set)
      continue;
    state->data[i] = dnn_memory_new ((size_t) n * sizeof (float), error);
    if (state->data[i] == NULL)
      return false;
    for (int64_t j = 0; slot->initial != 0 && j < n; j++)
      state->data[i][j] = (float) slot->initial;
  }
  return true;
}

/* Slots and scratch of one of the two plugins. */
static bool
declare_role (const DnnComponent *component, DnnWeightState *state,
              DnnOptimizerRole role, GError **error)
{
  const char *prefix = role == DNN_ROLE_AROUND ? "around." : "";
  g_autofree DnnBuilt *built =
      dnn_build_slots (component, component->plugin->name, &state->shape,
                       state->weight->name, error);

  if (built == NULL)
    return false;
  state->scratch[role] = built->scratch;
  for (uint32_t i = 0; i < built->slots.n; i++) {
    DnnDeclared *slot = &state->slots.at[state->slots.n];
    g_autofree char *name = NULL;

    if (state->slots.n + DNN_N_HOST_SLOTS == DNN_MAX_DECLARED) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "%s: %u slots leave no room for the host's; %d are the most",
                   component->plugin->name, built->slots.n,
                   DNN_MAX_DECLARED - DNN_N_HOST_SLOTS);
      return false;
    }
    *slot = built->slots.at[i];
    name = g_strconcat (prefix, slot->name, NULL);
    slot->name = slot->set ? g_intern_string (name) : NULL;
    state->slots.n++;
  }
  return true;
}

static bool
declare_slots (DnnOptimizer *self, DnnWeightState *state, GError **error)
{
  if (!declare_role (self->component, state, DNN_ROLE_TYPE, error))
    return false;
  state->n_own = state->slots.n;
  if (self->around != NULL &&
      !declare_role (self->around, state, DNN_ROLE_AROUND, error))
    return false;
  state->n_around = state->slots.n - state->n_own;
  dnn_optimizer_declare_host_slots (self, state);
  return dnn_optimizer_check_multiplier (self, state->weight, error);
}

/* The slots of a weight, without room for them. */
static DnnWeightState *
declare_state (DnnOptimizer *self, DnnWeight *weight, GError **error)
{
  DnnWeightState *state = g_new0 (DnnWeightState, 1);

  g_ptr_array_add (self->states, state);
  state->weight = weight;
  state->owner = dnn_random_owner (weight->name);
  state->shape = weight->tensor;
  state->shape.data = NULL;
  if (declare_slots (self, state, error))
    return state;
  g_prefix_error (error, "%s: ", weight->name);
  return NULL;
}

bool
dnn_optimizer_add_state (DnnOptimizer *self, DnnWeight *weight, GError **error)
{
  DnnWeightState *state = declare_state (self, weight, error);

  if (state == NULL)
    return false;
  if (!allocate_slots (state, error) ||
      !dnn_weight_prepare_penalty (weight, error)) {
    g_prefix_error (error, "%s: ", weight->name);
    return false;
  }
  state->self = g_malloc0 ((size_t) self->component->code->self_size + 1);
  state->at =
      g_new0 (float *, (size_t) DNN_MAX_DECLARED *dnn_pool_size (self->pool));
  return true;
}

/* For every weight that trains and has no state yet. */
static bool
add_states (DnnOptimizer *self, DnnModel *model,
            bool (*add) (DnnOptimizer *, DnnWeight *, GError **),
            GError **error)
{
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);

    if (dnn_model_is_trainable (model, weight) &&
        dnn_optimizer_find_state (self, weight) == NULL &&
        !add (self, weight, error))
      return false;
  }
  return dnn_optimizer_choose_decay (self, model, error);
}

bool
dnn_optimizer_prepare (DnnOptimizer *self, DnnModel *model, DnnPool *pool,
                       GError **error)
{
  self->pool = pool;
  self->context.pool = pool;
  return add_states (self, model, dnn_optimizer_add_state, error) &&
         dnn_optimizer_make_room (self, error);
}

static bool
declare (DnnOptimizer *self, DnnWeight *weight, GError **error)
{
  return declare_state (self, weight, error) != NULL;
}

bool
dnn_optimizer_declare (DnnOptimizer *self, DnnModel *model, GError **error)
{
  return add_states (self, model, declare, error);
}

int64_t
dnn_optimizer_n_accumulated (const DnnOptimizer *self)
{
  return self->keys.gradient_accumulation_steps;
}

size_t
dnn_optimizer_n_states (const DnnOptimizer *self)
{
  return self->states->len;
}

DnnWeightState *
dnn_optimizer_state (const DnnOptimizer *self, size_t i)
{
  return g_ptr_array_index (self->states, i);
}

int64_t
dnn_optimizer_count (const DnnOptimizer *self)
{
  int64_t n = 0;

  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);

    for (uint32_t j = 0; j < state->slots.n; j++)
      if (state->slots.at[j].set)
        n += slot_count (&state->slots.at[j]);
  }
  return n;
}

void
dnn_optimizer_set_length (DnnOptimizer *self, DnnLength length)
{
  self->length = length;
}

void
dnn_optimizer_set_seed (DnnOptimizer *self, uint64_t seed)
{
  self->context.key.seed = seed;
}

bool
dnn_optimizer_check (DnnOptimizer *self, GError **error)
{
  if (self->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&self->error));
    dnn_context_clear (&self->context);
    return false;
  }
  if (self->context.message == NULL)
    return true;
  dnn_context_take_error (&self->context, self->component->plugin->name,
                          DNN_ERROR_DATA, error);
  return false;
}

bool
dnn_optimizer_has_rate (const DnnOptimizer *self)
{
  return self->rate != NULL;
}

double
dnn_optimizer_rate (const DnnOptimizer *self, uint64_t schedule_step)
{
  if (self->rate == NULL)
    return 0;
  return dnn_component_value_at (self->component, self->rate, schedule_step,
                                 self->length);
}

double
dnn_optimizer_own_rate (const DnnOptimizer *self)
{
  return self->rate != NULL
             ? dnn_param_get_number (self->rate, self->component->self)
             : 0;
}

bool
dnn_optimizer_set_rate (DnnOptimizer *self, double rate, GError **error)
{
  const char *name = self->component->plugin->name;

  if (self->rate == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "optimizer '%s' has no learning_rate to set", name);
    return false;
  }
  for (guint i = 0; i < self->component->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (self->component->schedules, i);

    if (driven->param != self->rate)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "the learning_rate of '%s' must be a number to be set, and "
                 "a schedule drives it",
                 name);
    return false;
  }
  dnn_param_set_number (self->rate, self->component->self, rate);
  return true;
}
