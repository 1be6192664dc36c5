/* hard_conv2d - a small window slides over a picture (valid padding)
 *
 *   y[n,i,j,:] = b + Σ_{u,v} x[n, i s + u, j t + v, :] K[u,v,:,:]
 *
 *   x: N×H×W×C    K: k×l×C×F    b: F    strides s, t
 *   y: N×P×Q×F    P = (H - k) / s + 1    Q = (W - l) / t + 1
 *
 * As products: row (i,j) of A, PQ×klC, holds the window of x there (im2col);
 *
 *   y = A K + b    dK = Σₙ Aᵀ dy    db = Σ dy    dA = dy Kᵀ
 *
 * and dx[..] is the sum of the elements of dA that x[..] was copied to.
 * Pictures run in parallel, each worker with an A of its own; the sum over n
 * in dK runs in the order of n, or its bits would depend on the threads.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t filters; /* F */
  DnnInts kernel_size;
  DnnInts strides;
} Conv2d;

enum { KERNEL, BIAS };
enum { WINDOWS }; /* A or dA of a worker */
enum { ALL };     /* A of one picture, for dK */

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Conv2d, filters, 1, 1 << 24, "filters",
                    "number of outputs"),
  DNN_INTS (Conv2d, kernel_size, "3,3", 1, 1 << 16, "pixels",
            "height and width of the window"),
  DNN_INTS (Conv2d, strides, "1,1", 1, 1 << 16, "pixels",
            "step of the window, down and right"),
};

/* One call over the pictures of a batch. */
typedef struct {
  const Conv2d *self;
  const DnnHost *host;
  DnnPass *pass;
  const int64_t *x, *k, *y; /* sizes */
} Job;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Conv2d *conv = self;
  const int64_t *x = b->x[0]->dims, *k = conv->kernel_size.at;
  const int64_t *s = conv->strides.at, f = conv->filters;
  int64_t p, q;

  if (b->x[0]->n_dims != 4)
    return host->fail (b, "input must be N×H×W×C, not of %u dimensions",
                       b->x[0]->n_dims);
  if (conv->kernel_size.n != 2 || conv->strides.n != 2)
    return host->fail (b, "kernel_size and strides must be two numbers each");
  if (x[1] < k[0] || x[2] < k[1])
    return host->fail (b, "window must fit into the picture");

  p = (x[1] - k[0]) / s[0] + 1;
  q = (x[2] - k[1]) / s[1] + 1;
  host->add_weight (b, KERNEL, "kernel", DNN_SHAPE (k[0], k[1], x[3], f),
                    "glorot_uniform");
  host->add_weight (b, BIAS, "bias", DNN_SHAPE (f), "zeros");
  host->set_output (b, 0, DNN_SHAPE (x[0], p, q, f));
  host->add_worker_scratch (b, WINDOWS, DNN_SHAPE (p * q, k[0] * k[1] * x[3]));
  host->add_scratch (b, ALL, DNN_SHAPE (p * q, k[0] * k[1] * x[3]));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Copies between picture x and windows A: A = windows of x, or x += A. */
static void
windows (const Job *job, float *x, float *a, int add)
{
  const int64_t *s = job->self->strides.at, *k = job->k;
  const int64_t width = job->x[2] * job->x[3], run = k[1] * k[2];

  for (int64_t i = 0; i < job->y[1]; i++)
    for (int64_t j = 0; j < job->y[2]; j++)
      for (int64_t u = 0; u < k[0]; u++, a += run) {
        float *from = x + (i * s[0] + u) * width + j * s[1] * k[2];

        if (!add)
          memcpy (a, from, (size_t) run * sizeof *a);
        for (int64_t c = 0; add && c < run; c++)
          from[c] += a[c];
      }
}

static DnnGemm
product (const Job *job)
{
  DnnGemm gemm = { DNN_END_OF (DnnGemm, stride_c) };

  gemm.m = job->y[1] * job->y[2];
  gemm.n = job->k[3];
  gemm.k = job->k[0] * job->k[1] * job->k[2];
  gemm.alpha = 1;
  return gemm;
}

