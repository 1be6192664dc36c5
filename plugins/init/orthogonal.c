/* orthogonal - a random matrix whose rows or columns are orthonormal
 *
 *   A = Q R, A ~ N (0, 1), R with a positive diagonal    w = gain Q
 *
 * with the weight seen as rows × columns (all dimensions but the last are
 * rows): its columns are orthonormal, or its rows where there are fewer of
 * them.  Q comes from Gram and Schmidt's steps, done twice, as rounding leaves
 * the first vectors of an ill-conditioned A not quite orthogonal. Saxe,
 * McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in
 * deep linear neural networks, ICLR 2014.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double gain;
} Orthogonal;

static const DnnParam params[] = {
  DNN_FLOAT (Orthogonal, gain, "1", -1e30, 1e30, "factor",
             "what Q is multiplied by"),
};

/* n vectors of `length` elements within a matrix; a vector's elements are
 * `step` apart, and the first ones of two vectors `next`. */
typedef struct {
  float *at;
  int64_t n, length, step, next;
} Vectors;

static double
dot (const Vectors *v, int64_t a, int64_t b)
{
  double sum = 0;

  for (int64_t i = 0; i < v->length; i++)
    sum += (double) v->at[a * v->next + i * v->step] *
           v->at[b * v->next + i * v->step];
  return sum;
}

/* Vector b becomes scale · b - share · a. */
static void
change (const Vectors *v, int64_t b, double scale, int64_t a, double share)
{
  for (int64_t i = 0; i < v->length; i++) {
    float *x = &v->at[b * v->next + i * v->step];

    *x = (float) (scale * *x - share * v->at[a * v->next + i * v->step]);
  }
}

static void
orthonormalize (const Vectors *v)
{
  for (int64_t a = 0; a < v->n; a++) {
    change (v, a, 1 / sqrt (dot (v, a, a)), a, 0);
    for (int64_t b = a + 1; b < v->n; b++)
      change (v, b, 1, a, dot (v, a, b));
  }
}

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const float gain = (float) ((const Orthogonal *) self)->gain;
  const int64_t rows = dnn_rows (f->w), columns = dnn_columns (f->w);
  float *w = dnn_f32 (f->w);
  const Vectors by_columns = { w, columns, rows, columns, 1 };
  const Vectors by_rows = { w, rows, columns, 1, columns };
  const Vectors *v = rows < columns ? &by_rows : &by_columns;

  if (f->w->n_dims < 2)
    return host->fail (f, "the weight must have at least two dimensions");
  host->random (f, 0, DNN_NORMAL, 0, rows * columns, w);
  orthonormalize (v);
  orthonormalize (v);
  for (int64_t i = 0; i < rows * columns; i++)
    w[i] *= gain;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "orthogonal",
  .title = "Orthogonal",
  .version = "1.0",
  .summary = "a random matrix whose rows or columns are orthonormal",
  .reference = "Saxe, McClelland, Ganguli: Exact solutions to the nonlinear "
               "dynamics of learning in deep linear neural networks, ICLR 2014",
  .self_size = sizeof (Orthogonal),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
