/* dnn-objective.c - loss and metrics over batches */
#include "dnn-objective.h"

#include "dnn-build.h"
#include "dnn-room.h"
#include "dnn-shape.h"
#include "dnn-shares.h"
#include "dnn-units.h"

#include <string.h>

struct DnnObjective {
  DnnComponent *loss; /* (owned) */
  const DnnLossOps *ops;
  GPtrArray *metrics; /* (owned) of DnnMetric, of one number each */
  GPtrArray *tables;  /* (owned) of the others, once shapes are known */
  DnnRoom *room;      /* (owned) of the loss */
  DnnShares *shares;  /* (owned) NULL: predictions are probabilities */
  DnnUnits *units;    /* (owned) NULL: those of the loss */
  DnnScores scores;
  DnnContext context;
  DnnObjectiveState state;
  double batch_loss;
  double penalty;
};

static void
metric_free (gpointer data)
{
  DnnMetric *metric = data;

  dnn_room_free (metric->room);
  g_free (metric->state);
  g_free (metric->label);
  dnn_component_free (metric->component);
  g_free (metric);
}

void
dnn_objective_free (DnnObjective *self)
{
  if (self == NULL)
    return;
  dnn_context_clear (&self->context);
  dnn_units_free (self->units);
  dnn_shares_free (self->shares);
  dnn_room_free (self->room);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->metrics);
  dnn_component_free (self->loss);
  g_free (self);
}

static const DnnMetric *
find_label (const DnnObjective *self, const char *label)
{
  for (guint i = 0; i < self->metrics->len; i++)
    if (strcmp (dnn_objective_metric (self, i)->label, label) == 0)
      return dnn_objective_metric (self, i);
  return NULL;
}

/* NAME; weighted_NAME where a metric without weights has that; NAME_1, ... */
static char *
make_label (const DnnObjective *self, const char *name, bool weighted)
{
  const DnnMetric *other = find_label (self, name);
  const char *prefix =
      weighted && other != NULL && !other->weighted ? "weighted_" : "";
  char *label = g_strconcat (prefix, name, NULL);

  for (int i = 1; find_label (self, label) != NULL; i++) {
    g_free (label);
    label = g_strdup_printf ("%s%s_%d", prefix, name, i);
  }
  return label;
}

static bool
add_metrics (DnnObjective *self, DnnRegistry *registry, const char *metrics,
             bool weighted, DnnPlace place, GError **error)
{
  g_autoptr (GPtrArray) specs = dnn_spec_parse_list (metrics, place, error);

  for (guint i = 0; specs != NULL && i < specs->len; i++) {
    const DnnSpec *spec = g_ptr_array_index (specs, i);
    const bool is_loss =
        !dnn_registry_has (registry, DNN_KIND_METRIC, spec->name) &&
        dnn_registry_has (registry, DNN_KIND_LOSS, spec->name);
    g_autofree char *name = NULL;
    DnnMetric *metric;
    DnnComponent *component = dnn_component_new (
        registry, is_loss ? DNN_KIND_LOSS : DNN_KIND_METRIC, spec, NULL, error);

    if (component == NULL)
      return false;
    metric = g_new0 (DnnMetric, 1);
    metric->room = dnn_room_new ();
    metric->component = component;
    name = dnn_spec_name_use (spec, component->code->n_params > 1);
    metric->label = make_label (self, name, weighted);
    metric->weighted = weighted;
    g_ptr_array_add (self->metrics, metric);
  }
  return specs != NULL;
}

DnnObjective *
dnn_objective_new (DnnRegistry *registry, const char *loss, const char *metrics,
                   DnnPlace place, GError **error)
{
  g_autoptr (DnnObjective) self = g_new0 (DnnObjective, 1);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (loss, place, error);

  self->room = dnn_room_new ();
  self->metrics = g_ptr_array_new_with_free_func (metric_free);
  self->tables = g_ptr_array_new_with_free_func (metric_free);
  if (spec != NULL)
    self->loss = dnn_component_new (registry, DNN_KIND_LOSS, spec, NULL, error);
  if (self->loss == NULL) {
    g_prefix_error (error, "loss: ");
    return NULL;
  }
  self->ops = self->loss->code->ops;
  if (metrics != NULL && *metrics != '\0' &&
      !add_metrics (self, registry, metrics, false, place, error)) {
    g_prefix_error (error, "metrics: ");
    return NULL;
  }
  return g_steal_pointer (&self);
}

