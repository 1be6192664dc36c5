/* lbfgs - Newton's step by the curvature of the last ones, as far as it helps
 *
 *   s = w - w₋, y = g - g₋ of the last steps;  d = -H g by the two loops
 *   (algorithm 7.4), H₀ = sᵀy / yᵀy;  w ← w + t d, with t such that (3.7)
 *   f (t) ≤ f (0) + c₁ t f' (0)  and  |f' (t)| ≤ -c₂ f' (0)
 *
 * Over all weights.  For full batches: of two of them g - g₋ is no y.  Nocedal,
 * Wright: Numerical optimization, 2006; the search is as in PyTorch's LBFGS.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { MOVES, BENDS, OLD, STATE, N_SLOTS, MAX_PAIRS = 100 };
enum { T, PAIRS, NEXT, N_STATE }; /* of all weights: the first one's */

typedef struct {
  double learning_rate, tolerance_change;
  int64_t max_iter, max_eval, history_size;
} Lbfgs;

typedef struct {
  const Lbfgs *of;
  const DnnHost *host;
  DnnStepAll *a;
  int64_t looks; /* evaluations so far */
} Run;

static const DnnVector w = { DNN_VECTOR_W, 0, 0 }, g = { DNN_VECTOR_G, 0, 0 };
static const DnnVector w_old = { DNN_VECTOR_SCRATCH, 0, 0 };
static const DnnVector g_old = { DNN_VECTOR_SLOT, OLD, 0 };
static const DnnVector d = { DNN_VECTOR_SLOT, OLD, 1 };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Lbfgs, learning_rate, "lr", "1", 0, 1e6, "t", "first"),
  DNN_FLOAT (Lbfgs, tolerance_change, "1e-9", 0, 1e6, "loss", "that is none"),
  DNN_INT (Lbfgs, max_iter, "20", 1, 1e6, "iterations", "of a step"),
  DNN_INT (Lbfgs, max_eval, "25", 2, 1e6, "evaluations", "of a step"),
  DNN_INT (Lbfgs, history_size, "10", 1, MAX_PAIRS, "pairs", "of s and y"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  /* One pair more: the last may turn out to be none. */
  const int64_t m = ((const Lbfgs *) self)->history_size + 1;
  const int64_t n = dnn_count (s->weight);

  host->add_slot (s, MOVES, "moves", DNN_SHAPE (m, n), 0);
  host->add_slot (s, BENDS, "bends", DNN_SHAPE (m, n), 0);
  host->add_slot (s, OLD, "gradient_and_direction", DNN_SHAPE (2, n), 0);
  host->add_slot (s, STATE, "state", DNN_SHAPE (N_STATE), 0);
  host->add_step_scratch (s, 0, dnn_shape_of (s->weight));
  return 0;
}

/* d = -H g, with the pair of the last step, t d, where it bends upwards. */
static void
find_direction (const DnnStepAll *a, float *state, int64_t m)
{
  int64_t k = (int64_t) state[NEXT], n = (int64_t) state[PAIRS];
  DnnVector s = { DNN_VECTOR_SLOT, MOVES, k },
            y = { DNN_VECTOR_SLOT, BENDS, k };
  double alpha[MAX_PAIRS];

  dnn_vector_copy (a, d, s);
  dnn_vector_scale (a, state[T], s);
  dnn_vector_copy (a, g, y);
  dnn_vector_add (a, -1, g_old, y);
  if (dnn_vector_dot (a, s, y) > 1e-10) {
    state[PAIRS] = (float) (n = n < m ? n + 1 : m);
    state[NEXT] = (float) (k = (k + 1) % (m + 1));
  }
  dnn_vector_copy (a, g, g_old);
  dnn_vector_copy (a, g, d);
  dnn_vector_scale (a, -1, d);
  for (int64_t i = 0; i < n; i++) {
    s.row = y.row = (k + m - i) % (m + 1);
    alpha[i] = dnn_vector_dot (a, s, d) / dnn_vector_dot (a, s, y);
    dnn_vector_add (a, -alpha[i], y, d);
  }
  s.row = y.row = (k + m) % (m + 1);
  if (n > 0)
    dnn_vector_scale (a, dnn_vector_dot (a, s, y) / dnn_vector_dot (a, y, y),
                      d);
  for (int64_t i = n; i-- > 0;) {
    s.row = y.row = (k + m - i) % (m + 1);
    alpha[i] -= dnn_vector_dot (a, y, d) / dnn_vector_dot (a, s, y);
    dnn_vector_add (a, alpha[i], s, d);
  }
}

/* A DnnLine. */
static DnnLinePoint
look (void *data, double t)
{
  Run *r = data;

  r->looks++;
  dnn_vector_copy (r->a, w_old, w);
  dnn_vector_add (r->a, t, d, w);
  if (r->host->evaluate (r->a) != 0)
    return (DnnLinePoint){ t, INFINITY, 0 };
  return (DnnLinePoint){ t, r->a->loss, dnn_vector_dot (r->a, g, d) };
}

static int32_t
step_all (const void *self, const DnnHost *host, DnnStepAll *a)
{
  Run r = { self, host, a, 1 };
  float *state = a->weights[0]->slots[STATE];

  for (int64_t i = 0; i < r.of->max_iter && r.looks < r.of->max_eval; i++) {
    const double least = r.of->tolerance_change, f = a->loss;
    const double sum = state[T] == 0 ? dnn_vector_sum (a, g) : 1;
    DnnLinePoint zero = { 0, f, 0 };

    find_direction (a, state, r.of->history_size);
    zero.slope = dnn_vector_dot (a, g, d);
    if (zero.slope > -least)
      break;
    dnn_vector_copy (a, w, w_old);
    state[T] = (float) dnn_line_search (
                   look, &r, zero, r.of->learning_rate * fmin (1, 1 / sum),
                   r.of->max_eval - r.looks, least / dnn_vector_sum (a, d))
                   .t;
    if (state[T] * dnn_vector_sum (a, d) <= least || fabs (a->loss - f) < least)
      break;
  }
  return 0;
}

static const DnnOptimizerOps ops = { DNN_OPTIMIZER_OPS (N_SLOTS),
                                     .slots = slots, .step_all = step_all };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "lbfgs",
  .title = "LBFGS",
  .version = "1.0",
  .summary = "Newton's step by the curvature of the last ones",
  .reference = "Nocedal, Wright: Numerical optimization, 2006, 7.2 and 3.5",
  .self_size = sizeof (Lbfgs),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
