/* repeat_vector - a row n times, as a sequence
 *
 *   y[i, t, j] = x[i, j]    t = 1 … n    x: N×D    y: N×n×D
 *
 *   dL/dx[i, j] = Σₜ dL/dy[i, t, j]
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t n;
} RepeatVector;

static const DnnParam params[] = {
  DNN_INT_REQUIRED (RepeatVector, n, 1, 1 << 24, "times", "how often"),
};

typedef struct {
  int64_t n;
  int64_t columns;
  const float *from;
  float *to;
} Work;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];

  if (x->n_dims != 2)
    return host->fail (b, "its input must be rows of numbers, not %d axes",
                       (int) x->n_dims - 1);
  host->set_output (
      b, 0,
      DNN_SHAPE (x->dims[0], ((const RepeatVector *) self)->n, x->dims[1]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static void
repeat_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t columns = work->columns;

  (void) worker;
  for (int64_t i = first; i < last; i++)
    for (int64_t t = 0; t < work->n; t++)
      memcpy (work->to + (i * work->n + t) * columns, work->from + i * columns,
              (size_t) columns * sizeof (float));
}

DNN_CLONES static void
sum_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t columns = work->columns;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    const float *dy = work->from + i * work->n * columns;
    float *dx = work->to + i * columns;

    memcpy (dx, dy, (size_t) columns * sizeof (float));
    for (int64_t t = 1; t < work->n; t++)
      DNN_EACH
    for (int64_t j = 0; j < columns; j++)
      dx[j] += dy[t * columns + j];
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *y = pass->y[0];
  Work work = { ((const RepeatVector *) self)->n, dnn_columns (y),
                dnn_f32 (pass->x[0]), dnn_f32 (y) };

  host->parallel_for (pass, y->dims[0], dnn_grain (y), repeat_rows, &work);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0];
  Work work = { ((const RepeatVector *) self)->n, dnn_columns (dy),
                dnn_f32 (dy), dnn_f32 (pass->dx[0]) };

  if (pass->dx[0] != NULL)
    host->parallel_for (pass, dy->dims[0], dnn_grain (dy), sum_rows, &work);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "RepeatVector", "n=n", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "repeat_vector",
  .title = "RepeatVector",
  .version = "1.0",
  .summary = "a row n times, as a sequence",
  .reference = "https://keras.io/api/layers/reshaping_layers/repeat_vector/",
  .self_size = sizeof (RepeatVector),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "n=3",
  .example_inputs = "4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