bool
dnn_objective_add_weighted (DnnObjective *self, DnnRegistry *registry,
                            const char *metrics, GError **error)
{
  if (*metrics == '\0' ||
      add_metrics (self, registry, metrics, true, (DnnPlace){ 0 }, error))
    return true;
  g_prefix_error (error, "weighted_metrics: ");
  return false;
}

bool
dnn_objective_is_usual (const DnnObjective *self)
{
  return (self->loss->code->flags & DNN_FLAG_USUAL) != 0;
}

bool
dnn_objective_takes_logits (const DnnObjective *self, const DnnModel *model)
{
  const DnnLayer *last =
      dnn_model_layer (model, dnn_model_n_layers (model) - 1);

  return self->ops->logits_of != NULL && last->activation != NULL &&
         strcmp (last->activation->code->name, self->ops->logits_of) == 0 &&
         (last->component != NULL || last->inputs[0].layer >= 0);
}

/* --- shapes -------------------------------------------------------------- */

static DnnTensor
batch_of (const DnnShape *sample)
{
  DnnTensor t = { NULL, DNN_FLOAT32, sample->n_dims + 1, { 0 } };

  t.dims[0] = DNN_NOMINAL_BATCH;
  memcpy (&t.dims[1], sample->dims, sample->n_dims * sizeof t.dims[0]);
  return t;
}

/* What a loss needs to be a metric: its sum, and that of the weights. */
enum { LOSS_SUM, LOSS_WEIGHT, LOSS_STATE };

static bool
is_loss (const DnnMetric *metric)
{
  return metric->component->code->kind == DNN_KIND_LOSS;
}

static bool
check_metric (DnnMetric *metric, const DnnTensor *const *x, GError **error)
{
  g_autofree DnnBuilt *built =
      dnn_build (metric->component, metric->label, x, 2, error);

  if (built == NULL)
    return false;
  dnn_room_set_built (metric->room, built);
  metric->takes_shares = dnn_shares_are_for (metric->component, built);
  metric->n_state = is_loss (metric) ? LOSS_STATE : built->n_state;
  metric->result =
      built->outputs.at[0].set ? built->outputs.at[0].shape : DNN_SCALAR;
  g_free (metric->state);
  metric->state = g_new0 (double, (gsize) metric->n_state + 1);
  return true;
}

bool
dnn_objective_check (DnnObjective *self, const DnnModel *model,
                     const DnnShape *target, DnnExpected *ret_expected,
                     GError **error)
{
  DnnShape output = dnn_model_output_shape (model);
  DnnTensor y_pred = batch_of (&output), y_true = batch_of (target);
  const DnnTensor *x[] = { &y_pred, &y_true };
  g_autofree DnnBuilt *built =
      dnn_build (self->loss, self->loss->plugin->name, x, 2, error);

  if (built == NULL)
    return false;
  if (ret_expected != NULL) {
    *ret_expected = built->expected[1];
    ret_expected->who = self->loss->plugin->name;
  }
  dnn_room_set_built (self->room, built);
  self->scores = (DnnScores) built->scores;
  g_clear_pointer (&self->shares, dnn_shares_free);
  if (!dnn_shares_new (dnn_model_registry (model), self->loss, built,
                       &self->shares, error))
    return false;
  for (guint i = 0; i < self->metrics->len; i++)
    if (!check_metric (g_ptr_array_index (self->metrics, i), x, error))
      return false;
  for (guint i = self->metrics->len; i-- > 0;)
    if (dnn_objective_metric (self, i)->result.n_dims > 0)
      g_ptr_array_insert (self->tables, 0,
                          g_ptr_array_steal_index (self->metrics, i));
  return true;
}

