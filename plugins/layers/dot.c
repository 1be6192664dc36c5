/* dot - products of two inputs, summed along an axis of each
 *
 *   y[n,i,j] = Σₖ a[n,i,k] b[n,j,k]    k: the axis of `axes`; i, j: the others
 *   dL/da[n,i,k] = Σⱼ dL/dy[n,i,j] b[n,j,k]    dL/db likewise
 *
 * Two rows have y: N×1.  With normalize a and b are first divided by their
 * norms along k, â = r a, r = 1 / ‖a‖, at most 1e12: dL/da = r (g - â Σₖ g â),
 * with g = dL/dâ
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  DnnInts axes;
  bool normalize;
} Dot;

enum { A, B, RATIO_A, RATIO_B, G }; /* scratch: a and b with k last; r; g */

static const DnnParam params[] = {
  DNN_INTS (Dot, axes, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1, "axis",
            "of both inputs, or one of each; -1: the last"),
  DNN_BOOL (Dot, normalize, "false", "divide by the norms: the cosine"),
};

/* Input number i with its axis k last. */
static DnnAxes
axes_of (const Dot *dot, const DnnTensor *x, int i)
{
  const DnnInts last = { 1, { dot->axes.at[dot->axes.n > 1 ? i : 0] } };
  const DnnShape shape = dnn_shape_of (x);

  return dnn_axes_last (&shape, &last);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Dot *dot = self;
  DnnShape y = { 1, 0, { b->x[0]->dims[0] } };
  DnnAxes axes[2];
  int larger = dnn_count (b->x[1]) > dnn_count (b->x[0]);

  if (dot->axes.n < 1 || dot->axes.n > 2)
    return host->fail (b, "axes must be one or two, not '%d'",
                       (int) dot->axes.n);
  for (int i = 0; i < 2; i++) {
    const DnnInts last = { 1, { dot->axes.at[dot->axes.n > 1 ? i : 0] } };
    const DnnShape shape = dnn_shape_of (b->x[i]);
    const char *fault = dnn_axes_fault (&shape, &last);

    if (fault != NULL)
      return host->fail (b, "input %d: %s: -1 or 1 to %d", i, fault,
                         (int) shape.n_dims - 1);
    axes[i] = dnn_axes_last (&shape, &last);
    host->add_scratch (b, A + (uint32_t) i, shape);
    host->add_scratch (b, RATIO_A + (uint32_t) i,
                       DNN_SHAPE (dnn_count (b->x[i]) / axes[i].columns));
    for (uint32_t k = 1; k + 1 < axes[i].n && y.n_dims < DNN_MAX_DIMS; k++)
      y.dims[y.n_dims++] = axes[i].size[k];
  }
  if (axes[A].columns != axes[B].columns || axes[A].size[0] != axes[B].size[0])
    return host->fail (b,
                       "input 1 has not the shape of input 0 along the axes "
                       "of the product: %lld against %lld",
                       (long long) axes[B].columns,
                       (long long) axes[A].columns);
  if (axes[A].n + axes[B].n > DNN_MAX_DIMS + 3)
    return host->fail (b, "the product has more than %d dimensions",
                       DNN_MAX_DIMS);
  if (y.n_dims == 1)
    y.dims[y.n_dims++] = 1;
  host->add_scratch (b, G, dnn_shape_of (b->x[larger]));
  host->set_output (b, 0, y);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* x ← r x, and r of each row of n */
static void
normalize (float *x, int64_t rows, int64_t n, float *ratio)
{
  for (int64_t i = 0; i < rows; i++, x += n) {
    double sum = 0;

    for (int64_t k = 0; k < n; k++)
      sum += (double) x[k] * x[k];
    ratio[i] = (float) fmin (1 / sqrt (sum), 1e12);
    for (int64_t k = 0; k < n; k++)
      x[k] *= ratio[i];
  }
}

/* Both inputs into scratch, k last, normalized where that is asked for. */
static void
take (const Dot *dot, const DnnPass *pass, DnnAxes axes[2])
{
  for (int i = 0; i < 2; i++) {
    float *x = dnn_f32 (pass->scratch[A + i]);

    axes[i] = axes_of (dot, pass->x[i], i);
    dnn_axes_copy (&axes[i], 0, dnn_f32 (pass->x[i]), x);
    if (dot->normalize)
      normalize (x, dnn_count (pass->x[i]) / axes[i].columns, axes[i].columns,
                 dnn_f32 (pass->scratch[RATIO_A + i]));
  }
}

/* Rows of one sample, of either input. */
static int64_t
rows_of (const DnnTensor *x, const DnnAxes *axes)
{
  return dnn_count (x) / axes->size[0] / axes->columns;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnAxes axes[2];
  int64_t n, i, j;

  take (self, pass, axes);
  n = axes[A].columns;
  i = rows_of (pass->x[A], &axes[A]);
  j = rows_of (pass->x[B], &axes[B]);
  if (i * j == 1) {
    for (int64_t s = 0; s < axes[A].size[0]; s++) {
      const float *a = dnn_f32 (pass->scratch[A]) + s * n;
      const float *b = dnn_f32 (pass->scratch[B]) + s * n;
      double sum = 0;

      for (int64_t k = 0; k < n; k++)
        sum += (double) a[k] * b[k];
      dnn_f32 (pass->y[0])[s] = (float) sum;
    }
    return 0;
  }
  host->gemm (pass,
              &(DnnGemm){ DNN_GEMM (0, 1), i, j, n, 1, 0,
                          dnn_f32 (pass->scratch[A]),
                          dnn_f32 (pass->scratch[B]), dnn_f32 (pass->y[0]), 0,
                          0, 0, axes[A].size[0], i * n, j * n, i * j });
  return 0;
}

/* g = dL/dâ of input number `of` becomes dL/da. */
static void
through_norm (const DnnPass *pass, const DnnAxes *axes, int of, float *g)
{
  const int64_t n = axes->columns, rows = dnn_count (pass->x[of]) / n;
  const float *unit = dnn_f32 (pass->scratch[A + of]);
  const float *ratio = dnn_f32 (pass->scratch[RATIO_A + of]);

  for (int64_t i = 0; i < rows; i++, g += n, unit += n) {
    double dot = 0;

    for (int64_t k = 0; k < n; k++)
      dot += (double) g[k] * unit[k];
    for (int64_t k = 0; k < n; k++)
      g[k] = ratio[i] * (g[k] - unit[k] * (float) dot);
  }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *dy = dnn_f32 (pass->dy[0]);
  float *g = dnn_f32 (pass->scratch[G]);
  DnnAxes axes[2];

  take (self, pass, axes);
  for (uint32_t of = 0; of < 2; of++) {
    const int64_t n = axes[A].columns, rows = rows_of (pass->x[of], &axes[of]);
    const int64_t others = rows_of (pass->x[1 - of], &axes[1 - of]);

    if (pass->dx[of] == NULL)
      continue;
    host->gemm (pass, &(DnnGemm){ DNN_GEMM (of, 0), rows, n, others, 1, 0, dy,
                                  dnn_f32 (pass->scratch[1 - of]), g, 0, 0, 0,
                                  axes[A].size[0], rows * others, others * n,
                                  rows * n });
    if (((const Dot *) self)->normalize)
      through_norm (pass, &axes[of], (int) of, g);
    dnn_axes_copy (&axes[of], 1, g, dnn_f32 (pass->dx[of]));
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "Dot", "axes=axes normalize=normalize", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "dot",
  .title = "Dot",
  .version = "1.0",
  .summary = "products of two inputs, summed along an axis of each",
  .reference = "https://keras.io/api/layers/merging_layers/dot/",
  .self_size = sizeof (Dot),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "4; 4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
