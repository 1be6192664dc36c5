/* callbacks.c - a trainer's early stopping and its plateau */
#include "dnn-suggest.h"
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

static bool
make_stopping (DnnPhaseParts *self, const DnnSpec *spec,
               const DnnHistory *history, const int *directions, GError **error)
{
  self->stopping = dnn_early_stopping_new (spec, history, directions, error);
  return self->stopping != NULL;
}

static bool
make_plateau (DnnPhaseParts *self, const DnnSpec *spec,
              const DnnHistory *history, const int *directions, GError **error)
{
  DnnOptimizer *optimizer = self->optimizer;

  self->plateau = dnn_plateau_new (spec, history, directions, error);
  if (self->plateau == NULL)
    return false;
  if (dnn_optimizer_set_rate (optimizer, dnn_optimizer_rate (optimizer, 0),
                              error))
    return true;
  g_prefix_error (error, "%s: ", spec->name);
  return false;
}

/* One line a callback. */
static const struct {
  const char *name;
  bool (*make) (DnnPhaseParts *self, const DnnSpec *spec,
                const DnnHistory *history, const int *directions,
                GError **error);
} kinds[] = {
  { "early_stopping", make_stopping },
  { "reduce_lr_on_plateau", make_plateau },
};

static bool
find_kind (const DnnSpec *spec, size_t *ret_kind, GError **error)
{
  const char *names[G_N_ELEMENTS (kinds) + 1] = { NULL };
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    names[i] = kinds[i].name;
    if (!dnn_is_same_name (kinds[i].name, spec->name))
      continue;
    *ret_kind = i;
    return true;
  }
  nearest = dnn_suggest (spec->name, names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no callback '%s'; %s", spec->name, nearest);
  return false;
}

bool
dnn_phase_parts_make_callbacks (DnnPhaseParts *self, const DnnHistory *history,
                                GError **error)
{
  g_autofree int *directions = list_directions (self);
  g_autoptr (GPtrArray) specs = NULL;
  bool made[G_N_ELEMENTS (kinds)] = { false };
  size_t kind = 0;

  g_clear_pointer (&self->stopping, dnn_early_stopping_free);
  g_clear_pointer (&self->plateau, dnn_plateau_free);
  if (*self->settings.callbacks == '\0')
    return true;
  specs =
      dnn_spec_parse_list (self->settings.callbacks, (DnnPlace){ 0 }, error);
  for (guint i = 0; specs != NULL && i < specs->len; i++) {
    const DnnSpec *spec = g_ptr_array_index (specs, i);

    if (!find_kind (spec, &kind, error))
      return false;
    if (made[kind]) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "callbacks: '%s' stands twice", spec->name);
      return false;
    }
    made[kind] = true;
    if (!kinds[kind].make (self, spec, history, directions, error))
      return false;
  }
  return specs != NULL;
}

/* --- epochs -------------------------------------------------------------- */

bool
dnn_trainer_begin_callbacks (DnnTrainer *self, GError **error)
{
  g_autofree double *metrics =
      g_new0 (double, dnn_objectives_n_metrics (self->parts.evaluation) + 1);
  DnnHistoryEpoch start = { .number = self->epoch, .val_metrics = metrics };
  bool ok;

  if (self->parts.stopping == NULL || self->validation == NULL)
    return true;
  ok = dnn_trainer_run_validation (self, &start, error) &&
       dnn_trainer_show_model (self, error) &&
       dnn_early_stopping_begin (self->parts.stopping, &start, self->model,
                                 error);
  dnn_trainer_hide_model (self);
  return ok;
}

static bool
update_plateau (DnnTrainer *self, const DnnHistoryEpoch *epoch,
                const DnnTrainEvents *events, GError **error)
{
  double before = dnn_optimizer_rate (self->parts.optimizer, 0);
  double after = dnn_plateau_update (self->parts.plateau, epoch, before);
  g_autofree char *text = NULL;

  if (after == before)
    return true;
  if (!dnn_optimizer_set_rate (self->parts.optimizer, after, error))
    return false;
  text = g_strdup_printf ("epoch %" G_GINT64_FORMAT
                          ": nothing has improved; learning_rate is now %g",
                          epoch->number, after);
  if (events != NULL && events->message != NULL)
    events->message (events->data, text);
  return true;
}

bool
dnn_trainer_update_callbacks (DnnTrainer *self, const DnnHistoryEpoch *epoch,
                              const DnnTrainEvents *events, GError **error)
{
  bool ok;

  if (self->parts.plateau != NULL &&
      !update_plateau (self, epoch, events, error))
    return false;
  if (self->parts.stopping == NULL)
    return true;
  ok = dnn_trainer_show_model (self, error) &&
       dnn_early_stopping_update (self->parts.stopping,
                                  self->epoch - self->phase_epoch, epoch,
                                  self->model, error);
  dnn_trainer_hide_model (self);
  return ok;
}

/* --- the end ------------------------------------------------------------- */

/* Takes the sentence over. */
static void
say_restored (DnnTrainer *self, char *sentence)
{
  g_free (self->restored);
  self->restored = sentence;
}

/* The mean of the best epochs, where it is asked for and better than the best
 * of them by the validation rows; else the best. */
static bool
restore_best (DnnTrainer *self, GError **error)
{
  g_autofree double *metrics =
      g_new0 (double, dnn_objectives_n_metrics (self->parts.evaluation) + 1);
  DnnHistoryEpoch mean = { .number = self->epoch, .val_metrics = metrics };
  int64_t epoch;

  if (self->validation != NULL &&
      dnn_early_stopping_average (self->parts.stopping, self->model)) {
    if (!dnn_trainer_run_validation (self, &mean, error))
      return false;
    if (dnn_early_stopping_beats_best (self->parts.stopping, &mean)) {
      g_autofree char *loss = dnn_format_value (mean.val_loss);

      say_restored (self, g_strdup_printf ("the weights are now the mean of "
                                           "the best epochs' (val_loss %s)",
                                           loss));
      return true;
    }
  }
  epoch = dnn_early_stopping_restore (self->parts.stopping, self->model);
  if (epoch == self->phase_epoch)
    say_restored (self, g_strdup ("nothing was better than the start of the "
                                  "phase: its weights are back"));
  else if (epoch >= 0)
    say_restored (self, g_strdup_printf ("the weights of the best epoch, "
                                         "%" G_GINT64_FORMAT ", are back",
                                         epoch));
  return true;
}

bool
dnn_trainer_finish_weights (DnnTrainer *self, GError **error)
{
  g_autoptr (DnnSnapshot) last = dnn_snapshot_new (self->model, error);

  if (last == NULL)
    return false;
  say_restored (self, NULL);
  /* As in Keras first the averages, then what early stopping has. */
  if (dnn_optimizer_write_averages (self->parts.optimizer, self->model))
    say_restored (self, g_strdup ("the weights are now their averages over the "
                                  "steps (use_ema)"));
  if (dnn_optimizer_has_model (self->parts.optimizer)) {
    if (!dnn_optimizer_write_model (self->parts.optimizer, self->model, error))
      return false;
    self->finished = true;
    say_restored (
        self,
        g_strdup_printf (
            "the weights are now those that %s is to show",
            dnn_optimizer_component (self->parts.optimizer)->plugin->name));
  }
  if (self->parts.stopping != NULL && !restore_best (self, error))
    return false;
  dnn_snapshot_free (self->last);
  self->last = self->restored != NULL ? g_steal_pointer (&last) : NULL;
  return true;
}
