/* dnn-objective.c - loss and metrics over batches */
#include "dnn-objective-private.h"

#include "dnn-build.h"
#include "dnn-masks.h"
#include "dnn-shape.h"

#include <string.h>

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
  g_free (self->prefix);
  dnn_context_clear (&self->context);
  dnn_units_free (self->units);
  dnn_compact_clear (&self->compact);
  dnn_samples_clear (&self->whole);
  dnn_samples_clear (&self->samples);
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

/* top_k_3, recall_class_id_1: what was set tells two uses apart, and a column
 * of the history says what it is of.  The one parameter of a plugin needs no
 * name. */
static char *
name_use (const DnnSpec *spec, const DnnPlugin *code)
{
  g_autoptr (GString) name = g_string_new (spec->name);

  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (code->n_params > 1)
      g_string_append_printf (name, "_%s", arg->key);
    g_string_append_printf (name, "_%s", arg->value);
  }
  /* A name is a cell of a table, a file's and an event's. */
  g_strcanon (name->str, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-+", '_');
  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* NAME; weighted_NAME where a metric without weights has that; NAME_1, ...;
 * each behind the name of the output, if it has one. */
static char *
make_label (const DnnObjective *self, const char *name, bool weighted)
{
  g_autofree char *plain = g_strconcat (self->prefix, name, NULL);
  const DnnMetric *other = find_label (self, plain);
  const char *weights =
      weighted && other != NULL && !other->weighted ? "weighted_" : "";
  g_autofree char *stem = g_strconcat (self->prefix, weights, name, NULL);
  char *label = g_strdup (stem);

  for (int i = 1; find_label (self, label) != NULL; i++) {
    g_free (label);
    label = g_strdup_printf ("%s_%d", stem, i);
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
    name = name_use (spec, component->code);
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
  if (spec != NULL && strcmp (loss, DNN_NO_LOSS) != 0) {
    self->loss = dnn_component_new (registry, DNN_KIND_LOSS, spec, NULL, error);
    self->ops = self->loss != NULL ? self->loss->code->ops : NULL;
  }
  if (spec == NULL || (self->loss == NULL && strcmp (loss, DNN_NO_LOSS) != 0)) {
    g_prefix_error (error, "loss: ");
    return NULL;
  }
  dnn_objective_set_output (self, 0, 1, NULL);
  if (metrics != NULL &&
      !dnn_objective_add_metrics (self, registry, metrics, place, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
dnn_objective_set_output (DnnObjective *self, uint32_t output, double factor,
                          const char *prefix)
{
  self->output = output;
  self->factor = factor;
  g_free (self->prefix);
  self->prefix = g_strdup (prefix != NULL ? prefix : "");
}

bool
dnn_objective_add_metrics (DnnObjective *self, DnnRegistry *registry,
                           const char *metrics, DnnPlace place, GError **error)
{
  if (*metrics == '\0' ||
      add_metrics (self, registry, metrics, false, place, error))
    return true;
  g_prefix_error (error, "metrics: ");
  return false;
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
dnn_objective_has_loss (const DnnObjective *self)
{
  return self->loss != NULL;
}

bool
dnn_objective_is_usual (const DnnObjective *self)
{
  return self->loss != NULL && (self->loss->code->flags & DNN_FLAG_USUAL) != 0;
}

/* Layers that take something of this one, and outputs that are of it. */
static size_t
count_users (const DnnModel *model, const DnnLayer *layer)
{
  size_t n = 0;

  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *user = dnn_model_layer (model, i);

    for (uint32_t j = 0; j < user->n_inputs; j++)
      n += user->inputs[j].layer == (int) layer->index;
  }
  for (uint32_t i = 0; i < dnn_model_n_outputs (model); i++)
    n += dnn_model_output (model, i) == layer;
  return n;
}

/* True if nobody but the loss looks at what the output is made of: the gradient
 * that it writes there is then the only one. */
static bool
is_seen_by_loss_only (const DnnModel *model, const DnnLayer *output)
{
  const DnnLayer *before;

  if (dnn_model_n_outputs (model) == 1 && count_users (model, output) == 1)
    return true;
  if (count_users (model, output) != 1)
    return false;
  if (output->component != NULL)
    return true;
  before = dnn_model_layer (model, (size_t) output->inputs[0].layer);
  return count_users (model, before) == 1;
}

bool
dnn_objective_takes_logits (const DnnObjective *self, const DnnModel *model)
{
  const DnnLayer *output = dnn_model_output (model, self->output);

  return self->ops != NULL && self->ops->logits_of != NULL &&
         output->activation != NULL &&
         strcmp (output->activation->code->name, self->ops->logits_of) == 0 &&
         (output->component != NULL || output->inputs[0].layer >= 0) &&
         is_seen_by_loss_only (model, output);
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

void
dnn_objective_weigh_elements (DnnObjective *self, uint32_t axes)
{
  self->weight_axes = axes;
}

/* Shapes that a loss or metric is built for: predictions and targets of a
 * batch, and a mask, whole and as samples. */
typedef struct {
  DnnTensor y_pred, y_true, mask;
  DnnTensor pred_view, true_view;
} Shapes;

/* True if the loss, or a metric, reads masks or does not. */
static bool
has_any (const DnnObjective *self, bool reads)
{
  bool any = self->loss != NULL && dnn_reads_mask (self->loss) == reads;

  for (guint i = 0; i < self->metrics->len; i++)
    any = any ||
          dnn_reads_mask (dnn_objective_metric (self, i)->component) == reads;
  return any;
}

/* Elements are samples only where targets have them too. */
static bool
check_axes (const DnnObjective *self, const Shapes *shapes, GError **error)
{
  const DnnShape y = dnn_shape_of (&shapes->y_pred);
  DnnShape t = dnn_shape_of (&shapes->y_true), first = y;
  g_autofree char *y_text = NULL, *t_text = NULL;

  first.n_dims = self->axes;
  if (self->axes <= y.n_dims && dnn_mask_fits (&first, &t))
    return true;
  y_text = dnn_shape_to_string (&y, true);
  t_text = dnn_shape_to_string (&t, true);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "the loss counts each of the first %u axes' elements, by %s; "
               "predictions are %s and targets %s, which must begin alike",
               self->axes, self->weight_axes > 1 ? "their weights" : "a mask",
               y_text, t_text);
  return false;
}

static DnnBuilt *
build_for (const DnnObjective *self, const DnnComponent *component,
           const char *who, const Shapes *shapes, GError **error)
{
  const bool whole = dnn_reads_mask (component);
  const DnnTensor *x[] = { whole ? &shapes->y_pred : &shapes->pred_view,
                           whole ? &shapes->y_true : &shapes->true_view };
  const DnnTensor *masks[] = { &shapes->mask, NULL };

  if (whole && self->weight_axes > 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "%s takes whole samples, and weights are given by element; "
                 "they must be one a sample",
                 who);
    return NULL;
  }
  return dnn_build_masked (component, who, x,
                           whole && shapes->mask.n_dims > 0 ? masks : NULL, 2,
                           error);
}

static bool
check_metric (const DnnObjective *self, DnnMetric *metric, const Shapes *shapes,
              GError **error)
{
  g_autofree DnnBuilt *built =
      build_for (self, metric->component, metric->label, shapes, error);

  if (built == NULL)
    return false;
  dnn_room_set_built (metric->room, built);
  metric->takes_shares = dnn_shares_are_for (metric->component, built);
  metric->n_state = dnn_metric_is_loss (metric) ? LOSS_STATE : built->n_state;
  metric->result =
      built->outputs.at[0].set ? built->outputs.at[0].shape : DNN_SCALAR;
  g_free (metric->state);
  metric->state = g_new0 (double, (gsize) metric->n_state + 1);
  return true;
}

/* Shapes of a batch, and along which axes its elements are samples. */
static bool
find_shapes (DnnObjective *self, const DnnModel *model, const DnnShape *target,
             Shapes *ret_shapes, GError **error)
{
  const DnnShape output = dnn_model_output_shapes (model).at[self->output];
  Shapes shapes = { .y_pred = batch_of (&output), .y_true = batch_of (target) };

  shapes.mask = shapes.y_pred;
  shapes.mask.n_dims = dnn_model_masked_axes (model, self->output);
  self->masked = has_any (self, false);
  self->whole_too = has_any (self, true);
  self->axes = MAX (self->masked ? shapes.mask.n_dims : 1, 1);
  self->axes = MAX (self->axes, self->weight_axes);
  if (!check_axes (self, &shapes, error))
    return false;
  shapes.pred_view = dnn_samples_view (&shapes.y_pred, self->axes);
  shapes.true_view = dnn_samples_view (&shapes.y_true, self->axes);
  *ret_shapes = shapes;
  return true;
}

/* One label for the row of each element, of which some may be padding. */
static bool
has_padded_labels (const DnnObjective *self, const Shapes *shapes,
                   const DnnBuilt *built)
{
  return self->masked && shapes->mask.n_dims > 0 &&
         (built->targets & DNN_TARGET_LABELS) != 0 &&
         dnn_count (&shapes->true_view) < dnn_count (&shapes->pred_view);
}

/* Shapes fit the loss; makes what depends on it. */
static bool
check_loss (DnnObjective *self, const DnnModel *model, const Shapes *shapes,
            DnnExpected *ret_expected, GError **error)
{
  const char *name = self->loss->plugin->name;
  g_autofree DnnBuilt *built =
      build_for (self, self->loss, name, shapes, error);

  if (built == NULL)
    return false;
  self->pads_labels = has_padded_labels (self, shapes, built);
  if (ret_expected != NULL) {
    *ret_expected = built->expected[1];
    ret_expected->who = name;
    ret_expected->padded = self->pads_labels;
  }
  dnn_room_set_built (self->room, built);
  self->scores = (DnnScores) built->scores;
  g_clear_pointer (&self->shares, dnn_shares_free);
  return dnn_shares_new (dnn_model_registry (model), self->loss, built,
                         &self->shares, error);
}

bool
dnn_objective_check (DnnObjective *self, const DnnModel *model,
                     const DnnShape *target, DnnExpected *ret_expected,
                     GError **error)
{
  Shapes shapes;

  if (!find_shapes (self, model, target, &shapes, error) ||
      (self->loss != NULL &&
       !check_loss (self, model, &shapes, ret_expected, error)))
    return false;
  for (guint i = 0; i < self->metrics->len; i++)
    if (!check_metric (self, g_ptr_array_index (self->metrics, i), &shapes,
                       error))
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

bool
dnn_objective_takes_whole (const DnnObjective *self)
{
  return self->whole_too;
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
  return dnn_metric_is_loss (self)
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
