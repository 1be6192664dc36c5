/* frozen.layer - every feature times a gain of its own, plus a bias
 *
 *   y = g x + b            x, y: N×C    g, b: C
 *
 *   dL/dg = Σₙ dL/dy x     dL/db = Σₙ dL/dy     dL/dx = g dL/dy
 *
 * The formulas come first, with their shapes and derivatives; what follows
 * computes them.  Put yours in their place, and go on from 1 to 6.
 */
#include <dnn/plugin.h>
#include <stdbool.h>
#include <string.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  bool use_bias;
} Parameters;

/* 2. A row for each member: its default as text, and a line of help.  Rows for
 * other types (DNN_INT, DNN_FLOAT, DNN_ENUM, ...) are in dnn/abi/param.h. */
static const DnnParam params[] = {
  DNN_BOOL (Parameters, use_bias, "true", "add a trained bias"),
};

/* Numbers of the weights, used below as w[GAIN] and dw[GAIN]. */
enum { GAIN, BIAS };

/* 3. From the shapes of the inputs to all that the host is to allocate.
 * b->x[0] has dims, of which dims[0] is the batch, and no data yet.  Weights
 * must not depend on the batch.  What cannot be is refused with a sentence
 * that says what would be right. */
static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Parameters *p = self;
  const DnnTensor *x = b->x[0];

  if (x->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");

  host->add_weight (b, GAIN, "gain", DNN_SHAPE (dnn_columns (x)), "ones");
  if (p->use_bias)
    host->add_weight (b, BIAS, "bias", DNN_SHAPE (dnn_columns (x)), "zeros");
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* 4. y from x.  y comes with undefined contents: write every element.  A
 * tensor that was not declared is NULL, here the bias. */
static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *gain = dnn_f32 (pass->w[GAIN]);
  const float *bias = dnn_f32 (pass->w[BIAS]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < rows; i++, x += n, y += n)
    for (int64_t j = 0; j < n; j++)
      y[j] = gain[j] * x[j] + (bias != NULL ? bias[j] : 0);
  return 0;
}

/* dL/dg = Σₙ dL/dy x */
static void
gradient_of_gain (const DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  float *dgain = dnn_f32 (pass->dw[GAIN]);

  memset (dgain, 0, (size_t) n * sizeof *dgain);
  for (int64_t i = 0; i < rows; i++, x += n, dy += n)
    for (int64_t j = 0; j < n; j++)
      dgain[j] += dy[j] * x[j];
}

/* 5. dw and dx from dy, each written whole; NULL is one that nobody wants: a
 * frozen weight, or an input below which nothing trains. */
static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const float *dy = dnn_f32 (pass->dy[0]), *gain = dnn_f32 (pass->w[GAIN]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  host->sum_rows (pass, pass->dy[0], pass->dw[BIAS]); /* NULL: does nothing */
  if (pass->dw[GAIN] != NULL)
    gradient_of_gain (pass);
  for (int64_t i = 0; dx != NULL && i < rows; i++, dy += n, dx += n)
    for (int64_t j = 0; j < n; j++)
      dx[j] = gain[j] * dy[j];
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1), /* one input, one output */
  .build = build,
  .forward = forward,
  .backward = backward,
};

/* 6. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  `example_inputs` is the shape of one sample,
 * with which `dnnrun check` tries the layer. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "frozen.layer",
  .title = "Layer",
  .version = "0.1",
  .summary = "every feature times a gain of its own, plus a bias",
  .reference = "", /* paper or URL, with the number of the equation */
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4",
};
