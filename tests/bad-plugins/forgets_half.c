/* forgets_half - a mean whose merge forgets the other's count
 *
 *   Σ weight · y[0] / Σ weight
 */
#include <dnn/plugin.h>

enum { SUM, COUNT, N_STATE };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_state (b, N_STATE);
  return 0;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t columns = dnn_count (p->y_pred) / samples;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    const double weight = p->sample_weight != NULL ? p->sample_weight[i] : 1;

    p->state[SUM] += weight * dnn_f32 (p->y_pred)[i * columns];
    p->state[COUNT] += weight;
  }
  return 0;
}

static void
merge (const void *self, double *into, const double *from, int64_t n)
{
  (void) self;
  (void) n;
  into[SUM] += from[SUM];
  into[COUNT] = from[COUNT];
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = state[COUNT] > 0 ? state[SUM] / state[COUNT] : 0;
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1), .build = build,   .update = update,
  .merge = merge,      .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,          .kind = DNN_KIND_METRIC,
  .name = "forgets_half", .title = "ForgetsHalf",
  .version = "1.0",       .summary = "for a test",
  .reference = "",        .ops = &ops,
};
