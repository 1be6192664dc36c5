/* reduce_lr_on_plateau - lowers the learning rate where training stands still
 *
 * Keras' ReduceLROnPlateau: after `patience` epochs without an improvement by
 * more than min_delta the rate is multiplied by `factor`, down to min_lr; then
 * `cooldown` epochs pass before waiting begins again.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  const char *monitor;
  double factor, min_delta, min_lr;
  int64_t patience, cooldown;
  int32_t mode;
} Plateau;

static const DnnParam params[] = {
  DNN_MONITOR (Plateau),
  DNN_FLOAT (Plateau, factor, "0.1", 0, 1, "factor",
             "what the rate is multiplied by; below 1"),
  DNN_INT (Plateau, patience, "10", 0, 1e9, "epochs",
           "epochs without an improvement before the rate is lowered"),
  DNN_FLOAT (Plateau, min_delta, "1e-4", 0, 1e9, "change",
             "least improvement that counts"),
  DNN_INT (Plateau, cooldown, "0", 0, 1e9, "epochs",
           "epochs to pass over after the rate was lowered"),
  DNN_FLOAT (Plateau, min_lr, "0", 0, 1e9, "rate", "the rate stays above this"),
};

enum { BEST, WAIT, COOLDOWN, BEGUN, N_STATE };

/* Keras keeps rates as float32, and compares them so. */
static void
lower (const Plateau *p, const DnnHost *host, DnnEpoch *e)
{
  const double before = e->rate;

  if ((float) e->rate <= (float) p->min_lr)
    return;
  e->state[COOLDOWN] = (double) p->cooldown;
  e->state[WAIT] = 0;
  e->rate = fmax (e->rate * p->factor, p->min_lr);
  if (e->rate != before)
    host->tell (e, "nothing has improved; learning_rate is now %g", e->rate);
}

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  const Plateau *p = self;
  const int32_t column = host->column (e, p->monitor);
  double *s = e->state;
  int sign;

  if (column < 0)
    return -1;
  sign = dnn_epoch_sign (e, column, p->mode);
  if (s[BEGUN] == 0)
    s[BEST] = -sign * INFINITY;
  s[BEGUN] = 1;
  if (s[COOLDOWN] > 0) {
    s[COOLDOWN]--;
    s[WAIT] = 0;
  }
  if (dnn_epoch_beats (sign, e->values[column], s[BEST], p->min_delta)) {
    s[BEST] = e->values[column];
    s[WAIT] = 0;
  } else if (s[COOLDOWN] == 0 && ++s[WAIT] >= (double) p->patience)
    lower (p, host, e);
  return 0;
}

static int32_t
check (const void *self, const DnnHost *host, const DnnEpoch *e)
{
  const Plateau *p = self;

  if (host->column (e, p->monitor) < 0)
    return -1;
  return p->factor < 1
             ? 0
             : host->fail (e, "factor must be below 1, not '%g'", p->factor);
}

static const DnnCallbackOps ops = {
  DNN_CALLBACK_OPS (N_STATE, 0, 1),
  .epoch = epoch,
  .check = check,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CALLBACK,
  .name = "reduce_lr_on_plateau",
  .title = "ReduceLROnPlateau",
  .version = "1.0",
  .summary = "lowers the learning rate where training stands still",
  .reference = "https://keras.io/api/callbacks/reduce_lr_on_plateau/",
  .self_size = sizeof (Plateau),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
