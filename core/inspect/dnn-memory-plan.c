/* dnn-memory-plan.c - the plans of a training, counted */
#include "dnn-memory-plan.h"

#include "dnn-augment.h"
#include "dnn-choose-layers.h"
#include "dnn-inference.h"
#include "dnn-memory.h"
#include "dnn-optimizer.h"
#include "dnn-parametrization.h"
#include "dnn-penalty.h"
#include "dnn-phase.h"
#include "dnn-prefix.h"
#include "dnn-shape.h"
#include "dnn-summary.h"
#include "dnn-text.h"
#include "dnn-usual-loss.h"

/* --- buffers of the arena ------------------------------------------------ */

typedef struct {
  const DnnPlan *plan;
  bool *seen; /* one a block */
} Counter;

/* Adds a list of tensors: blocks that are not counted yet. */
static size_t
count_placed (Counter *self, const DnnPlaced *placed, size_t n)
{
  size_t bytes = 0;

  for (size_t i = 0; i < n; i++) {
    const int block = placed[i].block;

    if (block < 0 || self->seen[block])
      continue;
    self->seen[block] = true;
    bytes += dnn_arena_align (self->plan->blocks[block].size);
  }
  return bytes;
}

static void
count_stage (Counter *self, const DnnStage *stage, DnnMemoryRow *row)
{
  const DnnBuilt *built = stage->built;

  for (uint32_t i = 0; i < stage->n_outputs; i++) {
    const DnnValue *value = &stage->out[i];

    row->outputs += count_placed (self, &value->z, 1);
    row->outputs += count_placed (self, &value->y, 1);
    row->output_gradients += count_placed (self, &value->gradient, 1);
  }
  row->output_gradients +=
      count_placed (self, stage->spare, stage->layer->n_inputs);
  row->weight_gradients += count_placed (self, stage->dw, built->weights.n);
  row->scratch += count_placed (self, stage->saved, built->saved.n);
  row->scratch += count_placed (self, stage->masks, built->own_masks.n);
  row->scratch += count_placed (self, &stage->merged, stage->merges_masks);
  for (int i = 0; i < 2; i++) {
    row->scratch += count_placed (self, stage->scratch[i], built->scratch.n);
    row->scratch +=
        count_placed (self, stage->worker[i], built->worker_scratch.n);
  }
}

/* A weight as a layer is handed it, in that layer's row. */
static void
count_made (Counter *self, const DnnMade *made, DnnMemoryRow *row)
{
  row->weight_gradients += count_placed (self, &made->x.gradient, 1);
  count_stage (self, &made->stage, row);
}

static void
count_arena (DnnMemoryPlan *self, const DnnPlan *plan)
{
  g_autofree bool *seen = g_new0 (bool, plan->n_blocks + 1);
  Counter counter = { plan, seen };

  /* The batch itself belongs to no layer. */
  for (uint32_t i = 0; i < plan->n_inputs; i++)
    count_placed (&counter, &plan->inputs[i]->y, 1);
  for (size_t i = 0; i < plan->n_stages; i++)
    count_stage (&counter, &plan->stages[i], &self->rows[i]);
  for (size_t i = 0; i < plan->n_made; i++)
    count_made (&counter, &plan->made[i], &self->rows[plan->made[i].first]);
  for (size_t i = 0; i < plan->n_stages; i++)
    self->weight_gradients += self->rows[i].weight_gradients;
  for (size_t i = 0; i < plan->n_blocks; i++)
    self->buffers += dnn_arena_align (plan->blocks[i].size);
  self->n_buffers = plan->n_blocks;
  self->arena = plan->arena_size;
}

/* --- what lies elsewhere ------------------------------------------------- */

/* The row of the first layer that has it. */
static DnnMemoryRow *
row_of (DnnMemoryPlan *self, const DnnWeight *weight)
{
  size_t i = 0;

  while (!dnn_layer_has (dnn_model_layer (self->model, i), weight))
    i++;
  return &self->rows[i];
}

static void
count_weights (DnnMemoryPlan *self)
{
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    const DnnWeight *weight = dnn_model_weight (self->model, i);

    row_of (self, weight)->weights += dnn_weight_bytes (weight);
    self->weights += dnn_weight_bytes (weight);
  }
}

static void
count_slots (DnnMemoryPlan *self, const DnnOptimizer *optimizer)
{
  for (size_t i = 0; i < dnn_optimizer_n_states (optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);
    const size_t penalty = dnn_weight_penalty_bytes (state->weight);

    row_of (self, state->weight)->optimizer += penalty;
    self->optimizer += penalty;
    for (uint32_t j = 0; j < state->slots.n; j++) {
      const DnnDeclared *slot = &state->slots.at[j];
      int64_t n;

      if (!slot->set || !dnn_shape_count (&slot->shape, &n))
        continue;
      row_of (self, state->weight)->optimizer += (size_t) n * sizeof (float);
      self->optimizer += (size_t) n * sizeof (float);
    }
  }
}

