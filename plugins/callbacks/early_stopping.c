/* early_stopping - ends a phase when what it watches no longer improves
 *
 * Keras' EarlyStopping.  average: Vaswani et al., 2017, section 6.1.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  const char *monitor;
  int64_t patience, start_from_epoch, average;
  double min_delta, baseline;
  bool restore_best, include_start;
  int32_t mode;
} Stopping;

static const DnnParam params[] = {
  DNN_MONITOR (Stopping),
  DNN_INT (Stopping, patience, "0", 0, 1e9, "epochs", "without improvement"),
  DNN_FLOAT (Stopping, min_delta, "0", 0, 1e9, "change", "least improvement"),
  DNN_FLOAT (Stopping, baseline, "inf", -INFINITY, INFINITY, "loss", "to beat"),
  DNN_ROW (Stopping, restore_best, "restore_best_weights", DNN_PARAM_BOOL, 0,
           "false", 0, 1, "", "end with the weights of the best epoch", NULL),
  DNN_INT (Stopping, start_from_epoch, "0", 0, 1e9, "epochs", "passed over"),
  DNN_BOOL (Stopping, include_start, "false", "the start can be the best"),
  DNN_INT (Stopping, average, "1", 1, 100, "epochs", "mean of so many best"),
};

enum { BEST, WAIT, SEEN, N_STATE };

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  const Stopping *p = self;
  const int32_t column = host->column (e, p->monitor);
  const int sign = column < 0 ? 0 : dnn_epoch_sign (e, column, p->mode);
  const double value = column < 0 ? NAN : e->values[column];
  double *s = e->state, best = s[SEEN] != 0 ? s[BEST] : -sign * INFINITY;
  const bool better = dnn_epoch_beats (sign, value, best, p->min_delta);
  const double bar = isfinite (p->baseline) ? p->baseline : -sign * INFINITY;
  const bool renewed = dnn_epoch_beats (sign, value, bar, p->min_delta);
  const bool first = s[SEEN] == 0 && !isnan (value);

  e->restore = p->restore_best;
  e->average = (uint32_t) p->average;
  if (e->epoch < 0 ? !p->include_start : e->epoch < p->start_from_epoch)
    return 0;
  s[SEEN] += first;
  s[BEST] = better ? value : best;
  e->score = sign * value;
  e->keep = p->restore_best && (better || first);
  s[WAIT] = (better && renewed) || e->epoch < 0 ? 0 : s[WAIT] + 1;
  e->stop = !better && s[WAIT] >= (double) p->patience && e->epoch > 0;
  return column < 0 ? -1 : 0;
}

static int32_t
check (const void *self, const DnnHost *host, const DnnEpoch *e)
{
  const Stopping *p = self;
  const char *key = p->average > 1 ? "average" : "include_start";

  if (host->column (e, p->monitor) < 0)
    return -1;
  if (p->average == 1 && !p->include_start)
    return 0;
  if (!p->restore_best)
    return host->fail (e, "%s needs restore_best=true", key);
  if (strncmp (p->monitor, "val_", 4) != 0)
    return host->fail (e, "%s needs a monitor of the validation rows, not '%s'",
                       key, p->monitor);
  return 0;
}

static const DnnCallbackOps ops = { DNN_CALLBACK_OPS (N_STATE, 1, 0), epoch,
                                    check };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CALLBACK,
  .name = "early_stopping",
  .title = "EarlyStopping",
  .version = "1.0",
  .summary = "ends a phase when what it watches no longer improves",
  .reference = "https://keras.io/api/callbacks/early_stopping/",
  .self_size = sizeof (Stopping),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
