/* acme.two_heads - the loss of a class and a number, weighed by variances
 *
 *   L = exp (-s₁) CE + s₁ / 2 + exp (-s₂) (y - t)² / 2 + s₂ / 2
 *
 * Inputs: logits N×C and `target`, labels; y, N×1, and `target:1`, t.  CE is of
 * the softmax of the logits; s₁ and s₂, logarithms of variances, are the
 * layer's. Kendall, Gal, Cipolla: Multi-task learning using uncertainty, CVPR
 * 2018, eq. 10.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double label_smoothing; /* ε */
} Heads;

enum { S };
enum { LOSSES, SLOPES }; /* saved: CE and (y - t)² / 2, N×2; dCE / dlogits */

static const DnnParam params[] = {
  DNN_FLOAT (Heads, label_smoothing, "0", 0, 0.999, "share", "to all classes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *z = b->x[0];
  const int64_t n = z->dims[0], c = dnn_columns (z);

  (void) self;
  if (z->n_dims != 2 || c < 2)
    return host->fail (b, "the first input must be two logits or more");
  for (uint32_t i = 1; i < 4; i++)
    if (dnn_count (b->x[i]) != n)
      return host->fail (b, "input %u must be one number a sample", i);
  host->expect_integer (b, 1, 0, c - 1);
  host->add_weight (b, S, "log_variances", DNN_SHAPE (2), "zeros");
  host->add_saved (b, LOSSES, DNN_SHAPE (n, 2));
  host->add_saved (b, SLOPES, DNN_SHAPE (n, c));
  host->set_output (b, 0, DNN_SHAPE (n));
  host->loss_output (b, 0);
  return 0;
}

/* CE of a row of logits, whose derivative goes to p. */
static float
crossentropy (const float *z, const float *p, float log_sum, int64_t c,
              int64_t label, float e, float *ret_slope)
{
  float ce = 0;

  for (int64_t j = 0; j < c; j++) {
    const float q = e / (float) c + (j == label ? 1 - e : 0);

    ce += q * (log_sum - z[j]);
    ret_slope[j] = p[j] - q;
  }
  return ce;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = pass->x[0]->dims[0], c = dnn_columns (pass->x[0]);
  const float e = (float) ((const Heads *) self)->label_smoothing;
  const float *z = dnn_f32 (pass->x[0]), *labels = dnn_f32 (pass->x[1]);
  const float *s = dnn_f32 (pass->w[S]);
  float *l = dnn_f32 (pass->saved[LOSSES]);
  float *p = dnn_f32 (pass->saved[SLOPES]);

  for (int64_t i = 0; i < n; i++, z += c, p += c, l += 2) {
    const float r = dnn_f32 (pass->x[2])[i] - dnn_f32 (pass->x[3])[i];
    float log_sum;

    if (!(labels[i] >= 0 && labels[i] < (float) c))
      return host->fail (pass, "label %g is none of 0 to %d",
                         (double) labels[i], (int) c - 1);
    dnn_softmax (host, z, 1, c, NULL, p, &log_sum);
    l[0] = crossentropy (z, p, log_sum, c, (int64_t) labels[i], e, p);
    l[1] = r * r / 2;
    if (pass->y[0] != NULL)
      dnn_f32 (pass->y[0])[i] =
          expf (-s[0]) * l[0] + s[0] / 2 + expf (-s[1]) * l[1] + s[1] / 2;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = pass->x[0]->dims[0], c = dnn_columns (pass->x[0]);
  const float *s = dnn_f32 (pass->w[S]), *dl = dnn_f32 (pass->dy[0]);
  const float *l = dnn_f32 (pass->saved[LOSSES]);
  float *ds = dnn_f32 (pass->dw[S]);

  (void) self;
  (void) host;
  for (int64_t k = 0; ds != NULL && k < 2; k++) {
    ds[k] = 0;
    for (int64_t i = 0; i < n; i++)
      ds[k] += dl[i] * (0.5f - expf (-s[k]) * l[2 * i + k]);
  }
  for (int64_t i = 0; pass->dx[0] != NULL && i < n * c; i++)
    dnn_f32 (pass->dx[0])[i] =
        dl[i / c] * expf (-s[0]) * dnn_f32 (pass->saved[SLOPES])[i];
  for (int64_t k = 1; k < 4; k++) /* nobody learns the labels, input 1 */
    for (int64_t i = 0; pass->dx[k] != NULL && i < n; i++)
      dnn_f32 (pass->dx[k])[i] =
          dl[i] * expf (-s[1]) * (float) (k == 1 ? 0 : 5 - 2 * k) *
          (dnn_f32 (pass->x[2])[i] - dnn_f32 (pass->x[3])[i]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (4), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.two_heads",
  .title = "TwoHeads",
  .version = "2.0",
  .summary = "the loss of a class and a number, weighed by variances",
  .reference = "Kendall, Gal, Cipolla: Multi-task learning, CVPR 2018",
  .self_size = sizeof (Heads),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "3; ; 1; 1",
};
