/* dnn-diagnosis.c - looks for the first number that is not finite */
#include "dnn-diagnosis.h"

#include "dnn-finite.h"

#include <math.h>

#define ADVICE "a smaller learning_rate or clipnorm may help"

/* --- numbers ------------------------------------------------------------- */

static int64_t
find_not_finite (const DnnTensor *t)
{
  return t->data != NULL && t->dtype == DNN_FLOAT32
             ? dnn_find_not_finite (t->data, dnn_count (t))
             : -1;
}

/* --- weights ------------------------------------------------------------- */

/* A layer's weight that is not finite, but not by this step's forward. */
static const DnnWeight *
find_weight (const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_weights; i++) {
    const DnnWeight *weight = layer->weights[i];

    if (weight != NULL && !(weight->is_buffer && layer->trainable) &&
        find_not_finite (&weight->tensor) >= 0)
      return weight;
  }
  return NULL;
}

const DnnWeight *
dnn_diagnosis_find_weight (const DnnModel *model)
{
  const DnnWeight *weight = NULL;

  for (size_t i = 0; weight == NULL && i < dnn_model_n_layers (model); i++)
    weight = find_weight (dnn_model_layer (model, i));
  return weight;
}

static char *
check_slots (const DnnWeightState *state)
{
  for (uint32_t i = 0; i < state->slots.n; i++) {
    const DnnDeclared *slot = &state->slots.at[i];
    DnnTensor t = { state->data[i], DNN_FLOAT32, slot->shape.n_dims, { 0 } };

    for (uint32_t j = 0; j < t.n_dims; j++)
      t.dims[j] = slot->shape.dims[j];
    if (slot->set && isfinite (slot->initial) && find_not_finite (&t) >= 0)
      return g_strdup_printf ("the optimizer's slot '%s' of '%s'", slot->name,
                              state->weight->name);
  }
  return NULL;
}

char *
dnn_diagnosis_check (const DnnModel *model, const DnnOptimizer *optimizer)
{
  char *text = NULL;

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    if (find_not_finite (&weight->tensor) >= 0)
      return g_strdup_printf (
          "the %s '%s'", weight->is_buffer ? "buffer" : "weight", weight->name);
  }
  for (size_t i = 0; text == NULL && optimizer != NULL &&
                     i < dnn_optimizer_n_states (optimizer);
       i++)
    text = check_slots (dnn_optimizer_state (optimizer, i));
  return text;
}

bool
dnn_diagnosis_check_model (const DnnModel *model, GError **error)
{
  g_autofree char *what = dnn_diagnosis_check (model, NULL);

  if (what != NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED, "%s is not finite",
                 what);
  return what == NULL;
}

/* --- samples ------------------------------------------------------------- */

/* "WHAT, for row 3 of the batch, row 1207 of x.npy"; `i` is an index into
 * `t`. */
static char *
describe (const DnnDiagnosis *self, const DnnTensor *t, int64_t i,
          const char *what)
{
  int64_t sample = i / MAX (dnn_count (t) / MAX (t->dims[0], 1), 1);
  const char *file;
  int64_t row = dnn_feeder_row (self->feeder, sample, &file);

  return g_strdup_printf ("%s, for row %" G_GINT64_FORMAT
                          " of the batch, row %" G_GINT64_FORMAT " of %s",
                          what, sample + 1, row + 1, file);
}

/* --- forward ------------------------------------------------------------- */

typedef struct {
  const DnnDiagnosis *diagnosis;
  const DnnStage *before; /* the stage that ran last */
  char *found;            /* (owned) what is not finite; NULL: nothing yet */
} Search;

static bool
look_at_output (void *data, const DnnStage *stage)
{
  Search *search = data;
  const DnnTensor *y = &stage->out->y.tensor;
  int64_t i = find_not_finite (y);
  const DnnWeight *weight;
  g_autofree char *what = NULL;

  if (i < 0)
    return true;
  weight = find_weight (stage->layer);
  if (weight != NULL) {
    search->found =
        g_strdup_printf ("the weight '%s' is no longer finite", weight->name);
    return false;
  }
  what = g_strdup_printf ("the first output that is not finite is that of "
                          "layer '%s'",
                          stage->layer->name);
  search->found = describe (search->diagnosis, y, i, what);
  return false;
}

/* The first value on the way to the loss that is not finite, in words; NULL:
 * all are. */
