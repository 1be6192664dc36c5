/* bad-layer.h - a layer without a fault, for plugins that add one
 *
 *   y = x s    dL/dx = dL/dy s    dL/ds = Σ dL/dy x    s: one per column
 */
#pragma once

#include <dnn/plugin.h>

enum { SCALE };

static inline int32_t
good_build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  host->add_weight (b, SCALE, "scale", DNN_SHAPE (dnn_columns (b->x[0])),
                    "ones");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static inline int32_t
good_forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *s = dnn_f32 (pass->w[SCALE]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (pass->x[0]); i++)
    y[i] = x[i] * s[i % columns];
  return 0;
}

static inline int32_t
good_backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const int64_t n = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *s = dnn_f32 (pass->w[SCALE]);
  const float *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]), *ds = dnn_f32 (pass->dw[SCALE]);

  (void) self;
  (void) host;
  for (int64_t i = 0; dx != NULL && i < n; i++)
    dx[i] = dy[i] * s[i % columns];
  for (int64_t j = 0; ds != NULL && j < columns; j++) {
    double sum = 0;

    for (int64_t i = j; i < n; i += columns)
      sum += (double) dy[i] * x[i];
    ds[j] = (float) sum;
  }
  return 0;
}

#define BAD_LAYER(of_build, of_forward, of_backward)                           \
  static const DnnLayerOps ops = {                                             \
    DNN_LAYER_OPS (1),                                                         \
    .build = of_build,                                                         \
    .forward = of_forward,                                                     \
    .backward = of_backward,                                                   \
  }
#define BAD_LAYER_REST                                                         \
  .kind = DNN_KIND_LAYER, .title = "Bad", .version = "1.0",                    \
  .summary = "for a test", .reference = "", .ops = &ops
