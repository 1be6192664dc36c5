/* einsum_dense - a dense layer over any axes, written as a sum over letters
 *
 *   "abc,cd->abd":  y[a,b,d] = Σ_c x[a,b,c] W[c,d] + bias
 *
 * Letters of x and W only are summed over; those of x, W and y are a product
 * each; the rest go side by side.  The first letter is the batch.  "..." stands
 * for axes that stay, at the beginning of x and y or at their ends.
 * output_shape has the sizes behind the batch, or behind "..."; 0: as in x.
 * `bias_axes`: letters of y that the bias has.
 *
 *   dL/dW = Σ x dL/dy    dL/dx = Σ dL/dy W    over the letters that each lacks
 */
#include <dnn/plugin.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  const char *equation;
  DnnInts output_shape;
  const char *bias_axes;
} EinsumDense;

enum { KERNEL, BIAS };
/* Parts of the equation; scratch has them as matrices, and dW behind. */
enum { X = DNN_EINSUM_X, W = DNN_EINSUM_W, Y = DNN_EINSUM_Y, DW };
enum {
  BATCHES = DNN_EINSUM_BATCHES,
  ROWS = DNN_EINSUM_ROWS,
  SUMS = DNN_EINSUM_SUMS,
  COLUMNS = DNN_EINSUM_COLUMNS,
  N_ROLES
};

static const DnnParam params[] = {
  DNN_ROW (EinsumDense, equation, NULL, DNN_PARAM_TEXT, DNN_REQUIRED, NULL, 0,
           0, "", "letters of x, of the kernel and of y: abc,cd->abd", NULL),
  DNN_ROW (EinsumDense, output_shape, NULL, DNN_PARAM_INTS, DNN_REQUIRED, NULL,
           0, 1 << 24, "outputs", "sizes of y; 0: as in x", NULL),
  DNN_ROW (EinsumDense, bias_axes, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "letters of the bias; none: there is no bias", NULL),
};

/* The size of a letter, -1 where nothing says it or two do. */
static int64_t
size_of (const EinsumDense *e, const DnnEinsum *sum, const DnnShape *x,
         char letter)
{
  const int in_x = dnn_einsum_find (sum, X, letter);
  const int in_y = dnn_einsum_find (sum, Y, letter);
  const int64_t first = sum->dots_first ? sum->n[Y] - e->output_shape.n : 1;
  const int64_t i = in_y >= 0 ? in_y - first : -1;
  const int64_t told =
      i >= 0 && i < e->output_shape.n ? e->output_shape.at[i] : 0;

  if (in_x < 0)
    return told > 0 ? told : -1;
  return told == 0 || told == x->dims[in_x] ? x->dims[in_x] : -1;
}

/* All of it for an input of that shape; false where it does not work out. */
static bool
work_out (const EinsumDense *e, const DnnShape *x, DnnEinsum *sum)
{
  bool ok = dnn_einsum_parse (e->equation, x->n_dims, sum) == 0 &&
            sum->letters[X][0] == sum->letters[Y][0] &&
            dnn_einsum_find (sum, W, sum->letters[X][0]) < 0;

  for (int part = 0; ok && part < DNN_EINSUM_PARTS; part++) {
    sum->shape[part] = (DnnShape){ sum->n[part], 0, { 0 } };
    for (uint32_t i = 0; i < sum->n[part]; i++) {
      const int64_t size = size_of (e, sum, x, sum->letters[part][i]);

      sum->shape[part].dims[i] = size;
      ok = ok && size > 0;
    }
  }
  return ok;
}

