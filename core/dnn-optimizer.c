/* dnn-optimizer.c - steps weights, tile by tile */
#include "dnn-optimizer.h"

#include "dnn-blas.h"
#include "dnn-memory.h"
#include "dnn-param.h"

#include <math.h>
#include <string.h>

/* Elements of a weight that are stepped in one piece. */
enum { GRAIN = 16384 };

/* The host's own keys, as a table. */
typedef struct {
  double clipvalue;
  double clipnorm;
  double global_clipnorm;
  double weight_decay;
} Keys;

static const DnnParam key_params[] = {
  DNN_FLOAT (Keys, clipvalue, "inf", 0, INFINITY, "",
             "largest size of an element of a gradient"),
  DNN_FLOAT (Keys, clipnorm, "inf", 0, INFINITY, "",
             "largest norm of one weight's gradient"),
  DNN_FLOAT (Keys, global_clipnorm, "inf", 0, INFINITY, "",
             "largest norm of all gradients together"),
  DNN_FLOAT (Keys, weight_decay, "0", 0, 1e6, "",
             "share of a weight, times the rate, that decays at a step"),
};

static const DnnPlugin key_table = {
  .name = "optimizer",
  .self_size = sizeof (Keys),
  .params = key_params,
  .n_params = G_N_ELEMENTS (key_params),
  .param_stride = sizeof key_params[0],
};

struct DnnOptimizer {
  DnnComponent *component; /* (owned) */
  const DnnOptimizerOps *ops;
  const DnnParam *rate; /* its learning_rate; NULL: it has none */
  Keys keys;
  GPtrArray *states; /* (owned) of DnnWeightState */
  DnnPool *pool;
  DnnContext context;
  uint64_t step;
};

/* --- making ------------------------------------------------------------------
 */

static void
state_free (gpointer data)
{
  DnnWeightState *state = data;

  for (uint32_t i = 0; i < state->slots.n; i++)
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
  dnn_component_free (self->component);
  g_free (self);
}

