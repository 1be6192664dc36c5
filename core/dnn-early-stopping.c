/* dnn-early-stopping.c - patience, and the weights of the best epoch */
#include "dnn-early-stopping.h"

#include "dnn-memory.h"
#include "dnn-param.h"
#include "dnn-suggest.h"

#include <math.h>
#include <string.h>

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

/* The weights of one epoch. */
typedef struct {
  double value;
  int64_t epoch;
  GPtrArray *weights; /* (owned) copies, in the model's order */
} Kept;

static const DnnPlugin table = {
  .name = "early_stopping",
  .self_size = sizeof (Keys),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

struct DnnEarlyStopping {
  Keys keys;
  int column;  /* index of a metric; -1: the loss */
  bool is_val; /* of the validation rows */
  int sign;    /* +1: higher is better */
  double best;
  int64_t best_epoch; /* its number in the history; 0: the run's start */
  int64_t wait;
  bool over;
  GArray *kept; /* (owned) of Kept, the best first */
};

void
dnn_early_stopping_free (DnnEarlyStopping *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->kept);
  g_free (self);
}

static void
kept_clear (gpointer data)
{
  g_ptr_array_unref (((Kept *) data)->weights);
}

static bool
set_unknown_column (const DnnHistory *history, const char *name, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;
  const char *const prefixes[] = { "", "val_" };

  for (int i = 0; i < (history->validates ? 2 : 1); i++) {
    g_autofree char *loss = g_strconcat (prefixes[i], "loss", NULL);

    g_strv_builder_add (builder, loss);
    for (size_t j = 0; history->metrics[j] != NULL; j++) {
      g_autofree char *metric =
          g_strconcat (prefixes[i], history->metrics[j], NULL);

      g_strv_builder_add (builder, metric);
    }
  }
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no column '%s' to monitor; %s%s", name, nearest,
               history->validates ? "" : " (there are no validation rows)");
  return false;
}

static bool
find_column (DnnEarlyStopping *self, const DnnHistory *history,
             const int *directions, GError **error)
{
  const char *name = self->keys.monitor;

  self->is_val = g_str_has_prefix (name, "val_");
  if (self->is_val && history->validates)
    name += strlen ("val_");
  self->column = -1;
  self->sign = -1;
  if (strcmp (name, "loss") == 0)
    return true;
  for (int i = 0; history->metrics[i] != NULL; i++)
    if (strcmp (name, history->metrics[i]) == 0) {
      self->column = i;
      self->sign = directions[i];
      return true;
    }
  return set_unknown_column (history, self->keys.monitor, error);
}

/* Keys that would have no effect beside the others. */
static bool
check_keys (const DnnEarlyStopping *self, GError **error)
{
  const char *key = self->keys.average > 1     ? "average"
                    : self->keys.include_start ? "include_start"
                                               : NULL;

  if (key == NULL || (self->keys.restore_best && self->is_val))
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

  self->kept = g_array_new (FALSE, TRUE, sizeof (Kept));
  g_array_set_clear_func (self->kept, kept_clear);
  if (!dnn_param_apply (&table, spec, NULL, &self->keys, error) ||
      !find_column (self, history, directions, error) ||
      !check_keys (self, error))
    return NULL;
  self->best = -self->sign * INFINITY;
  return g_steal_pointer (&self);
}

/* Whether `value` beats `other` by more than min_delta. */
static bool
is_better (const DnnEarlyStopping *self, double value, double other)
{
  return self->sign > 0 ? value - self->keys.min_delta > other
                        : value + self->keys.min_delta < other;
}

static GPtrArray *
copy_weights (const DnnModel *model, GError **error)
{
  g_autoptr (GPtrArray) copies =
      g_ptr_array_new_with_free_func (dnn_memory_free);

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);
    void *copy = dnn_memory_new (dnn_weight_bytes (weight), error);

    if (copy == NULL)
      return NULL;
    memcpy (copy, weight->tensor.data, dnn_weight_bytes (weight));
    g_ptr_array_add (copies, copy);
  }
  return g_steal_pointer (&copies);
}

/* Whether a value goes before the k-th kept.  One alone is replaced as Keras
 * does, by what is better by min_delta; several are simply in order. */
static bool
goes_before (const DnnEarlyStopping *self, double value, guint k)
{
  double other = g_array_index (self->kept, Kept, k).value;

  if (self->keys.average == 1)
    return is_better (self, value, other);
  return self->sign > 0 ? value > other : value < other;
}

/* Keeps the weights where they are among the best. */
static bool
keep_weights (DnnEarlyStopping *self, double value, const DnnEpoch *epoch,
              const DnnModel *model, GError **error)
{
  const guint most = (guint) self->keys.average;
  Kept kept = { value, epoch->number, NULL };
  guint at = 0;

  while (at < self->kept->len && !goes_before (self, value, at))
    at++;
  if (!self->keys.restore_best || at >= most || isnan (value))
    return true;
  kept.weights = copy_weights (model, error);
  if (kept.weights == NULL)
    return false;
  g_array_insert_val (self->kept, at, kept);
  if (self->kept->len > most)
    g_array_set_size (self->kept, most);
  return true;
}

static double
value_of (const DnnEarlyStopping *self, const DnnEpoch *epoch)
{
  const double *metrics = self->is_val ? epoch->val_metrics : epoch->metrics;

  if (self->column >= 0)
    return metrics[self->column];
  return self->is_val ? epoch->val_loss : epoch->loss;
}

bool
dnn_early_stopping_update (DnnEarlyStopping *self, int64_t number,
                           const DnnEpoch *epoch, const DnnModel *model,
                           GError **error)
{
  double value = value_of (self, epoch);

  if (number < self->keys.start_from_epoch)
    return true;
  if (!keep_weights (self, value, epoch, model, error))
    return false;
  self->wait++;
  if (!is_better (self, value, self->best)) {
    self->over = self->wait >= self->keys.patience && number > 0;
    return true;
  }
  self->best = value;
  self->best_epoch = epoch->number;
  if (!isfinite (self->keys.baseline) ||
      is_better (self, value, self->keys.baseline))
    self->wait = 0;
  return true;
}

bool
dnn_early_stopping_begin (DnnEarlyStopping *self, const DnnEpoch *start,
                          const DnnModel *model, GError **error)
{
  bool ok;

  if (!self->keys.include_start || !self->is_val)
    return true;
  ok = dnn_early_stopping_update (self, self->keys.start_from_epoch, start,
                                  model, error);
  self->wait = 0;
  self->over = false;
  return ok;
}

bool
dnn_early_stopping_is_over (const DnnEarlyStopping *self)
{
  return self->over;
}

/* Number j of weight i in the k-th best epoch. */
static double
kept_number (const DnnEarlyStopping *self, guint k, size_t i, int64_t j)
{
  const Kept *kept = &g_array_index (self->kept, Kept, k);

  return ((const float *) g_ptr_array_index (kept->weights, i))[j];
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
  if (self->kept->len < 2)
    return false;
  write_mean (self, self->kept->len, model);
  return true;
}

bool
dnn_early_stopping_beats_best (const DnnEarlyStopping *self,
                               const DnnEpoch *epoch)
{
  double value = value_of (self, epoch);

  return self->sign > 0 ? value > self->best : value < self->best;
}

int64_t
dnn_early_stopping_restore (DnnEarlyStopping *self, DnnModel *model)
{
  if (self->kept->len == 0)
    return -1;
  write_mean (self, 1, model);
  return g_array_index (self->kept, Kept, 0).epoch;
}