/* Frozen outputs of every row that trains or validates. */
static size_t
count_cache (const DnnModel *model, size_t prefix, const DnnDataHead *data)
{
  DnnShape shape;
  int64_t n;

  if (prefix == 0 || data == NULL)
    return 0;
  shape = dnn_model_layer (model, prefix - 1)->outputs.at[0].shape;
  shape.dims[0] = data->rows + data->validation_rows;
  return dnn_shape_count (&shape, &n) ? (size_t) n * sizeof (float) : 0;
}

/* --- a phase ------------------------------------------------------------- */

void
dnn_memory_plan_free (DnnMemoryPlan *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  dnn_model_unref (self->model);
  g_free (self);
}

static bool
find_loss (const DnnModel *model, const char *loss, DnnPlanLoss *ret_loss,
           GError **error)
{
  const DnnObjectiveTexts texts = { .loss = loss };
  g_autoptr (DnnObjectives) objective = NULL;

  if (*loss == '\0')
    return true;
  objective = dnn_objectives_new (model, &texts, error);
  if (objective != NULL)
    *ret_loss = dnn_objectives_plan_loss (objective);
  return objective != NULL;
}

static bool
plan_arenas (DnnMemoryPlan *self, DnnPool *pool, DnnPlanOptions options,
             const DnnDataHead *data, GError **error)
{
  g_autoptr (DnnPlan) training =
      dnn_plan_new (self->model, pool, &options, error);
  g_autoptr (DnnPlan) evaluation = NULL;

  if (training == NULL)
    return false;
  count_arena (self, training);
  if (data == NULL || !data->validates)
    return true;
  options.training = false;
  options.batch = DNN_EVALUATION_BATCH;
  options.batch = MIN (options.batch, data->rows + data->validation_rows);
  evaluation = dnn_plan_new (self->model, pool, &options, error);
  if (evaluation != NULL)
    self->evaluation_arena = evaluation->arena_size;
  return evaluation != NULL;
}

/* The augmentation, which lies beside the step's arena. */
static bool
count_changes (DnnMemoryPlan *self, DnnPool *pool, const DnnDataHead *data,
               GError **error)
{
  g_autoptr (DnnAugment) augment = NULL;
  DnnAugmentOptions options = { .batch = self->batch, .scale = 1 };

  if (data == NULL || data->augment == NULL || *data->augment == '\0')
    return true;
  options.chain = data->augment;
  options.row = data->inputs.at[0];
  augment = dnn_augment_new_bare (dnn_model_registry (self->model), pool,
                                  &options, error);
  if (augment == NULL)
    return false;
  self->changes = dnn_augment_arena_size (augment);
  return true;
}

/* The model's `trainable` is what it is to be in this phase. */
static DnnMemoryPlan *
plan_phase (DnnModel *model, const DnnPhase *phase, const DnnDataHead *data,
            int64_t batch, GError **error)
{
  g_autoptr (DnnMemoryPlan) self = g_new0 (DnnMemoryPlan, 1);
  g_autoptr (DnnPool) pool = dnn_pool_new ((unsigned) phase->settings.threads);
  g_autoptr (DnnOptimizer) optimizer =
      dnn_optimizer_new (dnn_model_registry (model), phase->optimizer, error);
  DnnPlanOptions options = { .training = true };

  self->phase = phase->name;
  self->batch = batch > 0 ? batch : phase->settings.batch_size;
  if (data != NULL && data->rows > 0)
    self->batch = MIN (self->batch, data->rows);
  self->threads = dnn_pool_size (pool);
  self->model = dnn_model_ref (model);
  self->n_rows = dnn_model_n_layers (model);
  self->rows = g_new0 (DnnMemoryRow, self->n_rows + 1);
  for (size_t i = 0; i < self->n_rows; i++)
    self->rows[i].layer = dnn_model_layer (model, i)->name;
  options.batch = self->batch;
  if (!count_changes (self, pool, data, error))
    return NULL;
  if (self->changes == 0)
    options.first_stage = dnn_prefix_find (model);
  if (optimizer == NULL || !dnn_optimizer_declare (optimizer, model, error) ||
      !find_loss (model, phase->settings.loss, &options.loss, error))
    return NULL;
  options.store_gradients = dnn_optimizer_stores_gradients (optimizer);
  if (!plan_arenas (self, pool, options, data, error))
    return NULL;
  count_weights (self);
  count_slots (self, optimizer);
  self->whole_gradients = options.store_gradients;
  self->optimizer_scratch = dnn_optimizer_scratch_bytes (optimizer);
  self->data = data != NULL ? data->bytes : 0;
  self->cache = count_cache (model, options.first_stage, data);
  self->total = self->data + self->weights + self->optimizer +
                self->optimizer_scratch + self->arena + self->evaluation_arena +
                self->changes + self->cache;
  return g_steal_pointer (&self);
}

/* --- all phases ---------------------------------------------------------- */

/* As a run settles it: a loss that goes with the model and its targets. */
static bool
settle_loss (DnnExperiment *experiment, const DnnModel *model,
             const DnnDataHead *data, GError **error)
{
  const char *loss = dnn_experiment_get (experiment, "train", "loss");

  if (loss != NULL || data == NULL)
    return true;
  loss = dnn_find_loss (model, &data->targets, error);
  if (loss != NULL)
    dnn_experiment_set (experiment, "train", "loss", loss);
  return loss != NULL;
}