static bool
take_keys (DnnOptimizer *self, GError **error)
{
  const DnnSpec *args = self->component->host_args;
  g_autoptr (GString) clips = g_string_new (NULL);
  int n_clips = 0;

  if (!dnn_param_set_defaults (&key_table, &self->keys, error))
    return false;
  for (guint i = 0; i < args->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args->args, i);
    const DnnParam *param = dnn_param_find (&key_table, arg->key);

    if (!dnn_param_set (param, &self->keys, arg->value, error)) {
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
    if (strstr (arg->key, "clip") != NULL) {
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
  return true;
}

DnnOptimizer *
dnn_optimizer_new (DnnRegistry *registry, const DnnSpec *spec, GError **error)
{
  static const char *const host_keys[] = { "clipvalue", "clipnorm",
                                           "global_clipnorm", "weight_decay",
                                           NULL };
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
  return g_steal_pointer (&self);
}

const DnnComponent *
dnn_optimizer_component (const DnnOptimizer *self)
{
  return self->component;
}

static bool
is_elementwise (const DnnOptimizer *self)
{
  return (self->component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
}

bool
dnn_optimizer_stores_gradients (const DnnOptimizer *self)
{
  return isfinite (self->keys.global_clipnorm);
}

/* --- states
 * -------------------------------------------------------------------- */

static DnnWeightState *
find_state (const DnnOptimizer *self, const DnnWeight *weight)
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
  int64_t n = 1;

  for (uint32_t i = 0; i < slot->shape.n_dims; i++)
    n *= slot->shape.dims[i];
  return n;
}

/* A slot that comes at the range, not whole. */
static bool
is_like_weight (const DnnWeightState *state, uint32_t slot)
{
  const DnnShape *shape = &state->slots.at[slot].shape;

  return shape->n_dims == state->shape.n_dims &&
         memcmp (shape->dims, state->shape.dims, sizeof shape->dims) == 0;
}

static bool
allocate_slots (DnnWeightState *state, GError **error)
{
  state->data = g_new0 (float *, state->slots.n + 1);
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

static bool
add_state (DnnOptimizer *self, DnnWeight *weight, GError **error)
{
  DnnWeightState *state = g_new0 (DnnWeightState, 1);
  g_autofree DnnBuilt *built = NULL;

  g_ptr_array_add (self->states, state);
  state->weight = weight;
  state->shape = weight->tensor;
  state->shape.data = NULL;
  built = dnn_build_slots (self->component, self->component->plugin->name,
                           &state->shape, error);
  if (built != NULL)
    state->slots = built->slots;
  if (built == NULL || !allocate_slots (state, error)) {
    g_prefix_error (error, "%s: ", weight->name);
    return false;
  }
  state->self = g_malloc0 ((size_t) self->component->code->self_size + 1);
  state->at =
      g_new0 (float *, (size_t) DNN_MAX_DECLARED *dnn_pool_size (self->pool));
  return true;
}

bool
dnn_optimizer_prepare (DnnOptimizer *self, DnnModel *model, DnnPool *pool,
                       GError **error)
{
  self->pool = pool;
  self->context.pool = pool;
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);

    if (dnn_model_is_trainable (model, weight) &&
        find_state (self, weight) == NULL && !add_state (self, weight, error))
      return false;
  }
  return true;
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

/* --- one range
 * ------------------------------------------------------------------ */

static void
fill_step (const DnnOptimizer *self, DnnWeightState *state, int64_t first,
           int64_t n, uint32_t worker, DnnStep *ret_step)
{
  float **at = state->at + (size_t) worker * DNN_MAX_DECLARED;

  for (uint32_t i = 0; i < state->slots.n; i++)
    at[i] = state->data[i] != NULL && is_like_weight (state, i)
                ? state->data[i] + first
                : state->data[i];
  *ret_step = (DnnStep){
    .call = { DNN_END_OF (DnnStep, weight), 0, (void *) &self->context },
    .n = n,
    .w = (float *) state->weight->tensor.data + first,
    .slots = at,
    .t = state->t,
    .step = self->step,
    .weight = &state->shape,
  };
}

/* Clips, decays and steps elements first .. first + n - 1.  `factor` is what
 * clipping by a norm came to. */
static void
update_range (const DnnOptimizer *self, DnnWeightState *state, float *g,
              int64_t first, int64_t n, float factor, uint32_t worker)
{
  float *w = (float *) state->weight->tensor.data + first;
  DnnStep step;

  if (factor != 1)
    for (int64_t i = 0; i < n; i++)
      g[i] *= factor;
  if (isfinite (self->keys.clipvalue)) {
    const float most = (float) self->keys.clipvalue;

    for (int64_t i = 0; i < n; i++)
      g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i];
  }
  if (self->keys.weight_decay > 0 && self->rate != NULL) {
    const float decay =
        (float) (self->keys.weight_decay *
                 dnn_param_get_number (self->rate, state->self));

    for (int64_t i = 0; i < n; i++)
      w[i] -= w[i] * decay;
  }
  fill_step (self, state, first, n, worker, &step);
  step.g = g;
  self->ops->step (state->self, &dnn_host, &step);
}

typedef struct {
  const DnnOptimizer *optimizer;
  DnnWeightState *state;
  float *g;
  int64_t n;       /* elements of the weight */
  int64_t columns; /* of the weight, as a matrix */
  float factor;
} Update;

static void
update_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Update *update = data;
  int64_t first = chunk * GRAIN;

  update_range (update->optimizer, update->state, update->g + first, first,
                MIN (GRAIN, update->n - first), update->factor, worker);
}

static void
update_weight (DnnOptimizer *self, DnnWeightState *state, DnnTensor *dw,
               float factor)
{
  Update update = { self, state, dw->data, dnn_count (dw), 0, factor };

  if (is_elementwise (self))
    dnn_pool_run (self->pool, (update.n + GRAIN - 1) / GRAIN, update_chunk,
                  &update);
  else
    update_range (self, state, dw->data, 0, update.n, factor, 0);
}

/* --- gradients
 * ------------------------------------------------------------------- */

/* In a fixed order, in double, by lanes that the compiler can vectorize. */
static double
sum_of_squares (const DnnTensor *dw)
{
  enum { LANES = 16 };
  const float *g = dw->data;
  const int64_t n = dnn_count (dw);
  double lanes[LANES] = { 0 }, sum = 0;
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int j = 0; j < LANES; j++)
      lanes[j] += (double) g[i + j] * g[i + j];
  for (; i < n; i++)
    sum += (double) g[i] * g[i];
  for (int j = 0; j < LANES; j++)
    sum += lanes[j];
  return sum;
}

