/* embedding - a row of numbers for every word
 *
 *   y[n,:] = E[x[n],:]          x: N whole numbers 0 .. V-1    E: V×D
 *
 *   dE[v,:] = Σ_{n: x[n]=v} dy[n,:]
 *   dx = 0: a whole number has no slope
 *
 * N is the product of all dimensions of x.  The sum runs in the order of n.
 * With mask_zero the word 0 is padding: y is real where x ≠ 0.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  int64_t input_dim;  /* V */
  int64_t output_dim; /* D */
  bool mask_zero;
} Embedding;

enum { EMBEDDINGS };

/* A float counts without gaps to 2^24. */
static const DnnParam params[] = {
  DNN_INT_REQUIRED (Embedding, input_dim, 1, 1 << 24, "words",
                    "size of the vocabulary"),
  DNN_INT_REQUIRED (Embedding, output_dim, 1, 1 << 24, "outputs",
                    "numbers for each word"),
  DNN_BOOL (Embedding, mask_zero, "false", "the word 0 is padding"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Embedding *e = self;
  DnnShape shape = dnn_shape_of (b->x[0]);

  if (shape.n_dims == DNN_MAX_DIMS)
    return host->fail (b, "input must have less than %d dimensions",
                       DNN_MAX_DIMS);

  if (e->mask_zero)
    host->add_mask (b, 0, shape);
  shape.dims[shape.n_dims++] = e->output_dim;
  host->expect_integer (b, 0, 0, e->input_dim - 1);
  host->add_weight (b, EMBEDDINGS, "embeddings",
                    DNN_SHAPE (e->input_dim, e->output_dim), "random_uniform");
  host->set_output (b, 0, shape);
  host->set_mask (b, DNN_MASK_OF_X0);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* m = 1 where x ≠ 0 and is no padding itself */
static void
write_mask (const DnnPass *pass)
{
  const int64_t count = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *m = dnn_f32 (pass->y_masks[0]);

  for (int64_t n = 0; n < count; n++)
    m[n] = x[n] != 0 && dnn_is_real (pass, 0, n, count) ? 1 : 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Embedding *e = self;
  const float *x = dnn_f32 (pass->x[0]), *table = dnn_f32 (pass->w[EMBEDDINGS]);
  const size_t row = (size_t) e->output_dim;
  float *y = dnn_f32 (pass->y[0]);
  const int64_t count = dnn_count (pass->x[0]);

  for (int64_t n = 0; n < count; n++) {
    if (!(x[n] >= 0 && x[n] < (float) e->input_dim) || x[n] != floorf (x[n]))
      return host->fail (pass,
                         "input element %lld must be a whole number in "
                         "0 .. %lld, not '%g'",
                         (long long) n, (long long) e->input_dim - 1,
                         (double) x[n]);
    memcpy (y + (size_t) n * row, table + (size_t) x[n] * row, row * sizeof *y);
  }
  if (e->mask_zero)
    write_mask (pass);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Embedding *e = self;
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const int64_t count = dnn_count (pass->x[0]), d = e->output_dim;
  float *table = dnn_f32 (pass->dw[EMBEDDINGS]), *dx = dnn_f32 (pass->dx[0]);

  (void) host;
  if (dx != NULL)
    memset (dx, 0, (size_t) count * sizeof *dx);
  if (table == NULL)
    return 0;
  memset (table, 0, (size_t) (e->input_dim * d) * sizeof *table);
  for (int64_t n = 0; n < count; n++) {
    float *row = table + (int64_t) x[n] * d;

    for (int64_t j = 0; j < d; j++)
      row[j] += dy[n * d + j];
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Gather", "input_dim=@data.0 output_dim=@data.1",
    "embeddings=data" },
  { "keras", "Embedding", "input_dim=input_dim output_dim=output_dim",
    "embeddings=0" },
  { "torch", "Embedding", "input_dim=@weight.0 output_dim=@weight.1",
    "embeddings=weight" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "embedding",
  .title = "Embedding",
  .version = "1.0",
  .summary = "a row of numbers for every word",
  .reference = "https://keras.io/api/layers/core_layers/embedding/",
  .flags = DNN_FLAG_READS_MASK,
  .self_size = sizeof (Embedding),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "input_dim=5 output_dim=3",
  .example_inputs = "2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
