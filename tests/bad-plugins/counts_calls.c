/* counts_calls - a schedule that goes by how often it was asked */
#include <dnn/plugin.h>

static uint64_t n_calls;

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  (void) self;
  (void) step;
  (void) n_steps;
  return 1 / (double) ++n_calls;
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,          .kind = DNN_KIND_SCHEDULE,
  .name = "counts_calls", .title = "CountsCalls",
  .version = "1.0",       .summary = "for a test",
  .reference = "",        .ops = &ops,
};