/* What a gradient of that norm is multiplied by. */
static float
clip_factor (double norm, double most)
{
  return norm > most || isnan (norm) ? (float) (most / norm) : 1.0f;
}

static void
take_gradient (void *data, DnnWeight *weight, DnnTensor *dw)
{
  DnnOptimizer *self = data;
  DnnWeightState *state = find_state (self, weight);
  float factor = 1;

  if (isfinite (self->keys.global_clipnorm)) {
    state->pending = dw;
    return;
  }
  if (isfinite (self->keys.clipnorm))
    factor = clip_factor (sqrt (sum_of_squares (dw)), self->keys.clipnorm);
  update_weight (self, state, dw, factor);
}

/* A tile of dw is complete: its rows are stepped while they are hot. */
static void
step_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
           int64_t n_columns, uint32_t worker)
{
  const Update *update = data;

  if (n_columns == update->columns) {
    n_columns *= n_rows;
    n_rows = 1;
  }
  for (int64_t i = row; i < row + n_rows; i++) {
    int64_t first = i * update->columns + column;

    update_range (update->optimizer, update->state, update->g + first, first,
                  n_columns, 1, worker);
  }
}

static void
take_product (void *data, DnnWeight *weight, const DnnTensor *a,
              const DnnTensor *d, DnnTensor *dw)
{
  DnnOptimizer *self = data;
  Update update = { self,           find_state (self, weight), dw->data,
                    dnn_count (dw), dnn_columns (d),           1 };
  bool by_tiles = is_elementwise (self) && !isfinite (self->keys.clipnorm) &&
                  !isfinite (self->keys.global_clipnorm);
  DnnGemm gemm = {
    .struct_size = DNN_END_OF (DnnGemm, stride_c),
    .trans_a = 1,
    .m = dnn_columns (a),
    .n = dnn_columns (d),
    .k = dnn_rows (a),
    .alpha = 1,
    .a = dnn_f32 (a),
    .b = dnn_f32 (d),
    .c = dnn_f32 (dw),
  };

  dnn_blas_gemm_tiles (self->pool, &gemm, by_tiles ? step_tile : NULL, &update);
  if (!by_tiles)
    take_gradient (self, weight, dw);
}

DnnSink
dnn_optimizer_sink (DnnOptimizer *self)
{
  return (DnnSink){ take_product, take_gradient, self };
}

/* --- steps
 * ------------------------------------------------------------------------ */

/* The struct that a weight's step sees: schedules and multipliers applied. */
static void
resolve_self (const DnnOptimizer *self, DnnWeightState *state, uint64_t step)
{
  const DnnComponent *component = self->component;

  memcpy (state->self, component->self, component->code->self_size);
  for (guint i = 0; i < component->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (component->schedules, i);

    dnn_param_set_number (
        driven->param, state->self,
        dnn_component_value_at (component, driven->param, step));
  }
  if (self->rate != NULL && state->weight->learning_rate_multiplier != 1)
    dnn_param_set_number (self->rate, state->self,
                          dnn_param_get_number (self->rate, state->self) *
                              state->weight->learning_rate_multiplier);
}

void
dnn_optimizer_begin_step (DnnOptimizer *self, uint64_t step,
                          uint64_t schedule_step)
{
  self->step = step;
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);
    DnnStep begin;

    state->pending = NULL;
    state->t++;
    resolve_self (self, state, schedule_step);
    if (self->ops->begin == NULL)
      continue;
    fill_step (self, state, 0, dnn_count (&state->shape), 0, &begin);
    self->ops->begin (state->self, &dnn_host, &begin);
  }
}

void
dnn_optimizer_end_step (DnnOptimizer *self)
{
  double sum = 0;
  float factor;

  if (!isfinite (self->keys.global_clipnorm))
    return;
  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending != NULL)
      sum += sum_of_squares (state->pending);
  }
  factor = clip_factor (sqrt (sum), self->keys.global_clipnorm);
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending != NULL)
      update_weight (self, state, state->pending, factor);
  }
}

double
dnn_optimizer_rate (const DnnOptimizer *self, uint64_t schedule_step)
{
  return self->rate != NULL ? dnn_component_value_at (self->component,
                                                      self->rate, schedule_step)
                            : 0;
}