static char *
search_forward (const DnnDiagnosis *self)
{
  Search search = { .diagnosis = self };
  DnnPlan *plan = self->batch->plan;

  for (uint32_t k = 0; k < plan->n_inputs; k++) {
    const DnnTensor *x = &plan->inputs[k]->y.tensor;
    const int64_t i = find_not_finite (x);

    if (i >= 0)
      return describe (self, x, i, "the model's input is not finite");
  }
  dnn_executor_forward_watched (plan, &self->info, look_at_output, &search,
                                NULL);
  return search.found;
}

static char *
search_loss (const DnnDiagnosis *self)
{
  const uint32_t n = dnn_model_n_outputs (self->model);

  for (uint32_t k = 0; k < n; k++) {
    const DnnTensor values =
        dnn_objective_losses (dnn_objectives_at (self->objective, k));
    const int64_t i = find_not_finite (&values);
    g_autofree char *what =
        g_strdup_printf ("every layer's output is finite, but not the loss%s%s",
                         n > 1 ? " of " : "",
                         n > 1 ? dnn_model_output (self->model, k)->name : "");

    if (i >= 0)
      return describe (self, &values, i, what);
  }
  return g_strdup (
      isfinite (dnn_model_penalty (self->model, NULL))
          ? "every layer's output is finite, and the loss of every row"
          : "every layer's output is finite, but not what the regularizers "
            "put to the loss");
}

char *
dnn_diagnosis_explain_loss (const DnnDiagnosis *self)
{
  char *where = search_forward (self);

  return where != NULL ? where : search_loss (self);
}

void
dnn_diagnosis_set_loss_error (const DnnDiagnosis *self, double loss,
                              GError **error)
{
  g_autofree char *where = dnn_diagnosis_explain_loss (self);

  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "the loss is '%s' at step %" G_GUINT64_FORMAT
               " (epoch %" G_GINT64_FORMAT "): %s; " ADVICE,
               isnan (loss) ? "nan"
               : loss > 0   ? "inf"
                            : "-inf",
               self->info.step + 1, self->epoch, where);
}

/* --- backward ------------------------------------------------------------ */

/* The gradients of the weights of a stage that has just run backward. */
static bool
look_at_weights (Search *search, const DnnStage *stage)
{
  for (uint32_t i = 0; stage != NULL && i < stage->layer->n_weights; i++) {
    if (stage->dw[i].block < 0 || find_not_finite (&stage->dw[i].tensor) < 0)
      continue;
    search->found = g_strdup_printf (
        "the first gradient that is not finite is that of the weight '%s'",
        stage->layer->weights[i]->name);
    return false;
  }
  return true;
}

static bool
look_at_gradient (void *data, const DnnStage *stage)
{
  Search *search = data;

  if (!look_at_weights (search, search->before))
    return false;
  search->before = stage;
  for (uint32_t i = 0; i < stage->n_outputs; i++) {
    const DnnTensor *dy = &stage->out[i].gradient.tensor;
    int64_t at = stage->out[i].has_gradient ? find_not_finite (dy) : -1;
    g_autofree char *what = NULL;

    if (at < 0)
      continue;
    what = g_strdup_printf ("the first gradient that is not finite is that of "
                            "the output of layer '%s'",
                            stage->layer->name);
    search->found = describe (search->diagnosis, dy, at, what);
    return false;
  }
  return true;
}

static char *
search_backward (const DnnDiagnosis *self)
{
  const DnnBatch *batch = self->batch;
  Search search = { .diagnosis = self };

  if (dnn_plan_trains (batch->plan) &&
      dnn_executor_forward (batch->plan, &self->info, NULL) &&
      dnn_objectives_gradient (self->objective, batch, NULL) &&
      dnn_executor_backward_watched (batch->plan, &self->info, look_at_gradient,
                                     &search, NULL) &&
      search.found == NULL)
    look_at_weights (&search, search.before);
  return search.found;
}

void
dnn_diagnosis_set_step_error (const DnnDiagnosis *self, const char *what,
                              GError **error)
{
  g_autofree char *where = search_forward (self);

  if (where == NULL) {
    /* Layers that run in place have written over the inputs. */
    dnn_feeder_get (self->feeder, self->batch->index);
    where = search_backward (self);
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "%s is not finite after step %" G_GUINT64_FORMAT
               " (epoch %" G_GINT64_FORMAT "): %s; " ADVICE,
               what, self->info.step + 1, self->epoch,
               where != NULL ? where
                             : "every output and every gradient is finite, but "
                               "not what the optimizer makes of them");
}