/* The bias seen as y: from its first letter on, 1 where it has none. */
static DnnShape
bias_shape (const EinsumDense *e, const DnnEinsum *sum)
{
  DnnShape shape = { 0, 0, { 0 } };

  for (uint32_t i = 0; i < sum->n[Y]; i++) {
    const bool here = strchr (e->bias_axes, sum->letters[Y][i]) != NULL;

    if (here || shape.n_dims > 0)
      shape.dims[shape.n_dims++] = here ? sum->shape[Y].dims[i] : 1;
  }
  return shape;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const EinsumDense *e = self;
  const DnnShape x = dnn_shape_of (b->x[0]);
  int64_t sizes[N_ROLES];
  DnnEinsum sum;

  if (!work_out (e, &x, &sum))
    return host->fail (b,
                       "equation '%s' does not go with %u axes of input and "
                       "%d sizes of output: it must be as abc,cd->abd",
                       e->equation, (unsigned) x.n_dims,
                       (int) e->output_shape.n);
  for (const char *c = e->bias_axes; *c != '\0'; c++)
    if (dnn_einsum_find (&sum, Y, *c) < 0)
      return host->fail (b, "bias_axes must be letters of the output, not '%s'",
                         e->bias_axes);
  dnn_einsum_axes (&sum, W, sizes);
  host->add_weight (b, KERNEL, "kernel", sum.shape[W], "glorot_uniform");
  host->set_fans (b, KERNEL, (double) sizes[SUMS],
                  (double) (sizes[BATCHES] * sizes[COLUMNS]));
  if (*e->bias_axes != '\0')
    host->add_weight (b, BIAS, "bias", bias_shape (e, &sum), "zeros");
  for (uint32_t part = 0; part < DNN_EINSUM_PARTS; part++)
    host->add_scratch (b, part, sum.shape[part]);
  host->add_scratch (b, DW, sum.shape[W]);
  host->set_output (b, 0, sum.shape[Y]);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* x, the kernel and, backward, dy as batches of matrices. */
static void
take (const EinsumDense *e, const DnnPass *pass, const DnnTensor *dy,
      DnnEinsum *sum, DnnAxes axes[DNN_EINSUM_PARTS], int64_t sizes[N_ROLES])
{
  const DnnTensor *from[] = { pass->x[0], pass->w[KERNEL], dy };
  const DnnShape x = dnn_shape_of (pass->x[0]);

  work_out (e, &x, sum);
  for (int part = 0; part < DNN_EINSUM_PARTS; part++) {
    axes[part] = dnn_einsum_axes (sum, part, sizes);
    if (from[part] != NULL)
      dnn_axes_copy (&axes[part], 0, dnn_f32 (from[part]),
                     dnn_f32 (pass->scratch[part]));
  }
}

/* y += bias, or dbias = Σ dy */
static void
do_bias (const EinsumDense *e, const DnnEinsum *sum, float *y, float *bias,
         bool add)
{
  const DnnShape shape = bias_shape (e, sum), *all = &sum->shape[Y];
  int64_t n = 1;

  for (uint32_t k = 0; k < all->n_dims; k++)
    n *= all->dims[k];
  for (int64_t i = 0; i < n; i++) {
    int64_t rest = i, at = 0, stride = 1;

    for (uint32_t k = 1; k <= shape.n_dims; k++) {
      const int64_t size = all->dims[all->n_dims - k];
      const int64_t own = shape.dims[shape.n_dims - k];

      at += rest % size % own * stride;
      stride *= own;
      rest /= size;
    }
    if (add)
      y[i] += bias[at];
    else
      bias[at] += y[i];
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *x = dnn_f32 (pass->scratch[X]), *w = dnn_f32 (pass->scratch[W]);
  float *y = dnn_f32 (pass->scratch[Y]);
  DnnAxes axes[DNN_EINSUM_PARTS];
  int64_t n[N_ROLES];
  DnnEinsum sum;

  take (self, pass, NULL, &sum, axes, n);
  host->gemm (pass,
              &(DnnGemm){ DNN_GEMM (0, 0), n[ROWS], n[COLUMNS], n[SUMS], 1, 0,
                          x, w, y, 0, 0, 0, n[BATCHES], n[ROWS] * n[SUMS],
                          n[SUMS] * n[COLUMNS], n[ROWS] * n[COLUMNS] });
  dnn_axes_copy (&axes[Y], 1, y, dnn_f32 (pass->y[0]));
  if (pass->w[BIAS] != NULL)
    do_bias (self, &sum, dnn_f32 (pass->y[0]), dnn_f32 (pass->w[BIAS]), true);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *x = dnn_f32 (pass->scratch[X]), *w = dnn_f32 (pass->scratch[W]);
  float *dy = dnn_f32 (pass->scratch[Y]), *dw = dnn_f32 (pass->scratch[DW]);
  DnnTensor *bias = pass->dw[BIAS];
  DnnAxes axes[DNN_EINSUM_PARTS];
  int64_t n[N_ROLES], of_x, of_w, of_y;
  DnnEinsum sum;

  take (self, pass, pass->dy[0], &sum, axes, n);
  of_x = n[ROWS] * n[SUMS];
  of_w = n[SUMS] * n[COLUMNS];
  of_y = n[ROWS] * n[COLUMNS];
  if (pass->dw[KERNEL] != NULL) {
    host->gemm (pass,
                &(DnnGemm){ DNN_GEMM (1, 0), n[SUMS], n[COLUMNS], n[ROWS], 1, 0,
                            x, dy, dw, 0, 0, 0, n[BATCHES], of_x, of_y, of_w });
    dnn_axes_copy (&axes[W], 1, dw, dnn_f32 (pass->dw[KERNEL]));
  }
  if (pass->dx[0] != NULL) { /* over x, which is not needed any more */
    host->gemm (pass,
                &(DnnGemm){ DNN_GEMM (0, 1), n[ROWS], n[SUMS], n[COLUMNS], 1, 0,
                            dy, w, x, 0, 0, 0, n[BATCHES], of_y, of_w, of_x });
    dnn_axes_copy (&axes[X], 1, x, dnn_f32 (pass->dx[0]));
  }
  if (bias == NULL)
    return 0;
  memset (bias->data, 0, (size_t) dnn_count (bias) * sizeof (float));
  do_bias (self, &sum, dnn_f32 (pass->dy[0]), dnn_f32 (bias), false);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "einsum_dense",
  .title = "EinsumDense",
  .version = "1.0",
  .summary = "a dense layer over any axes, written as a sum over letters",
  .reference = "https://keras.io/api/layers/core_layers/einsum_dense/",
  .self_size = sizeof (EinsumDense),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "equation=ab,bc->ac output_shape=3 bias_axes=c",
};
