/* pruning - the smallest elements of a weight are 0
 *
 *   y = mask x           dx = mask dy
 *
 * In training, every `frequency` steps from begin_step to end_step, mask is 1
 * for the n (1 - s) elements of mask |x| that are largest (at least one), where
 *
 *   s = sparsity                                            constant
 *       sparsity + (initial_sparsity - sparsity) (1 - p)^power      polynomial
 *
 * p: the share of begin_step ... end_step that is over.  What was pruned stays
 * so.  Zhu, Gupta: To prune, or not to prune, 2017, eq. 1; schedules and names
 * as in TensorFlow's model optimization toolkit.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

enum { MASK };
enum { SORTED };
enum { CONSTANT, POLYNOMIAL };

typedef struct {
  int32_t schedule;
  double sparsity; /* s in the end */
  double initial_sparsity;
  int64_t begin_step;
  int64_t end_step;
  double power;
  int64_t frequency;
} Pruning;

static const DnnParam params[] = {
  DNN_ENUM (Pruning, schedule, "constant", "constant polynomial",
            "how the share of zeros grows"),
  DNN_FLOAT (Pruning, sparsity, "0.5", 0, 1, "share", "zeros in the end"),
  DNN_FLOAT (Pruning, initial_sparsity, "0", 0, 1, "share",
             "zeros at begin_step, polynomial"),
  DNN_INT (Pruning, begin_step, "0", 0, 1e15, "steps", "the first to prune"),
  DNN_INT (Pruning, end_step, "-1", -1, 1e15, "steps",
           "the last to prune; -1: none is"),
  DNN_FLOAT (Pruning, power, "3", 0, 1e3, "exponent", "exponent, polynomial"),
  DNN_INT (Pruning, frequency, "100", 1, 1e15, "steps",
           "from one pruning to the next"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Pruning *p = self;
  const DnnShape shape = dnn_shape_of (b->x[0]);

  if (p->schedule == POLYNOMIAL && p->end_step <= p->begin_step)
    return host->fail (b,
                       "a polynomial schedule needs an end_step beyond "
                       "begin_step, %lld, not '%lld'",
                       (long long) p->begin_step, (long long) p->end_step);
  host->add_buffer (b, MASK, "mask", shape, "ones");
  host->add_scratch (b, SORTED, shape);
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static bool
is_due (const Pruning *p, const DnnPass *pass)
{
  const int64_t step = (int64_t) pass->step;

  return pass->training && !pass->frozen && step >= p->begin_step &&
         (p->end_step < 0 || step <= p->end_step) &&
         (step - p->begin_step) % p->frequency == 0;
}

static double
sparsity_at (const Pruning *p, int64_t step)
{
  double share;

  if (p->schedule == CONSTANT)
    return p->sparsity;
  share =
      (double) (step - p->begin_step) / (double) (p->end_step - p->begin_step);
  return p->sparsity +
         (p->initial_sparsity - p->sparsity) * pow (1 - share, p->power);
}

/* The element that `k` others are not below; orders x. Hoare's selection. */
static float
select_largest (float *x, int64_t n, int64_t k)
{
  int64_t low = 0, high = n - 1;

  while (low < high) {
    const float pivot = x[low + (high - low) / 2];
    int64_t i = low, j = high;

    while (i <= j) {
      while (x[i] > pivot)
        i++;
      while (x[j] < pivot)
        j--;
      if (i <= j) {
        const float swapped = x[i];

        x[i++] = x[j];
        x[j--] = swapped;
      }
    }
    if (k <= j)
      high = j;
    else if (k >= i)
      low = i;
    else
      break;
  }
  return x[k];
}

static void
prune (const Pruning *p, DnnPass *pass)
{
  const float *x = dnn_f32 (pass->x[0]);
  float *mask = dnn_f32 (pass->buffers[MASK]);
  float *sizes = dnn_f32 (pass->scratch[SORTED]);
  const int64_t n = dnn_count (pass->x[0]);
  const double kept =
      rint ((double) n * (1 - sparsity_at (p, (int64_t) pass->step)));
  float threshold;

  for (int64_t i = 0; i < n; i++)
    sizes[i] = mask[i] * fabsf (x[i]);
  threshold = select_largest (sizes, n, (int64_t) fmax (kept, 1) - 1);
  for (int64_t i = 0; i < n; i++)
    mask[i] = mask[i] > 0 && fabsf (x[i]) >= threshold;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *x = dnn_f32 (pass->x[0]);
  const float *mask = dnn_f32 (pass->buffers[MASK]);
  float *y = dnn_f32 (pass->y[0]);

  (void) host;
  if (is_due (self, pass))
    prune (self, pass);
  for (int64_t i = 0, n = dnn_count (pass->x[0]); i < n; i++)
    y[i] = mask[i] * x[i];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *mask = dnn_f32 (pass->buffers[MASK]);
  const float *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0, n = dnn_count (pass->dy[0]); dx != NULL && i < n; i++)
    dx[i] = mask[i] * dy[i];
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "pruning",
  .title = "Pruning",
  .version = "1.0",
  .summary = "the smallest elements of a weight are 0",
  .reference = "Zhu, Gupta: To prune, or not to prune, 2017",
  .flags = DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (Pruning),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
