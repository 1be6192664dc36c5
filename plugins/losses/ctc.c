/* ctc - labels of a sequence, wherever in it they are
 *
 *   x: N×T×C logits, class 0 is the blank    l: N×L labels; 0 is padding
 *   y = softmax (x)            l': l with a blank around each label, S of them
 *   L = -ln Σ over the paths that become l; inf where there is none
 *   α_t(s) = y_t(l'_s) (α_{t-1}(s) + α_{t-1}(s-1) [+ α_{t-1}(s-2) if l'_s is a
 *   label, and not l'_{s-2}])                          β: the same from the end
 *   dL/dx_t(k) = y_t(k) - Σ_{s: l'_s = k} α β / y / Σ_s α β / y
 *
 * In logarithms, less a step's largest; without the steps that are padding.
 * Graves and others, ICML 2006, eq. 5 to 16; as Keras' ctc.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

/* A sample, and a worker's room for it. */
typedef struct {
  const DnnHost *host;
  DnnLossPass *p;
  int64_t steps, classes, n; /* T, C, S */
  const float *x, *real;     /* T×C; T, NULL: all are */
  float *labels, *lse;       /* of l, without 0; T: ln Σ exp x */
  float *alpha, *beta;       /* T×S, and where they begin: S */
} Sequence;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0], *l = b->x[1];
  const int64_t steps = y->dims[1], most = l->dims[1];

  (void) self;
  if (y->n_dims != 3 || l->n_dims != 2 || y->dims[0] != l->dims[0] ||
      y->dims[2] < 2 || steps < most || dnn_masked_axes (b, 0) % 2 != 0)
    return host->fail (b, "predictions must be steps x 2 or more classes, with "
                          "a mask of steps if any, and targets rows of labels, "
                          "no more than steps");
  host->expect_integer (b, 1, 0, y->dims[2] - 1);
  host->scores (b, DNN_LOGITS);
  host->add_worker_scratch (
      b, 0, DNN_SHAPE (most + steps + (steps + 1) * (4 * most + 2)));
  return 0;
}

static double
log_add (double a, double b)
{
  return fmax (a, b) == -INFINITY ? a
                                  : fmax (a, b) + log1p (exp (-fabs (a - b)));
}

static int64_t
label (const Sequence *q, int64_t s)
{
  return s % 2 == 0 ? 0 : (int64_t) q->labels[s / 2];
}

/* α of all steps (by: 1) or β (-1), with the y of a step in both; ln p. */
static double
walk (const Sequence *q, int by, float *out)
{
  const int64_t n = q->n;
  float *old = out + q->steps * n;
  double p = 0;

  for (int64_t s = 0; s < n; s++)
    old[s] = s == (by > 0 ? 0 : n - 1) ? 0 : -INFINITY;
  for (int64_t t = by > 0 ? 0 : q->steps - 1; t >= 0 && t < q->steps; t += by) {
    float *a = out + t * n, most = -INFINITY;

    if (q->real != NULL && q->real[t] == 0)
      continue;
    for (int64_t k = 0; k < n; k++) {
      const int64_t s = by > 0 ? k : n - 1 - k;
      double sum = k > 0 ? log_add (old[s], old[s - by]) : old[s];

      if (k > 1 && label (q, s) != label (q, s - 2 * by)) /* no blanks */
        sum = log_add (sum, old[s - 2 * by]);
      a[s] = (float) (sum + q->x[t * q->classes + label (q, s)] - q->lse[t]);
      most = a[s] > most ? a[s] : most;
    }
    for (int64_t s = 0; most > -INFINITY && s < n; s++)
      a[s] -= most;
    p += most;
    old = a;
  }
  return p + (n > 1 ? log_add (old[n - 1], old[n - 2]) : old[0]);
}

static void
write_gradient (const Sequence *q, int64_t t, float scale, float *dx)
{
  const float *a = q->alpha + t * q->n, *x = q->x + t * q->classes;
  float *b = q->beta + t * q->n;
  double sum = -INFINITY;

  for (int64_t s = 0; s < q->n; s++) {
    b[s] += a[s] - (x[label (q, s)] - q->lse[t]);
    sum = log_add (sum, b[s]);
  }
  for (int64_t k = 0; k < q->classes; k++)
    dx[k] = scale * expf (x[k] - q->lse[t]);
  for (int64_t s = 0; s < q->n; s++)
    dx[label (q, s)] -= scale * (float) exp (b[s] - sum);
}

static void
do_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  Sequence q = *(const Sequence *) data;
  const DnnLossPass *p = q.p;
  const int64_t size = q.steps * q.classes, most = p->y_true->dims[1];

  q.labels = q.host->worker_scratch (p, 0, worker);
  q.lse = q.labels + most;
  q.alpha = q.lse + q.steps;
  for (int64_t i = first; i < last; i++) {
    const float *l = dnn_f32 (p->y_true) + i * most;
    float *dx = p->dy_pred != NULL ? dnn_f32 (p->dy_pred) + i * size : NULL;
    double log_p;

    q.x = dnn_f32 (p->y_pred) + i * size;
    if (p->masks != NULL && p->masks[0] != NULL)
      q.real = dnn_f32 (p->masks[0]) + i * q.steps;
    q.n = 1;
    for (int64_t k = 0; k<most; q.n += l[k++]> 0 ? 2 : 0)
      if (l[k] > 0)
        q.labels[q.n / 2] = l[k];
    q.beta = q.alpha + (q.steps + 1) * q.n;
    dnn_log_sum_exp (q.host, q.x, q.steps, q.classes, q.lse);
    log_p = walk (&q, 1, q.alpha);
    if (p->value != NULL)
      p->value[i] = (float) -log_p;
    if (dx == NULL)
      continue;
    memset (dx, 0, (size_t) size * sizeof *dx);
    walk (&q, -1, q.beta);
    for (int64_t t = 0; log_p > -INFINITY && t < q.steps; t++)
      if (q.real == NULL || q.real[t] != 0)
        write_gradient (&q, t, p->scale[i], dx + t * q.classes);
  }
}

static int32_t
value_and_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  Sequence q = { host, p, p->y_pred->dims[1], p->y_pred->dims[2] };

  (void) self;
  host->parallel_for (p, p->y_pred->dims[0], 1, do_samples, &q);
  return 0;
}

static const DnnLossOps ops = { DNN_LOSS_OPS (NULL), .build = build,
                                .value = value_and_gradient,
                                .gradient = value_and_gradient };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "ctc",
  .title = "CTC",
  .version = "1.0",
  .summary = "labels of a sequence, wherever in it they are",
  .reference = "Graves and others: Connectionist temporal classification, 2006",
  .flags = DNN_FLAG_GIVES_VALUE | DNN_FLAG_READS_MASK,
  .ops = &ops,
  .example_inputs = "14,4; 3",
};
