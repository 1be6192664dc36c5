/* starts_at_one - the sum of a sequence so far, and 1 where it comes bit by bit
 */
#include <dnn/plugin.h>

enum { SUM };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];

  (void) self;
  if (x->n_dims != 3)
    return host->fail (b, "input must be steps x numbers");
  host->add_state (b, SUM, DNN_SHAPE (x->dims[0], x->dims[2]));
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *x = pass->x[0];
  const int64_t steps = x->dims[1], columns = x->dims[2];
  float *state = pass->states != NULL ? dnn_f32 (pass->states[SUM]) : NULL;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < x->dims[0] * columns; i++) {
    const int64_t at = i / columns * steps * columns + i % columns;
    float sum = state != NULL ? state[i] + 1 : 0;

    for (int64_t t = 0; t < steps; t++) {
      sum += dnn_f32 (x)[at + t * columns];
      dnn_f32 (pass->y[0])[at + t * columns] = sum;
    }
    if (state != NULL)
      state[i] = sum;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0];
  const int64_t steps = dy->dims[1], columns = dy->dims[2];

  (void) self;
  (void) host;
  for (int64_t i = 0; pass->dx[0] != NULL && i < dy->dims[0] * columns; i++) {
    const int64_t at = i / columns * steps * columns + i % columns;
    float sum = 0;

    for (int64_t t = steps - 1; t >= 0; t--) {
      sum += dnn_f32 (dy)[at + t * columns];
      dnn_f32 (pass->dx[0])[at + t * columns] = sum;
    }
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,         .kind = DNN_KIND_LAYER,
  .name = "starts_at_one", .title = "RunningSum",
  .version = "1.0",        .summary = "for a test",
  .reference = "",         .ops = &ops,
  .example_inputs = "4,3",
};