static void
forward_pictures (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;
  const DnnHost *host = job->host;
  const float *b = dnn_f32 (job->pass->w[BIAS]);
  float *a = host->worker_scratch (job->pass, WINDOWS, worker);
  DnnGemm gemm = product (job);
  const int64_t picture = job->x[1] * job->x[2] * job->x[3];

  for (int64_t n = first; n < last; n++) {
    float *y = dnn_f32 (job->pass->y[0]) + n * gemm.m * gemm.n;

    windows (job, dnn_f32 (job->pass->x[0]) + n * picture, a, 0);
    for (int64_t i = 0; i < gemm.m; i++)
      memcpy (y + i * gemm.n, b, (size_t) gemm.n * sizeof *y);
    gemm.a = a;
    gemm.b = dnn_f32 (job->pass->w[KERNEL]);
    gemm.c = y;
    gemm.beta = 1;
    host->gemm (job->pass, &gemm); /* y = b + A K */
  }
}

static void
backward_pictures (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;
  const DnnHost *host = job->host;
  float *da = host->worker_scratch (job->pass, WINDOWS, worker);
  const DnnGemm sizes = product (job);
  const int64_t picture = job->x[1] * job->x[2] * job->x[3];
  DnnGemm gemm = sizes;

  gemm.trans_b = 1;
  gemm.n = sizes.k;
  gemm.k = sizes.n;
  gemm.b = dnn_f32 (job->pass->w[KERNEL]);
  gemm.c = da;
  for (int64_t n = first; n < last; n++) {
    float *dx = dnn_f32 (job->pass->dx[0]) + n * picture;

    gemm.a = dnn_f32 (job->pass->dy[0]) + n * sizes.m * sizes.n;
    host->gemm (job->pass, &gemm); /* dA = dy Kᵀ */
    memset (dx, 0, (size_t) picture * sizeof *dx);
    windows (job, dx, da, 1);
  }
}

/* dK = Σₙ Aᵀ dy */
static void
kernel_gradient (const Job *job, float *dk)
{
  const DnnGemm sizes = product (job);
  const int64_t picture = job->x[1] * job->x[2] * job->x[3];
  float *a = dnn_f32 (job->pass->scratch[ALL]);
  DnnGemm gemm = sizes;

  gemm.trans_a = 1;
  gemm.m = sizes.k;
  gemm.k = sizes.m;
  gemm.a = a;
  gemm.c = dk;
  for (int64_t n = 0; n < job->x[0]; n++) {
    windows (job, dnn_f32 (job->pass->x[0]) + n * picture, a, 0);
    gemm.b = dnn_f32 (job->pass->dy[0]) + n * sizes.m * sizes.n;
    gemm.beta = n > 0;
    job->host->gemm (job->pass, &gemm);
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Job job = {
    self, host, pass, pass->x[0]->dims, pass->w[KERNEL]->dims, pass->y[0]->dims
  };

  host->parallel_for (pass, job.x[0], 1, forward_pictures, &job);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Job job = {
    self, host, pass, pass->x[0]->dims, pass->w[KERNEL]->dims, pass->dy[0]->dims
  };

  host->sum_rows (pass, pass->dy[0], pass->dw[BIAS]);
  if (pass->dw[KERNEL] != NULL)
    kernel_gradient (&job, dnn_f32 (pass->dw[KERNEL]));
  if (pass->dx[0] != NULL)
    host->parallel_for (pass, job.x[0], 1, backward_pictures, &job);
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
  .name = "hard_conv2d",
  .title = "Conv2D",
  .version = "1.0",
  .summary = "a small window slides over a picture",
  .reference = "LeCun et al.: Gradient-based learning applied to document "
               "recognition, 1998",
  .self_size = sizeof (Conv2d),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
