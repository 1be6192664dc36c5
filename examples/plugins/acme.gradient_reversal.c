/* acme.gradient_reversal - y = x, whose gradient is turned round: dx = -λ dy
 *
 * The layers below learn features that are of no use to the layers above.
 * Ganin, Lempitsky: Unsupervised domain adaptation, ICML 2015, eq. 9.
 */
#include <dnn/plugin.h>

typedef struct {
  double lambda;
} Reversal;

static const DnnParam params[] = {
  DNN_FLOAT (Reversal, lambda, "1", 0, 1e6, "factor", "times the gradient"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  dnn_copy (pass->x[0], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float lambda = (float) ((const Reversal *) self)->lambda;
  DnnTensor *dx = pass->dx[0];

  (void) host;
  for (int64_t i = 0; dx != NULL && i < dnn_count (dx); i++)
    dnn_f32 (dx)[i] = -lambda * dnn_f32 (pass->dy[0])[i];
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1, /* hosts ignore flags that they do not know */
  .kind = DNN_KIND_LAYER,
  .name = "acme.gradient_reversal",
  .title = "GradientReversal",
  .version = "2.0",
  .summary = "the identity, whose gradient is turned round",
  .reference = "Ganin, Lempitsky: Unsupervised domain adaptation, ICML 2015",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_OTHER_GRADIENT | DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (Reversal),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
