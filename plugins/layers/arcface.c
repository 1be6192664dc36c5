/* arcface - scores by angle, whose loss asks a margin of the right one
 *
 *   inputs: x, N×D, and labels t, which may be missing
 *   y_j = s cos θ_j = s x·W_j / (‖x‖ ‖W_j‖)
 *   term: -ln (e^a / (e^a + Σ_{j≠t} e^{y_j}))    a = s cos (θ_t + m)
 *   dL/dy_j = p_j - [j = t], times da/dy_t = cos m + sin m cos θ_t / sin θ_t
 *   where j = t; p is the softmax of y with a in the place of y_t
 *
 * Deng, Guo, Xue, Zafeiriou: ArcFace: additive angular margin loss for deep
 * face recognition, CVPR 2019, equation 3.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  int64_t units;
  double margin, scale; /* m, s */
} ArcFace;

enum { X, TARGET };
enum { SCORES, TERM };
enum { XHAT, WHAT, XNORM, WNORM, COS }; /* saved */
enum { DCOS, DXHAT, DWHAT };            /* scratch */

static const DnnParam params[] = {
  DNN_INT_REQUIRED (ArcFace, units, 1, 1 << 24, "classes",
                    "classes that labels number"),
  DNN_FLOAT (ArcFace, margin, "0.5", 0, 3.14, "rad",
             "how much further the angle of the right class counts"),
  DNN_FLOAT (ArcFace, scale, "64", 1e-6, 1e6, "factor",
             "factor of the cosines"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t units = ((const ArcFace *) self)->units;
  const DnnTensor *x = b->x[X];
  const DnnTensor *t = b->n_inputs > 1 ? b->x[TARGET] : NULL;
  int64_t n, d;

  if (x->n_dims != 2 || (t != NULL && dnn_count (t) != x->dims[0]))
    return host->fail (b, "it takes a row of numbers and one label a sample, "
                          "as in input=NAME,target");
  n = x->dims[0], d = x->dims[1];
  if (t != NULL)
    host->expect_integer (b, TARGET, 0, units - 1);
  host->add_weight (b, 0, "kernel", DNN_SHAPE (d, units), "glorot_uniform");
  host->add_saved (b, XHAT, DNN_SHAPE (n, d));
  host->add_saved (b, WHAT, DNN_SHAPE (d, units));
  host->add_saved (b, XNORM, DNN_SHAPE (n));
  host->add_saved (b, WNORM, DNN_SHAPE (units));
  host->add_saved (b, COS, DNN_SHAPE (n, units));
  host->add_scratch (b, DCOS, DNN_SHAPE (n, units));
  host->add_scratch (b, DXHAT, DNN_SHAPE (n, d));
  host->add_scratch (b, DWHAT, DNN_SHAPE (d, units));
  host->set_output (b, SCORES, DNN_SHAPE (n, units));
  host->set_output (b, TERM, DNN_SHAPE (n));
  host->loss_output (b, TERM);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Where vectors lie: `many` of n numbers that are `step` apart, each `next`
 * behind the one before. */
typedef struct {
  int64_t many, next, n, step;
} Vectors;

static Vectors
rows_of (const DnnTensor *x)
{
  return (Vectors){ x->dims[0], x->dims[1], x->dims[1], 1 };
}

static Vectors
columns_of (const DnnTensor *W)
{
  return (Vectors){ W->dims[1], 1, W->dims[0], W->dims[1] };
}

/* To length 1. */
static void
normalize (const Vectors *v, const float *from, float *to, float *norms)
{
  for (int64_t i = 0; i < v->many; i++) {
    double sum = 1e-24;

    for (int64_t k = 0; k < v->n; k++) {
      const double x = from[i * v->next + k * v->step];

      sum += x * x;
    }
    norms[i] = (float) sqrt (sum);
    for (int64_t k = 0; k < v->n; k++)
      to[i * v->next + k * v->step] =
          from[i * v->next + k * v->step] / norms[i];
  }
}

/* And back: d = (g - u (u·g)) / ‖x‖, where u has length 1. */
static void
normalize_back (const Vectors *v, const float *u, const float *g,
                const float *norms, float *d)
{
  for (int64_t i = 0; i < v->many; i++) {
    double dot = 0;

    for (int64_t k = 0; k < v->n; k++)
      dot +=
          (double) u[i * v->next + k * v->step] * g[i * v->next + k * v->step];
    for (int64_t k = 0; k < v->n; k++) {
      const int64_t at = i * v->next + k * v->step;

      d[at] = (g[at] - u[at] * (float) dot) / norms[i];
    }
  }
}

/* sin θ, off 0 where the slope of the margin is infinite. */
static double
sine (double cosine)
{
  return sqrt (fmax (1 - cosine * cosine, 1e-12));
}

/* ln Σ e^logit of a row with the margin at `label`, and that logit. */
static double
log_sum (const ArcFace *self, const float *cosines, int64_t label, double *a)
{
  const double c = cosines[label];
  double most, sum = 0;

  *a = self->scale * (c * cos (self->margin) - sine (c) * sin (self->margin));
  most = *a;
  for (int64_t j = 0; j < self->units; j++)
    if (j != label)
      most = fmax (most, self->scale * cosines[j]);
  for (int64_t j = 0; j < self->units; j++)
    sum += exp ((j == label ? *a : self->scale * cosines[j]) - most);
  return most + log (sum);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const ArcFace *f = self;
  const int64_t n = pass->x[X]->dims[0];
  const Vectors rows = rows_of (pass->x[X]), columns = columns_of (pass->w[0]);
  const DnnTensor *t = pass->n_inputs > 1 ? pass->x[TARGET] : NULL;
  const float *cosines = dnn_f32 (pass->saved[COS]);
  double a;

  normalize (&rows, dnn_f32 (pass->x[X]), dnn_f32 (pass->saved[XHAT]),
             dnn_f32 (pass->saved[XNORM]));
  normalize (&columns, dnn_f32 (pass->w[0]), dnn_f32 (pass->saved[WHAT]),
             dnn_f32 (pass->saved[WNORM]));
  dnn_matmul (host, pass, 0, pass->saved[XHAT], 0, pass->saved[WHAT],
              pass->saved[COS]);
  for (int64_t i = 0; i < n * f->units; i++)
    dnn_f32 (pass->y[SCORES])[i] = (float) f->scale * cosines[i];
  for (int64_t i = 0; pass->y[TERM] != NULL && i < n; i++) {
    const int64_t label = t != NULL ? (int64_t) dnn_f32 (t)[i] : 0;
    const double all = log_sum (f, cosines + i * f->units, label, &a);

    dnn_f32 (pass->y[TERM])[i] = t != NULL ? (float) (all - a) : 0;
  }
  return 0;
}

/* Adds what the term of a sample says to the gradient of its cosines. */
static void
add_term (const ArcFace *self, const float *cosines, int64_t label, float by,
          float *dcos)
{
  const double c = cosines[label];
  double a;
  const double all = log_sum (self, cosines, label, &a);

  for (int64_t j = 0; j < self->units; j++) {
    const double p = exp ((j == label ? a : self->scale * cosines[j]) - all);
    const double slope =
        j == label
            ? (p - 1) * (cos (self->margin) + sin (self->margin) * c / sine (c))
            : p;

    dcos[j] += (float) (by * self->scale * slope);
  }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const ArcFace *f = self;
  const int64_t n = pass->x[X]->dims[0];
  const Vectors rows = rows_of (pass->x[X]), columns = columns_of (pass->w[0]);
  const DnnTensor *t = pass->n_inputs > 1 ? pass->x[TARGET] : NULL;
  const DnnTensor *dy = pass->dy[SCORES], *dterm = pass->dy[TERM];
  float *dcos = dnn_f32 (pass->scratch[DCOS]);

  for (int64_t i = 0; i < n * f->units; i++)
    dcos[i] = dy != NULL ? (float) f->scale * dnn_f32 (dy)[i] : 0;
  for (int64_t i = 0; t != NULL && dterm != NULL && i < n; i++)
    add_term (f, dnn_f32 (pass->saved[COS]) + i * f->units,
              (int64_t) dnn_f32 (t)[i], dnn_f32 (dterm)[i],
              dcos + i * f->units);
  if (pass->n_inputs > 1 && pass->dx[TARGET] != NULL)
    memset (pass->dx[TARGET]->data, 0,
            (size_t) dnn_count (pass->dx[TARGET]) * sizeof (float));
  if (pass->dx[X] != NULL) {
    dnn_matmul (host, pass, 0, pass->scratch[DCOS], 1, pass->saved[WHAT],
                pass->scratch[DXHAT]);
    normalize_back (&rows, dnn_f32 (pass->saved[XHAT]),
                    dnn_f32 (pass->scratch[DXHAT]),
                    dnn_f32 (pass->saved[XNORM]), dnn_f32 (pass->dx[X]));
  }
  if (pass->dw[0] == NULL)
    return 0;
  dnn_matmul (host, pass, 1, pass->saved[XHAT], 0, pass->scratch[DCOS],
              pass->scratch[DWHAT]);
  normalize_back (&columns, dnn_f32 (pass->saved[WHAT]),
                  dnn_f32 (pass->scratch[DWHAT]), dnn_f32 (pass->saved[WNORM]),
                  dnn_f32 (pass->dw[0]));
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (1, 2, 2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "arcface",
  .title = "ArcFace",
  .version = "1.0",
  .summary = "scores by angle, and a loss that asks a margin of the right one",
  .reference = "Deng, Guo, Xue, Zafeiriou: ArcFace, CVPR 2019, equation 3",
  .self_size = sizeof (ArcFace),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "units=3 scale=4",
  .example_inputs = "4;",
};