void
dnn_objective_set_units (DnnObjective *self, DnnTargetScale *scale)
{
  g_clear_pointer (&self->units, dnn_units_free);
  if (scale != NULL)
    self->units = dnn_units_new (scale);
}

DnnScores
dnn_objective_scores (const DnnObjective *self)
{
  return self->scores;
}

size_t
dnn_objective_n_metrics (const DnnObjective *self)
{
  return self->metrics->len;
}

const DnnMetric *
dnn_objective_metric (const DnnObjective *self, size_t i)
{
  return g_ptr_array_index (self->metrics, i);
}

int
dnn_metric_better (const DnnMetric *self)
{
  return is_loss (self)
             ? -1
             : ((const DnnMetricOps *) self->component->code->ops)->better;
}

size_t
dnn_objective_n_tables (const DnnObjective *self)
{
  return self->tables->len;
}

const DnnMetric *
dnn_objective_table (const DnnObjective *self, size_t i)
{
  return g_ptr_array_index (self->tables, i);
}

/* --- batches ------------------------------------------------------------- */

DnnObjectiveState *
dnn_objective_state (DnnObjective *self)
{
  return &self->state;
}

void
dnn_objective_reset (DnnObjective *self)
{
  GPtrArray *both[] = { self->metrics, self->tables };

  self->state = (DnnObjectiveState){ 0 };
  for (size_t j = 0; j < G_N_ELEMENTS (both); j++)
    for (guint i = 0; i < both[j]->len; i++) {
      DnnMetric *metric = g_ptr_array_index (both[j], i);

      memset (metric->state, 0, (size_t) metric->n_state * sizeof (double));
    }
}

void
dnn_objective_set_penalty (DnnObjective *self, double penalty)
{
  self->penalty = penalty;
}

static DnnLossPass
begin_loss (DnnObjective *self, const DnnPlan *plan, const DnnTensor *y_true)
{
  self->context.pool = plan->pool;
  return (DnnLossPass){
    .call = { DNN_END_OF (DnnLossPass, scratch), 0, &self->context },
    .from_logits = plan->loss_input != plan->prediction,
    .y_true = y_true,
    .y_pred = &plan->loss_input->tensor,
  };
}

/* A batch of samples, as metrics see it. */
typedef struct {
  const DnnTensor *y_pred, *y_true;
  const float *weights; /* NULL: all 1 */
  float *values;        /* room for one number a sample */
} Samples;

static double
weight_of (const float *weights, int64_t i)
{
  return weights != NULL ? (double) weights[i] : 1;
}

/* The loss of predictions, whatever the loss that trains is handed. */
static bool
update_loss_metric (DnnObjective *self, const DnnMetric *metric,
                    const Samples *samples, GError **error)
{
  const float *weights = metric->weighted ? samples->weights : NULL;
  DnnLossPass pass = {
    .call = { DNN_END_OF (DnnLossPass, scratch), 0, &self->context },
    .y_true = samples->y_true,
    .y_pred = samples->y_pred,
    .value = samples->values,
  };

  if (!dnn_room_call_loss (metric->room, metric->component, &pass,
                           metric->label, error))
    return false;
  for (int64_t i = 0; i < samples->y_true->dims[0]; i++) {
    metric->state[LOSS_SUM] += weight_of (weights, i) * samples->values[i];
    metric->state[LOSS_WEIGHT] += weight_of (weights, i);
  }
  return true;
}

static bool
update_metric (DnnObjective *self, const DnnMetric *metric,
               const Samples *samples, GError **error)
{
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, scratch), 0, &self->context },
    .y_true = samples->y_true,
    .y_pred = samples->y_pred,
    .sample_weight = metric->weighted ? samples->weights : NULL,
    .state = metric->state,
  };

  if (is_loss (metric))
    return update_loss_metric (self, metric, samples, error);
  if (self->shares != NULL && metric->takes_shares) {
    pass.y_pred = dnn_shares_predictions (self->shares);
    pass.y_true = dnn_shares_targets (self->shares);
  }
  return dnn_room_call_metric (metric->room, metric->component, &pass,
                               metric->label, error);
}

