/* callbacks.c - a trainer's callbacks: made, called, and their best weights */
#include "dnn-text.h"
#include "dnn-trainer-private.h"

#include <string.h>

/* --- making -------------------------------------------------------------- */

/* +1 or -1 for each metric: whether higher is better. */
static int *
list_directions (const DnnPhaseParts *self)
{
  size_t n = dnn_objectives_n_metrics (self->objective);
  int *directions = g_new0 (int, n + 1);

  for (size_t i = 0; i < n; i++)
    directions[i] =
        dnn_metric_better (dnn_objectives_metric (self->objective, i));
  return directions;
}

/* Nobody else may set the rate. */
static bool
claim_rate (const DnnPhaseParts *self, const DnnCallback *callback,
            GError **error)
{
  DnnOptimizer *optimizer = self->optimizer;
  const char *name = dnn_callback_name (callback);

  for (guint i = 0; i < self->callbacks->len; i++) {
    const DnnCallback *other = g_ptr_array_index (self->callbacks, i);

    if (!dnn_callback_sets_rate (other))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "callbacks: '%s' and '%s' both set the learning rate",
                 dnn_callback_name (other), name);
    return false;
  }
  if (dnn_optimizer_set_rate (optimizer, dnn_optimizer_rate (optimizer, 0),
                              error))
    return true;
  g_prefix_error (error, "%s: ", name);
  return false;
}

static bool
check_once (const DnnPhaseParts *self, const DnnCallback *callback,
            GError **error)
{
  for (guint i = 0; i < self->callbacks->len; i++) {
    const DnnCallback *other = g_ptr_array_index (self->callbacks, i);

    if (strcmp (dnn_callback_name (other), dnn_callback_name (callback)) != 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "callbacks: '%s' stands twice", dnn_callback_name (callback));
    return false;
  }
  return true;
}

static bool
add_callback (DnnPhaseParts *self, const DnnTrainer *trainer,
              const DnnSpec *spec, const int *directions, GError **error)
{
  g_autoptr (DnnCallback) callback =
      dnn_callback_new (dnn_model_registry (trainer->model), spec,
                        trainer->history, directions, error);

  if (callback == NULL || !check_once (self, callback, error) ||
      (dnn_callback_sets_rate (callback) &&
       !claim_rate (self, callback, error)))
    return false;
  g_ptr_array_add (self->callbacks, g_steal_pointer (&callback));
  return true;
}

bool
dnn_phase_parts_make_callbacks (DnnPhaseParts *self, const DnnTrainer *trainer,
                                GError **error)
{
  g_autofree int *directions = list_directions (self);
  g_autoptr (GPtrArray) specs = NULL;

  g_clear_pointer (&self->callbacks, g_ptr_array_unref);
  self->callbacks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) dnn_callback_free);
  if (*self->settings.callbacks == '\0')
    return true;
  specs =
      dnn_spec_parse_list (self->settings.callbacks, (DnnPlace){ 0 }, error);
  for (guint i = 0; specs != NULL && i < specs->len; i++)
    if (!add_callback (self, trainer, g_ptr_array_index (specs, i), directions,
                       error))
      return false;
  return specs != NULL;
}

/* --- epochs -------------------------------------------------------------- */

static bool
wants_start (const DnnTrainer *self)
{
  for (guint i = 0; i < self->parts.callbacks->len; i++)
    if (dnn_callback_wants_start (g_ptr_array_index (self->parts.callbacks, i)))
      return true;
  return false;
}

/* Prints what a callback says, a message for each line. */
static void
tell (const char *told, int64_t number, const DnnTrainEvents *events)
{
  g_auto (GStrv) lines = g_strsplit (told, "\n", -1);

  for (size_t i = 0; lines[i] != NULL; i++) {
    g_autofree char *text =
        g_strdup_printf ("epoch %" G_GINT64_FORMAT ": %s", number, lines[i]);

    events->message (events->data, text);
  }
}

static bool
call (DnnTrainer *self, DnnCallback *callback, const DnnCallbackEpoch *epoch,
      const DnnTrainEvents *events, GError **error)
{
  DnnOptimizer *optimizer = self->parts.optimizer;
  double rate = dnn_optimizer_rate (optimizer, self->step - self->phase_step);
  const double before = rate;
  g_autofree char *told = NULL;

  if (!dnn_callback_update (callback, epoch, self->model, &rate, &told,
                            error) ||
      (rate != before && !dnn_optimizer_set_rate (optimizer, rate, error)))
    return false;
  if (told != NULL && events != NULL && events->message != NULL)
    tell (told, epoch->columns->number, events);
  return true;
}

/* The model shows what would be saved. */
static bool
call_all (DnnTrainer *self, const DnnCallbackEpoch *epoch,
          const DnnTrainEvents *events, GError **error)
{
  bool ok =
      self->parts.callbacks->len == 0 || dnn_trainer_show_model (self, error);

  for (guint i = 0; ok && i < self->parts.callbacks->len; i++) {
    DnnCallback *callback = g_ptr_array_index (self->parts.callbacks, i);

    if (epoch->number >= 0 || dnn_callback_wants_start (callback))
      ok = call (self, callback, epoch, events, error);
  }
  if (self->parts.callbacks->len > 0)
    dnn_trainer_hide_model (self);
  return ok;
}

