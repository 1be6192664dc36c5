/* dnn-callback.c - calls a callback, and does what it decides */
#include "dnn-callback.h"

#include "dnn-host.h"
#include "dnn-running.h"

#include <math.h>
#include <string.h>

struct DnnCallback {
  DnnComponent *component; /* (owned) */
  const DnnCallbackOps *ops;
  char **names;    /* (owned) of the columns, NULL-terminated */
  int32_t *better; /* (owned) of each */
  double *values;  /* (owned) of each, of the call that runs */
  uint32_t n_columns;
  size_t n_metrics;
  bool validates;
  double *trial;          /* (owned) room for a state that is thrown away */
  DnnCallbackState state; /* its members are owned */
};

static void
kept_clear (gpointer data)
{
  dnn_snapshot_free (((DnnKept *) data)->weights);
}

void
dnn_callback_free (DnnCallback *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->state.kept);
  g_free (self->state.numbers);
  g_free (self->trial);
  g_free (self->values);
  g_free (self->better);
  g_strfreev (self->names);
  dnn_component_free (self->component);
  g_free (self);
}

/* --- columns ------------------------------------------------------------- */

static void
add_column (DnnCallback *self, const char *prefix, const char *name, int better)
{
  self->names[self->n_columns] = g_strconcat (prefix, name, NULL);
  self->better[self->n_columns++] = better;
}

static void
make_columns (DnnCallback *self, const DnnHistory *history,
              const int *directions)
{
  const char *const prefixes[] = { "", "val_" };
  size_t most;

  self->n_metrics = g_strv_length (history->metrics);
  self->validates = history->validates;
  most = 2 * (self->n_metrics + 1) + 1;
  self->names = g_new0 (char *, most + 1);
  self->better = g_new0 (int32_t, most);
  self->values = g_new0 (double, most);
  for (int i = 0; i < (history->validates ? 2 : 1); i++) {
    add_column (self, prefixes[i], "loss", -1);
    for (size_t j = 0; j < self->n_metrics; j++)
      add_column (self, prefixes[i], history->metrics[j], directions[j]);
  }
  add_column (self, "", "learning_rate", 0);
}

/* Before the first step there are those of the validation rows alone. */
static void
fill_values (DnnCallback *self, const DnnCallbackEpoch *epoch)
{
  const DnnHistoryEpoch *columns = epoch->columns;
  const bool start = epoch->number < 0;
  double *v = self->values;

  *v++ = start ? NAN : columns->loss;
  for (size_t i = 0; i < self->n_metrics; i++)
    *v++ = start ? NAN : columns->metrics[i];
  if (self->validates) {
    *v++ = columns->val_loss;
    for (size_t i = 0; i < self->n_metrics; i++)
      *v++ = columns->val_metrics[i];
  }
  *v = columns->learning_rate;
}

/* --- calls --------------------------------------------------------------- */

static DnnEpoch
begin_call (DnnCallback *self, DnnContext *context)
{
  return (DnnEpoch){
    .call = { DNN_END_OF (DnnEpoch, reserved), 0, context },
    .n_columns = self->n_columns,
    .names = (const char *const *) self->names,
    .better = self->better,
    .score = NAN,
  };
}

static DnnRunning
running_of (const DnnCallback *self, const char *call)
{
  const char *name = self->component->plugin->name;

  return (DnnRunning){ "callback", name, name, call };
}

/* A sentence on a column is the host's own, and needs no name before it. */
static bool
end_call (const DnnCallback *self, DnnContext *context, int32_t status,
          int code, GError **error)
{
  if (status == 0 && context->message == NULL) {
    dnn_context_clear (context);
    return true;
  }
  if (context->no_column) {
    g_set_error_literal (error, DNN_ERROR, DNN_ERROR_NAME, context->message);
    dnn_context_clear (context);
  } else {
    dnn_context_take_error (context, self->component->plugin->name, code,
                            error);
  }
  return false;
}

static bool
check (DnnCallback *self, GError **error)
{
  DnnContext context = { .host = &dnn_host };
  const DnnEpoch e = begin_call (self, &context);
  const DnnRunning running = running_of (self, "check");
  int32_t status;

  if (self->ops->struct_size < DNN_END_OF (DnnCallbackOps, check) ||
      self->ops->check == NULL)
    return true;
  dnn_running_begin (&running);
  status = self->ops->check (self->component->self, &dnn_host, &e);
  dnn_running_end ();
  return end_call (self, &context, status, DNN_ERROR_PARAM, error);
}

DnnCallback *
dnn_callback_new (DnnRegistry *registry, const DnnSpec *spec,
                  const DnnHistory *history, const int *directions,
                  GError **error)
{
  g_autoptr (DnnCallback) self = g_new0 (DnnCallback, 1);

  self->state.kept = g_array_new (FALSE, TRUE, sizeof (DnnKept));
  g_array_set_clear_func (self->state.kept, kept_clear);
  self->state.best = -INFINITY;
  self->component =
      dnn_component_new (registry, DNN_KIND_CALLBACK, spec, NULL, error);
  if (self->component == NULL)
    return NULL;
  self->ops = self->component->code->ops;
  self->state.n_numbers = self->ops->n_state;
  self->state.numbers = g_new0 (double, (size_t) self->ops->n_state + 1);
  self->trial = g_new0 (double, (size_t) self->ops->n_state + 1);
  make_columns (self, history, directions);
  return check (self, error) ? g_steal_pointer (&self) : NULL;
}