/* And the loss of every sample, where there is a place for it. */
static bool
find_gradient (DnnObjective *self, const DnnPlan *plan, const DnnTensor *y_true,
               const float *scale, float *values, GError **error)
{
  DnnLossPass pass = begin_loss (self, plan, y_true);

  pass.value = values;
  pass.scale = scale;
  pass.dy_pred = &plan->loss_value->gradient.tensor;
  return dnn_room_call_loss (self->room, self->loss, &pass,
                             self->loss->plugin->name, error);
}

/* The loss of every sample and, where there is a scale, the gradient: at once,
 * if the loss can. */
static bool
find_loss (DnnObjective *self, const DnnPlan *plan, const DnnTensor *y_true,
           const float *scale, float *values, GError **error)
{
  const bool at_once =
      scale != NULL && (self->loss->code->flags & DNN_FLAG_GIVES_VALUE) != 0;
  DnnLossPass pass = begin_loss (self, plan, y_true);

  pass.value = values;
  if (!at_once && !dnn_room_call_loss (self->room, self->loss, &pass,
                                       self->loss->plugin->name, error))
    return false;
  return scale == NULL || find_gradient (self, plan, y_true, scale,
                                         at_once ? values : NULL, error);
}

static bool
update_metrics (DnnObjective *self, Samples samples, GError **error)
{
  GPtrArray *both[] = { self->metrics, self->tables };

  if (self->shares != NULL)
    dnn_shares_set (self->shares, samples.y_pred, samples.y_true);
  if (self->units != NULL)
    dnn_units_set (self->units, &samples.y_pred, &samples.y_true);
  for (size_t j = 0; j < G_N_ELEMENTS (both); j++)
    for (guint i = 0; i < both[j]->len; i++)
      if (!update_metric (self, g_ptr_array_index (both[j], i), &samples,
                          error))
        return false;
  return true;
}

bool
dnn_objective_update (DnnObjective *self, const DnnPlan *plan,
                      const DnnTensor *y_true, const float *weights,
                      const float *scale, float *values, GError **error)
{
  const Samples samples = { &plan->prediction->tensor, y_true, weights,
                            values };
  double sum = 0;

  self->context.pool = plan->pool;
  if (!update_metrics (self, samples, error) ||
      !find_loss (self, plan, y_true, scale, values, error))
    return false;
  for (int64_t i = 0; i < y_true->dims[0]; i++)
    sum += weight_of (weights, i) * values[i];
  sum += self->penalty * (double) y_true->dims[0];
  self->state.sum += sum;
  self->state.count += (double) y_true->dims[0];
  self->batch_loss = sum / (double) y_true->dims[0];
  return true;
}

bool
dnn_objective_gradient (DnnObjective *self, const DnnPlan *plan,
                        const DnnTensor *y_true, const float *scale,
                        GError **error)
{
  return find_gradient (self, plan, y_true, scale, NULL, error);
}

double
dnn_objective_loss (const DnnObjective *self)
{
  return self->state.count > 0 ? self->state.sum / self->state.count : 0;
}

double
dnn_objective_batch_loss (const DnnObjective *self)
{
  return self->batch_loss;
}

static double *
result_of (const DnnMetric *metric)
{
  const DnnMetricOps *ops = metric->component->code->ops;
  const DnnTensor shape = dnn_tensor_of (&metric->result);
  double *all = g_new0 (double, (gsize) dnn_count (&shape) + 1);

  if (!is_loss (metric))
    ops->result (metric->component->self, metric->state, metric->n_state, all);
  else if (metric->state[LOSS_WEIGHT] > 0)
    *all = metric->state[LOSS_SUM] / metric->state[LOSS_WEIGHT];
  return all;
}

double
dnn_objective_result (const DnnObjective *self, size_t i)
{
  g_autofree double *all = result_of (dnn_objective_metric (self, i));

  return all[0];
}

double *
dnn_objective_table_values (const DnnObjective *self, size_t i)
{
  return result_of (dnn_objective_table (self, i));
}
