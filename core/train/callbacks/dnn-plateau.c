/* dnn-plateau.c - waits for an improvement, then lowers the rate */
#include "dnn-plateau.h"

#include "dnn-monitor.h"
#include "dnn-param.h"

#include <math.h>

typedef struct {
  const char *monitor;
  double factor;
  int64_t patience;
  double min_delta;
  int64_t cooldown;
  double min_lr;
} Keys;

static const DnnParam params[] = {
  DNN_ROW (Keys, monitor, NULL, DNN_PARAM_TEXT, 0, "val_loss", 0, 0, "",
           "column of the history to watch", NULL),
  DNN_FLOAT (Keys, factor, "0.1", 0, 1, "",
             "what the rate is multiplied by; below 1"),
  DNN_INT (Keys, patience, "10", 0, 1e9, "epochs",
           "epochs without an improvement before the rate is lowered"),
  DNN_FLOAT (Keys, min_delta, "1e-4", 0, 1e9, "",
             "least improvement that counts"),
  DNN_INT (Keys, cooldown, "0", 0, 1e9, "epochs",
           "epochs to pass over after the rate was lowered"),
  DNN_FLOAT (Keys, min_lr, "0", 0, 1e9, "", "the rate stays above this"),
};

static const DnnPlugin table = {
  .name = "reduce_lr_on_plateau",
  .self_size = sizeof (Keys),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

struct DnnPlateau {
  Keys keys;
  DnnMonitor monitor;
  DnnPlateauState state;
};

void
dnn_plateau_free (DnnPlateau *self)
{
  g_free (self);
}

DnnPlateau *
dnn_plateau_new (const DnnSpec *spec, const DnnHistory *history,
                 const int *directions, GError **error)
{
  g_autoptr (DnnPlateau) self = g_new0 (DnnPlateau, 1);

  if (!dnn_param_apply (&table, spec, NULL, &self->keys, error) ||
      !dnn_monitor_find (self->keys.monitor, history, directions,
                         &self->monitor, error))
    return NULL;
  if (self->keys.factor >= 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: factor must be below 1, not '%g'", table.name,
                 self->keys.factor);
    return NULL;
  }
  self->state.best = dnn_monitor_worst (&self->monitor);
  return g_steal_pointer (&self);
}

/* Keras keeps rates as float32, and compares them so. */
static double
lower (DnnPlateau *self, double rate)
{
  if ((float) rate <= (float) self->keys.min_lr)
    return rate;
  self->state.cooldown = self->keys.cooldown;
  self->state.wait = 0;
  return fmax (rate * self->keys.factor, self->keys.min_lr);
}

double
dnn_plateau_update (DnnPlateau *self, const DnnHistoryEpoch *epoch, double rate)
{
  double value = dnn_monitor_value (&self->monitor, epoch);

  if (self->state.cooldown > 0) {
    self->state.cooldown--;
    self->state.wait = 0;
  }
  if (dnn_monitor_is_better (&self->monitor, value, self->state.best,
                             self->keys.min_delta)) {
    self->state.best = value;
    self->state.wait = 0;
    return rate;
  }
  if (self->state.cooldown > 0)
    return rate;
  self->state.wait++;
  return self->state.wait >= self->keys.patience ? lower (self, rate) : rate;
}

DnnPlateauState *
dnn_plateau_state (DnnPlateau *self)
{
  return &self->state;
}
