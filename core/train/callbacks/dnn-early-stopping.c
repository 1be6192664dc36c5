/* dnn-early-stopping.c - patience, and the weights of the best epoch */
#include "dnn-early-stopping.h"

#include "dnn-monitor.h"
#include "dnn-param.h"

#include <math.h>

typedef struct {
  const char *monitor;
  int64_t patience;
  double min_delta;
  double baseline;
  bool restore_best;
  int64_t start_from_epoch;
  bool include_start;
  int64_t average;
} Keys;

static const DnnParam params[] = {
  DNN_ROW (Keys, monitor, NULL, DNN_PARAM_TEXT, 0, "val_loss", 0, 0, "",
           "column of the history to watch", NULL),
  DNN_INT (Keys, patience, "0", 0, 1e9, "epochs",
           "epochs without an improvement before it stops"),
  DNN_FLOAT (Keys, min_delta, "0", 0, 1e9, "", "least improvement that counts"),
  DNN_FLOAT (Keys, baseline, "inf", -INFINITY, INFINITY, "",
             "what must be beaten before patience is renewed; inf: nothing"),
  DNN_ROW (Keys, restore_best, "restore_best_weights", DNN_PARAM_BOOL, 0,
           "false", 0, 1, "", "end with the weights of the best epoch", NULL),
  DNN_INT (Keys, start_from_epoch, "0", 0, 1e9, "epochs",
           "epochs to pass over first"),
  DNN_BOOL (Keys, include_start, "false",
            "what the phase begins with can be the best, too"),
  DNN_INT (Keys, average, "1", 1, 100, "epochs",
           "end with the mean of the weights of this many of the best epochs, "
           "where that is better still"),
};

static const DnnPlugin table = {
  .name = "early_stopping",
  .self_size = sizeof (Keys),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

struct DnnEarlyStopping {
  Keys keys;
  DnnMonitor monitor;
  DnnStoppingState state; /* its array is owned */
};

void
dnn_early_stopping_free (DnnEarlyStopping *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->state.kept);
  g_free (self);
}

static void
kept_clear (gpointer data)
{
  dnn_snapshot_free (((DnnKept *) data)->weights);
}

/* Keys that would have no effect beside the others. */
static bool
check_keys (const DnnEarlyStopping *self, GError **error)
{
  const char *key = self->keys.average > 1     ? "average"
                    : self->keys.include_start ? "include_start"
                                               : NULL;

  if (key == NULL || (self->keys.restore_best && self->monitor.is_val))
    return true;
  if (!self->keys.restore_best)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "early_stopping: %s needs restore_best=true", key);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "early_stopping: %s needs a monitor of the validation rows, "
                 "not '%s'",
                 key, self->keys.monitor);
  return false;
}

DnnEarlyStopping *
dnn_early_stopping_new (const DnnSpec *spec, const DnnHistory *history,
                        const int *directions, GError **error)
{
  g_autoptr (DnnEarlyStopping) self = g_new0 (DnnEarlyStopping, 1);

  self->state.kept = g_array_new (FALSE, TRUE, sizeof (DnnKept));
  g_array_set_clear_func (self->state.kept, kept_clear);
  if (!dnn_param_apply (&table, spec, NULL, &self->keys, error) ||
      !dnn_monitor_find (self->keys.monitor, history, directions,
                         &self->monitor, error) ||
      !check_keys (self, error))
    return NULL;
  self->state.best = dnn_monitor_worst (&self->monitor);
  return g_steal_pointer (&self);
}

/* Whether `value` beats `other` by more than min_delta. */
static bool
is_better (const DnnEarlyStopping *self, double value, double other)
{
  return dnn_monitor_is_better (&self->monitor, value, other,
                                self->keys.min_delta);
}

/* Whether a value goes before the k-th kept.  One alone is replaced as Keras
 * does, by what is better by min_delta; several are simply in order. */
static bool
goes_before (const DnnEarlyStopping *self, double value, guint k)
{
  double other = g_array_index (self->state.kept, DnnKept, k).value;

  if (self->keys.average == 1)
    return is_better (self, value, other);
  return dnn_monitor_is_better (&self->monitor, value, other, 0);
}

/* Keeps the weights where they are among the best. */
static bool
keep_weights (DnnEarlyStopping *self, double value,
              const DnnHistoryEpoch *epoch, const DnnModel *model,
              GError **error)
{
  const guint most = (guint) self->keys.average;
  DnnKept kept = { value, epoch->number, NULL };
  guint at = 0;

  while (at < self->state.kept->len && !goes_before (self, value, at))
    at++;
  if (!self->keys.restore_best || at >= most || isnan (value))
    return true;
  kept.weights = dnn_snapshot_new (model, error);
  if (kept.weights == NULL)
    return false;
  g_array_insert_val (self->state.kept, at, kept);
  if (self->state.kept->len > most)
    g_array_set_size (self->state.kept, most);
  return true;
}

bool
dnn_early_stopping_update (DnnEarlyStopping *self, int64_t number,
                           const DnnHistoryEpoch *epoch, const DnnModel *model,
                           GError **error)
{
  double value = dnn_monitor_value (&self->monitor, epoch);

  if (number < self->keys.start_from_epoch)
    return true;
  if (!keep_weights (self, value, epoch, model, error))
    return false;
  self->state.wait++;
  if (!is_better (self, value, self->state.best)) {
    self->state.over = self->state.wait >= self->keys.patience && number > 0;
    return true;
  }
  self->state.best = value;
  if (!isfinite (self->keys.baseline) ||
      is_better (self, value, self->keys.baseline))
    self->state.wait = 0;
  return true;
}

bool
dnn_early_stopping_begin (DnnEarlyStopping *self, const DnnHistoryEpoch *start,
                          const DnnModel *model, GError **error)
{
  bool ok;

  if (!self->keys.include_start || !self->monitor.is_val)
    return true;
  ok = dnn_early_stopping_update (self, self->keys.start_from_epoch, start,
                                  model, error);
  self->state.wait = 0;
  self->state.over = false;
  return ok;
}

DnnStoppingState *
dnn_early_stopping_state (DnnEarlyStopping *self)
{
  return &self->state;
}

bool
dnn_early_stopping_is_over (const DnnEarlyStopping *self)
{
  return self->state.over;
}

/* Number j of weight i in the k-th best epoch. */
static double
kept_number (const DnnEarlyStopping *self, guint k, size_t i, int64_t j)
{
  const DnnKept *kept = &g_array_index (self->state.kept, DnnKept, k);

  return kept->weights->weights[i][j];
}

/* Writes the mean of the first `n` kept into the model's weights. */
static void
write_mean (const DnnEarlyStopping *self, guint n, DnnModel *model)
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
dnn_early_stopping_average (DnnEarlyStopping *self, DnnModel *model)
{
  if (self->state.kept->len < 2)
    return false;
  write_mean (self, self->state.kept->len, model);
  return true;
}

bool
dnn_early_stopping_beats_best (const DnnEarlyStopping *self,
                               const DnnHistoryEpoch *epoch)
{
  double value = dnn_monitor_value (&self->monitor, epoch);

  return dnn_monitor_is_better (&self->monitor, value, self->state.best, 0);
}

int64_t
dnn_early_stopping_restore (DnnEarlyStopping *self, DnnModel *model)
{
  if (self->state.kept->len == 0)
    return -1;
  write_mean (self, 1, model);
  return g_array_index (self->state.kept, DnnKept, 0).epoch;
}
