/* bad-term.h - a layer that adds 1 to the loss of every sample, without a fault
 *
 *   y = x    dx = dy, where there is one
 */
#pragma once

#include <dnn/plugin.h>

static inline int32_t
good_build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->set_output (b, 1, DNN_SHAPE (b->x[0]->dims[0]));
  host->loss_output (b, 1);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static inline int32_t
good_forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t batch = pass->x[0]->dims[0];

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (pass->x[0]); i++)
    dnn_f32 (pass->y[0])[i] = dnn_f32 (pass->x[0])[i];
  for (int64_t i = 0; pass->y[1] != NULL && i < batch; i++)
    dnn_f32 (pass->y[1])[i] = 1;
  return 0;
}

static inline int32_t
good_backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0];

  (void) self;
  (void) host;
  for (uint32_t k = 0; k < pass->n_inputs; k++)
    for (int64_t i = 0; pass->dx[k] != NULL && i < dnn_count (pass->dx[k]); i++)
      dnn_f32 (pass->dx[k])[i] = k == 0 && dy != NULL ? dnn_f32 (dy)[i] : 0;
  return 0;
}

#define BAD_TERM(of_build, of_forward, of_backward)                            \
  static const DnnLayerOps ops = {                                             \
    DNN_LAYER_OPS_MANY (1, 2, 2),                                              \
    .build = of_build,                                                         \
    .forward = of_forward,                                                     \
    .backward = of_backward,                                                   \
  }
#define BAD_TERM_REST                                                          \
  .kind = DNN_KIND_LAYER, .title = "Bad", .version = "1.0",                    \
  .summary = "for a test", .reference = "", .ops = &ops,                       \
  .example_inputs = "4;"
