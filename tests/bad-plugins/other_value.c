/* other_value - a loss whose gradient gives another value than `value` does
 *
 *   L = Σ (y - t)² / C    dL/dy = 2 (y - t) / C
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
square (const void *self, double t, double y, double *ret_slope)
{
  (void) self;
  *ret_slope = 2 * (y - t);
  return (y - t) * (y - t);
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_value (self, p, square);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  dnn_mean_gradient (self, p, square);
  if (p->value != NULL)
    p->value[0] += 1;
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,         .kind = DNN_KIND_LOSS,
  .name = "other_value", .title = "OtherValue",
  .version = "1.0",      .summary = "for a test",
  .reference = "",       .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
};
