/* permute - the axes of every sample in another order
 *
 *   y[n, i_d₁, i_d₂, …] = x[n, i₁, i₂, …]    dims d₁, d₂, …: axes of x, from 1
 *
 *   x: N×D₁×…    y: N×D_d₁×D_d₂×…            dL/dx: dL/dy, put back
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  DnnInts dims;
} Permute;

static const DnnParam params[] = {
  DNN_INTS_REQUIRED (Permute, dims, 1, DNN_MAX_DIMS - 1, "axes",
                     "x's axes in the order of y's; the batch is not counted"),
};

typedef struct {
  uint32_t n_axes;            /* of a sample */
  int64_t size[DNN_MAX_DIMS]; /* of y */
  int64_t step[DNN_MAX_DIMS]; /* in x, along an axis of y */
  int64_t sample;             /* elements */
  bool back;                  /* from y's order to x's */
  const float *from;
  float *to;
} Work;

static Work
plan (const DnnInts *dims, const DnnTensor *x)
{
  Work work = { 0 };

  work.n_axes = x->n_dims - 1;
  work.sample = dnn_count (x) / x->dims[0];
  for (uint32_t i = 0; i < work.n_axes; i++) {
    const uint32_t axis = (uint32_t) dims->at[i];

    work.size[i] = x->dims[axis];
    work.step[i] = 1;
    for (uint32_t k = axis + 1; k < x->n_dims; k++)
      work.step[i] *= x->dims[k];
  }
  return work;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *dims = &((const Permute *) self)->dims;
  const DnnTensor *x = b->x[0];
  DnnShape y = dnn_shape_of (x);

  if (dims->n != (int64_t) x->n_dims - 1)
    return host->fail (b,
                       "dims must be %d numbers, for its input's axes, not %d",
                       (int) x->n_dims - 1, (int) dims->n);
  for (int64_t i = 0; i < dims->n; i++) {
    if (dims->at[i] > dims->n)
      return host->fail (b, "dims must be of the axes 1 to %d, not '%d'",
                         (int) dims->n, (int) dims->at[i]);
    for (int64_t k = 0; k < i; k++)
      if (dims->at[i] == dims->at[k])
        return host->fail (b, "dims must name each axis once, not '%d' twice",
                           (int) dims->at[i]);
    y.dims[i + 1] = x->dims[dims->at[i]];
  }
  host->set_output (b, 0, y);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

/* The next row of y: where it begins in x. */
static int64_t
next_row (const Work *work, int64_t at[DNN_MAX_DIMS], int64_t offset)
{
  for (uint32_t i = work->n_axes - 1; i-- > 0;) {
    offset += work->step[i];
    if (++at[i] < work->size[i])
      return offset;
    offset -= work->size[i] * work->step[i];
    at[i] = 0;
  }
  return offset;
}

static void
move_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t columns = work->size[work->n_axes - 1];
  const int64_t step = work->step[work->n_axes - 1];

  (void) worker;
  for (int64_t n = first * work->sample; n < last * work->sample;
       n += work->sample) {
    int64_t at[DNN_MAX_DIMS] = { 0 }, x = n;

    for (int64_t y = n; y < n + work->sample; y += columns) {
      for (int64_t j = 0; j < columns; j++)
        if (work->back)
          work->to[x + j * step] = work->from[y + j];
        else
          work->to[y + j] = work->from[x + j * step];
      x = next_row (work, at, x);
    }
  }
}

static void
move (const DnnHost *host, DnnPass *pass, Work *work, const DnnTensor *from,
      DnnTensor *to)
{
  work->from = dnn_f32 (from);
  work->to = dnn_f32 (to);
  host->parallel_for (pass, to->dims[0], dnn_grain (to), move_samples, work);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work = plan (&((const Permute *) self)->dims, pass->x[0]);

  move (host, pass, &work, pass->x[0], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work;

  if (pass->dx[0] == NULL)
    return 0;
  work = plan (&((const Permute *) self)->dims, pass->dx[0]);
  work.back = true;
  move (host, pass, &work, pass->dy[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Transpose", "dims=perm", "" },
  { "keras", "Permute", "dims=dims", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "permute",
  .title = "Permute",
  .version = "1.0",
  .summary = "the axes of every sample in another order",
  .reference = "https://keras.io/api/layers/reshaping_layers/permute/",
  .self_size = sizeof (Permute),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "dims=3,1,2",
  .example_inputs = "2,3,4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