static DnnMemoryPlan *
plan_phases (DnnModel *model, const GPtrArray *phases, const DnnDataHead *data,
             int64_t batch, GError **error)
{
  const size_t n = dnn_model_n_layers (model);
  g_autofree bool *baseline = g_new0 (bool, n + 1);
  g_autoptr (DnnMemoryPlan) most = NULL;
  bool ok = true;

  for (size_t i = 0; i < n; i++)
    baseline[i] = dnn_model_layer (model, i)->trainable;
  for (guint i = 0; ok && i < phases->len; i++) {
    const DnnPhase *phase = g_ptr_array_index (phases, i);
    g_autoptr (DnnMemoryPlan) plan = NULL;

    if (dnn_choose_layers (model, phase->settings.frozen,
                           phase->settings.trainable, error))
      plan = plan_phase (model, phase, data, batch, error);
    ok = plan != NULL;
    if (!ok)
      dnn_error_prefix_place (error, phase->place);
    for (size_t j = 0; j < n; j++)
      dnn_model_layer (model, j)->trainable = baseline[j];
    if (ok && (most == NULL || plan->total > most->total)) {
      dnn_memory_plan_free (most);
      most = g_steal_pointer (&plan);
    }
  }
  return ok ? g_steal_pointer (&most) : NULL;
}

DnnMemoryPlan *
dnn_memory_plan_new (DnnModel *model, const DnnExperiment *experiment,
                     const DnnDataHead *data, int64_t batch, GError **error)
{
  g_autoptr (DnnExperiment) settled = dnn_experiment_copy (experiment);
  g_autoptr (GPtrArray) phases = NULL;

  if (!settle_loss (settled, model, data, error))
    return NULL;
  phases = dnn_phases_parse (settled, error);
  return phases != NULL ? plan_phases (model, phases, data, batch, error)
                        : NULL;
}

/* --- as text ------------------------------------------------------------- */

static void
append_line (GString *text, const char *what, size_t bytes)
{
  g_autofree char *size = dnn_format_bytes ((double) bytes);
  g_autofree char *count = dnn_format_count ((int64_t) bytes);

  g_string_append_printf (text, " %-40s %12s %18s\n", what, size, count);
}

/* A model that fits needs no word about the machine. */
static void
append_machine (GString *text, size_t total)
{
  const size_t machine = dnn_memory_of_machine ();
  g_autofree char *size = dnn_format_bytes ((double) machine);

  if (machine > 0 && total > machine)
    g_string_append_printf (text, " that does not fit: this machine has %s\n",
                            size);
}

static void
append_row (GString *text, const DnnMemoryRow *row)
{
  const size_t sizes[] = { row->weights, row->optimizer, row->outputs,
                           row->output_gradients + row->weight_gradients,
                           row->scratch };

  g_string_append_printf (text, " %-23s", row->layer);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *size =
        sizes[i] > 0 ? dnn_format_bytes ((double) sizes[i]) : g_strdup ("-");

    g_string_append_printf (text, " %10s", size);
  }
  g_string_append_c (text, '\n');
}

char *
dnn_memory_plan_to_text (const DnnMemoryPlan *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const size_t saved = self->buffers - MIN (self->arena, self->buffers);
  g_autofree char *all = dnn_format_bytes ((double) self->buffers);
  g_autofree char *less = dnn_format_bytes ((double) saved);

  g_string_append_printf (text,
                          "Memory, batches of %" G_GINT64_FORMAT
                          " rows, %u thread%s, phase \"%s\":\n",
                          self->batch, self->threads,
                          self->threads == 1 ? "" : "s", self->phase);
  append_line (text, "data, as in their files", self->data);
  append_line (text, "weights", self->weights);
  append_line (text, "optimizer's slots", self->optimizer);
  if (self->optimizer_scratch > 0)
    append_line (text, "optimizer's scratch", self->optimizer_scratch);
  append_line (text, "arena of a training step", self->arena);
  append_line (text,
               self->whole_gradients
                   ? "  gradients of the weights, which stay whole"
                   : "  gradients of the weights, which share it",
               self->weight_gradients);
  if (self->evaluation_arena > 0)
    append_line (text, "arena of an evaluation step", self->evaluation_arena);
  if (self->changes > 0)
    append_line (text, "what changes training rows", self->changes);
  if (self->cache > 0)
    append_line (text, "rows behind the frozen beginning", self->cache);
  append_line (text, "together", self->total);
  append_machine (text, self->total);
  g_string_append_printf (text,
                          " the arena's %zu buffers are %s; sharing memory "
                          "saves %s\n\n",
                          self->n_buffers, all, less);
  g_string_append_printf (text, " %-23s %10s %10s %10s %10s %10s\n", "layer",
                          "weights", "optimizer", "outputs", "gradients",
                          "scratch");
  for (size_t i = 0; i < self->n_rows; i++)
    append_row (text, &self->rows[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