/* Fills `e`; `state` is changed. */
static bool
call_epoch (DnnCallback *self, const DnnCallbackEpoch *epoch, double rate,
            double *state, DnnEpoch *e, char **ret_told, GError **error)
{
  DnnContext context = { .host = &dnn_host };
  const DnnRunning running = running_of (self, "epoch");
  int32_t status;

  fill_values (self, epoch);
  *e = begin_call (self, &context);
  e->epoch = epoch->number;
  e->step = epoch->step;
  e->values = self->values;
  e->state = state;
  e->rate = rate;
  dnn_running_begin (&running);
  status = self->ops->epoch (self->component->self, &dnn_host, e);
  dnn_running_end ();
  if (ret_told != NULL)
    *ret_told = context.told != NULL ? g_strdup (context.told->str) : NULL;
  return end_call (self, &context, status, DNN_ERROR_PLUGIN, error);
}

/* --- the best ------------------------------------------------------------ */

/* Where the epoch goes among the kept; -1: nowhere.  One alone is replaced if
 * the plugin says so; several are in order of their scores. */
static int64_t
find_place (const DnnCallback *self, const DnnEpoch *e)
{
  guint at = 0;

  if (e->average <= 1)
    return e->keep != 0 ? 0 : -1;
  if (isnan (e->score))
    return -1;
  while (at < self->state.kept->len &&
         !(e->score > g_array_index (self->state.kept, DnnKept, at).score))
    at++;
  return at < e->average ? (int64_t) at : -1;
}

static bool
keep_weights (DnnCallback *self, const DnnEpoch *e, int64_t number,
              const DnnModel *model, GError **error)
{
  const guint most = MAX (e->average, 1);
  const int64_t at = find_place (self, e);
  DnnKept kept = { isnan (e->score) ? 0 : e->score, number, NULL };

  if (e->keep != 0)
    self->state.best = kept.score;
  if (at < 0)
    return true;
  kept.weights = dnn_snapshot_new (model, error);
  if (kept.weights == NULL)
    return false;
  g_array_insert_val (self->state.kept, (guint) at, kept);
  if (self->state.kept->len > most)
    g_array_set_size (self->state.kept, most);
  self->state.n_kept = self->state.kept->len;
  return true;
}

/* Refuses decisions that a plugin cannot make. */
static bool
check_decision (const DnnCallback *self, const DnnEpoch *e, double rate,
                GError **error)
{
  const char *name = self->component->plugin->name;

  if (e->stop > 1 || e->keep > 1 || e->restore > 1)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: stop, keep and restore must be 0 or 1, not '%u', '%u' "
                 "and '%u'",
                 name, e->stop, e->keep, e->restore);
  else if (!isfinite (e->rate) || e->rate < 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: its learning rate must be finite and not below 0, not "
                 "'%g'",
                 name, e->rate);
  else if (e->rate != rate && self->ops->sets_rate == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: it sets the learning rate to '%g', and its sets_rate "
                 "is 0",
                 name, e->rate);
  else
    return true;
  return false;
}

bool
dnn_callback_update (DnnCallback *self, const DnnCallbackEpoch *epoch,
                     const DnnModel *model, double *rate, char **ret_told,
                     GError **error)
{
  DnnEpoch e;

  if (!call_epoch (self, epoch, *rate, self->state.numbers, &e, ret_told,
                   error) ||
      !check_decision (self, &e, *rate, error) ||
      !keep_weights (self, &e, epoch->columns->number, model, error))
    return false;
  self->state.over = e.stop != 0;
  self->state.restore = e.restore != 0;
  *rate = e.rate;
  return true;
}

bool
dnn_callback_beats_best (DnnCallback *self, const DnnCallbackEpoch *epoch,
                         double rate, bool *ret_beats, GError **error)
{
  DnnEpoch e;

  memcpy (self->trial, self->state.numbers,
          self->state.n_numbers * sizeof *self->trial);
  if (!call_epoch (self, epoch, rate, self->trial, &e, NULL, error))
    return false;
  *ret_beats = e.score > self->state.best;
  return true;
}

/* --- what it is asked ---------------------------------------------------- */

const char *
dnn_callback_name (const DnnCallback *self)
{
  return self->component->plugin->name;
}

bool
dnn_callback_wants_start (const DnnCallback *self)
{
  return self->ops->wants_start != 0;
}

bool
dnn_callback_sets_rate (const DnnCallback *self)
{
  return self->ops->sets_rate != 0;
}

DnnCallbackState *
dnn_callback_state (DnnCallback *self)
{
  return &self->state;
}

bool
dnn_callback_is_over (const DnnCallback *self)
{
  return self->state.over;
}

bool
dnn_callback_restores (const DnnCallback *self)
{
  return self->state.restore && self->state.kept->len > 0;
}

/* --- the end ------------------------------------------------------------- */

/* Number j of weight i in the k-th best epoch. */
static double
kept_number (const DnnCallback *self, guint k, size_t i, int64_t j)
{
  const DnnKept *kept = &g_array_index (self->state.kept, DnnKept, k);

  return kept->weights->weights[i][j];
}

/* Writes the mean of the first `n` kept into the model's weights. */
static void
write_mean (const DnnCallback *self, guint n, DnnModel *model)
{
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    float *w = weight->tensor.data;

    for (int64_t j = 0; j < dnn_count (&weight->tensor); j++) {
      double sum = kept_number (self, 0, i, j); /* alone: the very bits */

      for (guint k = 1; k < n; k++)
        sum += kept_number (self, k, i, j);
      w[j] = (float) (sum / n);
    }
  }
}

bool
dnn_callback_average (const DnnCallback *self, DnnModel *model)
{
  if (!dnn_callback_restores (self) || self->state.kept->len < 2)
    return false;
  write_mean (self, self->state.kept->len, model);
  return true;
}

int64_t
dnn_callback_restore (const DnnCallback *self, DnnModel *model)
{
  if (!dnn_callback_restores (self))
    return -1;
  write_mean (self, 1, model);
  return g_array_index (self->state.kept, DnnKept, 0).epoch;
}