bool
dnn_trainer_begin_callbacks (DnnTrainer *self, GError **error)
{
  g_autofree double *metrics =
      g_new0 (double, dnn_objectives_n_metrics (self->parts.evaluation) + 1);
  DnnHistoryEpoch start = { .number = self->epoch, .val_metrics = metrics };
  const DnnCallbackEpoch epoch = { -1, self->step, &start };

  if (!wants_start (self))
    return true;
  start.learning_rate = dnn_optimizer_rate (self->parts.optimizer, 0);
  return dnn_trainer_run_validation (self, &start, error) &&
         call_all (self, &epoch, NULL, error);
}

bool
dnn_trainer_update_callbacks (DnnTrainer *self, const DnnHistoryEpoch *epoch,
                              const DnnTrainEvents *events, GError **error)
{
  const DnnCallbackEpoch seen = { self->epoch - self->phase_epoch, self->step,
                                  epoch };

  return call_all (self, &seen, events, error);
}

/* --- the end ------------------------------------------------------------- */

/* Takes the sentence over. */
static void
say_restored (DnnTrainer *self, char *sentence)
{
  g_free (self->restored);
  self->restored = sentence;
}

/* Writes the mean of the best epochs, if it is asked for and better than the
 * best of them by the validation rows. */
static bool
try_average (DnnTrainer *self, DnnCallback *callback, bool *ret_done,
             GError **error)
{
  g_autofree double *metrics =
      g_new0 (double, dnn_objectives_n_metrics (self->parts.evaluation) + 1);
  DnnHistoryEpoch mean = { .number = self->epoch,
                           .metrics = metrics,
                           .val_metrics = metrics };
  const DnnCallbackEpoch epoch = { self->epoch - self->phase_epoch, self->step,
                                   &mean };
  const double rate = dnn_optimizer_own_rate (self->parts.optimizer);
  g_autofree char *loss = NULL;

  *ret_done = false;
  if (self->validation == NULL || !dnn_callback_average (callback, self->model))
    return true;
  if (!dnn_trainer_run_validation (self, &mean, error) ||
      !dnn_callback_beats_best (callback, &epoch, rate, ret_done, error))
    return false;
  if (!*ret_done)
    return true;
  loss = dnn_format_value (mean.val_loss);
  say_restored (self, g_strdup_printf ("the weights are now the mean of "
                                       "the best epochs' (val_loss %s)",
                                       loss));
  return true;
}

/* The mean of the best epochs, else the best of them. */
static bool
restore_best (DnnTrainer *self, DnnCallback *callback, GError **error)
{
  bool done;
  int64_t epoch;

  if (!try_average (self, callback, &done, error))
    return false;
  if (done)
    return true;
  epoch = dnn_callback_restore (callback, self->model);
  if (epoch == self->phase_epoch)
    say_restored (self, g_strdup ("nothing was better than the start of the "
                                  "phase: its weights are back"));
  else if (epoch >= 0)
    say_restored (self, g_strdup_printf ("the weights of the best epoch, "
                                         "%" G_GINT64_FORMAT ", are back",
                                         epoch));
  return true;
}

/* The first callback that has weights to come back. */
static DnnCallback *
find_restoring (const DnnTrainer *self)
{
  for (guint i = 0; i < self->parts.callbacks->len; i++) {
    DnnCallback *callback = g_ptr_array_index (self->parts.callbacks, i);

    if (dnn_callback_restores (callback))
      return callback;
  }
  return NULL;
}

/* The weights of the optimizer, where they are not those that train. */
static bool
write_optimizer (DnnTrainer *self, GError **error)
{
  DnnOptimizer *optimizer = self->parts.optimizer;

  if (dnn_optimizer_write_averages (optimizer, self->model))
    say_restored (self, g_strdup ("the weights are now their averages over the "
                                  "steps (use_ema)"));
  if (!dnn_optimizer_has_model (optimizer))
    return true;
  if (!dnn_optimizer_write_model (optimizer, self->model, error))
    return false;
  self->finished = true;
  say_restored (self, g_strdup_printf (
                          "the weights are now those that %s is to show",
                          dnn_optimizer_component (optimizer)->plugin->name));
  return true;
}

bool
dnn_trainer_finish_weights (DnnTrainer *self, GError **error)
{
  g_autoptr (DnnSnapshot) last = dnn_snapshot_new (self->model, error);
  DnnCallback *restoring = find_restoring (self);

  if (last == NULL)
    return false;
  say_restored (self, NULL);
  /* As in Keras first the averages, then what early stopping has. */
  if (!write_optimizer (self, error) ||
      (restoring != NULL && !restore_best (self, restoring, error)))
    return false;
  dnn_snapshot_free (self->last);
  self->last = self->restored != NULL ? g_steal_pointer (&last) : NULL;
  return true;
}
