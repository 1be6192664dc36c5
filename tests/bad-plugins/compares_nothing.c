/* compares_nothing - a loss that is 0 whatever the prediction */
#include <dnn/plugin.h>
#include <string.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) self;
  (void) host;
  memset (p->value, 0, (size_t) p->y_pred->dims[0] * sizeof *p->value);
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) self;
  (void) host;
  memset (p->dy_pred->data, 0,
          (size_t) dnn_count (p->dy_pred) * sizeof (float));
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,   .kind = DNN_KIND_LOSS, .name = "compares_nothing",
  .title = "Bad",  .version = "1.0",      .summary = "for a test",
  .reference = "", .ops = &ops,
};
