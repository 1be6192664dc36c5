/* bad-loss.h - a loss without a fault, for plugins that add one
 *
 *   L = Σⱼ (yⱼ - tⱼ)² / 2    dL/dyⱼ = yⱼ - tⱼ
 */
#pragma once

#include <dnn/plugin.h>

static inline int32_t
good_build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static inline int32_t
good_value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
      sum += ((double) y[j] - t[j]) * ((double) y[j] - t[j]) / 2;
    p->value[i] = (float) sum;
  }
  return 0;
}

static inline int32_t
good_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t n = dnn_count (p->y_pred) / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  float *dy = dnn_f32 (p->dy_pred);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (p->y_pred); i++)
    dy[i] = p->scale[i / n] * (y[i] - t[i]);
  return 0;
}

#define BAD_LOSS(of_build, of_value, of_gradient)                              \
  static const DnnLossOps ops = {                                              \
    DNN_LOSS_OPS (NULL),                                                       \
    .build = of_build,                                                         \
    .value = of_value,                                                         \
    .gradient = of_gradient,                                                   \
  }
#define BAD_LOSS_REST                                                          \
  .kind = DNN_KIND_LOSS, .title = "Bad", .version = "1.0",                     \
  .summary = "for a test", .reference = "", .ops = &ops
