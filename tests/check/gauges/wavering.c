/* wavering - reads another number each time, and has wrong ops and flags */
#include "gauge.h"

static double n_calls;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  (void) host;
  (void) b;
  return 0;
}

static double
read_next (const void *self, const DnnTensor *x)
{
  (void) self;
  (void) x;
  return ++n_calls;
}

static const DnnGaugeOps ops = {
  DNN_GAUGE_OPS (7),
  .build = build,
  .read = read_next,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,       .kind = DNN_KIND_GAUGE,   .name = "wavering",
  .title = "Wavering", .version = "1.0",         .summary = "for a test",
  .reference = "",     .flags = DNN_FLAG_RANDOM, .ops = &ops,
};
