/* sums_batch - a loss whose gradient forgets the scale of the last sample
 *
 *   L = Σ (y - t)² / 2    dL/dy = y - t
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (dnn_count (b->x[0]) != dnn_count (b->x[1]) ||
      b->x[0]->dims[0] != b->x[1]->dims[0])
    return host->fail (b, "predictions and targets must be as many");
  return 0;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    double sum = 0;

    for (int64_t j = i * n; j < (i + 1) * n; j++)
      sum += ((double) y[j] - t[j]) * ((double) y[j] - t[j]) / 2;
    p->value[i] = (float) sum;
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  float *dy = dnn_f32 (p->dy_pred);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples * n; i++)
    dy[i] = (y[i] - t[i]) * (i / n + 1 < samples ? p->scale[i / n] : 1);
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,        .kind = DNN_KIND_LOSS, .name = "sums_batch",
  .title = "SumsBatch", .version = "1.0",      .summary = "for a test",
  .reference = "",      .ops = &ops,
};
