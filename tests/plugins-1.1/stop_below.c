/* stop_below - ends a phase at the third epoch whose column is below a number
 *
 * It says so, and counts the epochs in its state.
 */
#include <dnn/plugin.h>

typedef struct {
  const char *monitor;
  double below;
  int32_t mode;
} Stop;

static const DnnParam params[] = {
  DNN_MONITOR (Stop),
  DNN_FLOAT (Stop, below, "1", 0, 1e9, "", "what is good enough"),
};

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  const Stop *p = self;
  const int32_t column = host->column (e, p->monitor);

  if (column < 0)
    return -1;
  e->state[0] += e->values[column] < p->below;
  e->stop = e->state[0] >= 3;
  if (e->stop)
    host->tell (e, "%s is low enough", p->monitor);
  return 0;
}

static int32_t
check (const void *self, const DnnHost *host, const DnnEpoch *e)
{
  return host->column (e, ((const Stop *) self)->monitor) < 0 ? -1 : 0;
}

static const DnnCallbackOps ops = { DNN_CALLBACK_OPS (1, 0, 0), epoch, check };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CALLBACK,
  .name = "stop_below",
  .title = "StopBelow",
  .version = "1.0",
  .summary = "ends a phase at the third epoch below a number",
  .reference = "",
  .self_size = sizeof (Stop),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
