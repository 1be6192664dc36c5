/* muon - steps matrices by the orthogonal matrix nearest to their momentum
 *
 *   m ← μ m + g    u = g + μ m, without nesterov m
 *   X = u / ‖u‖    five times: A = X Xᵀ    X ← a X + (b A + c A A) X
 *   w ← w - η ρ √(max (rows, columns)) X    ρ 0: w ← w - η X
 *
 * for weights of two dimensions; A = XᵀX where that is smaller.  All others,
 * embeddings and what exclude_layers names are stepped by adam.  Jordan and
 * others: Muon, 2024; ρ: Liu and others: Muon is scalable for LLM training,
 * 2025, (4); as in Keras, whose adam_weight_decay is weight_decay here.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  double learning_rate; /* η */
  double momentum;      /* μ */
  bool nesterov;
  int64_t ns_steps;
  double muon_a, muon_b, muon_c;
  double rms_rate; /* ρ */
  double adam_lr_ratio, adam_beta_1, adam_beta_2, epsilon;
  const char *exclude_layers;
  bool exclude_embeddings;
} Muon;

enum { M, V, N_SLOTS };
enum { X, NEXT, A, B };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Muon, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Muon, momentum, NULL, "0.95", 0, 0.999999, "share",
                         "share of the gradients' sum kept from step to step"),
  DNN_BOOL (Muon, nesterov, "true", "look ahead"),
  DNN_INT (Muon, ns_steps, "5", 1, 100, "times",
           "iterations that make a matrix orthogonal"),
  DNN_FLOAT (Muon, muon_a, "3.4445", -1e3, 1e3, "factor", "of X"),
  DNN_FLOAT (Muon, muon_b, "-4.775", -1e3, 1e3, "factor", "of A X"),
  DNN_FLOAT (Muon, muon_c, "2.0315", -1e3, 1e3, "factor", "of A A X"),
  DNN_FLOAT (Muon, rms_rate, "0.2", 0, 1e6, "update",
             "root mean square of a matrix' update, over the rate; 0: as it "
             "comes"),
  DNN_FLOAT (Muon, adam_lr_ratio, "1", 0, 1e6, "factor",
             "times the rate, where adam steps"),
  DNN_FLOAT (Muon, adam_beta_1, "0.9", 0, 0.999999, "share",
             "share of the mean kept from step to step, by adam"),
  DNN_FLOAT (Muon, adam_beta_2, "0.999", 0, 0.999999999, "share",
             "share of the mean square kept from step to step, by adam"),
  DNN_FLOAT (Muon, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps adam's quotient finite"),
  DNN_ROW (Muon, exclude_layers, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "words, parted by commas: weights whose names have one are stepped "
           "by adam",
           NULL),
  DNN_BOOL (Muon, exclude_embeddings, "true",
            "step weights that have embedding in their names by adam"),
};

/* True if `name` contains one of the words. */
static bool
has_word (const char *name, const char *words)
{
  while (*words != '\0') {
    const size_t blanks = strspn (words, ", "),
                 n = strcspn (words + blanks, ", ");

    words += blanks;
    for (const char *at = name; n > 0 && *at != '\0'; at++)
      if (strncmp (at, words, n) == 0)
        return true;
    words += n;
  }
  return false;
}

static int64_t
side (const DnnTensor *w)
{
  return dnn_rows (w) < dnn_columns (w) ? dnn_rows (w) : dnn_columns (w);
}

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  const Muon *muon = self;
  const DnnShape shape = dnn_shape_of (s->weight);

  host->add_slot (s, M, "momentum", shape, 0);
  if (shape.n_dims != 2 || has_word (s->name, muon->exclude_layers) ||
      (muon->exclude_embeddings && has_word (s->name, "embedding"))) {
    host->add_slot (s, V, "velocity", shape, 0);
    return 0;
  }
  host->add_step_scratch (s, X, shape);
  host->add_step_scratch (s, NEXT, shape);
  host->add_step_scratch (s, A, DNN_SHAPE (side (s->weight), side (s->weight)));
  host->add_step_scratch (s, B, DNN_SHAPE (side (s->weight), side (s->weight)));
  return 0;
}

/* X ← a X + (b A + c A A) X, as often as is said; returns where X lies. */
static float *
orthogonalize (const Muon *muon, const DnnHost *host, const DnnStep *s)
{
  const int64_t r = dnn_rows (s->weight), c = dnn_columns (s->weight);
  const int64_t n = side (s->weight);
  const bool wide = r <= c;
  float *x = s->scratch[X], *next = s->scratch[NEXT];
  float *a = s->scratch[A], *b = s->scratch[B];

  for (int64_t k = 0; k < muon->ns_steps; k++) {
    float *old = x;
    const DnnGemm square = {
      DNN_GEMM (!wide, wide), n, n, wide ? c : r, 1, 0, x, x, a
    };
    const DnnGemm fourth = {
      DNN_GEMM (0, 0),      n, n, n, (float) muon->muon_c,
      (float) muon->muon_b, a, a, b
    };
    const DnnGemm last = {
      DNN_GEMM (0, 0), r,   c, n, 1, (float) muon->muon_a, wide ? b : x,
      wide ? x : b,    next
    };

    host->gemm (s, &square);
    memcpy (b, a, (size_t) (n * n) * sizeof *b);
    host->gemm (s, &fourth);
    memcpy (next, x, (size_t) (r * c) * sizeof *next);
    host->gemm (s, &last);
    x = next;
    next = old;
  }
  return x;
}

static void
step_matrix (const Muon *muon, const DnnHost *host, const DnnStep *s)
{
  const float mu = (float) muon->momentum;
  const double longer =
      fmax ((double) dnn_rows (s->weight), (double) dnn_columns (s->weight));
  const float rate =
      (float) (muon->learning_rate *
               (muon->rms_rate > 0 ? muon->rms_rate * sqrt (longer) : 1));
  float *m = s->slots[M], *x = s->scratch[X];
  double sum = 0;
  float share;

  for (int64_t i = 0; i < s->n; i++) {
    m[i] = mu * m[i] + s->g[i];
    x[i] = muon->nesterov ? s->g[i] + mu * m[i] : m[i];
    sum += (double) x[i] * x[i];
  }
  share = 1 / ((float) sqrt (sum) + 1e-7f);
  for (int64_t i = 0; i < s->n; i++)
    x[i] *= share;
  x = orthogonalize (muon, host, s);
  for (int64_t i = 0; i < s->n; i++)
    s->w[i] -= rate * x[i];
}

static void
step_adam (const Muon *muon, const DnnStep *s)
{
  const double t = (double) s->t;
  const float alpha = (float) (muon->learning_rate * muon->adam_lr_ratio *
                               sqrt (1 - pow (muon->adam_beta_2, t)) /
                               (1 - pow (muon->adam_beta_1, t)));
  const float new_1 = (float) (1 - muon->adam_beta_1);
  const float new_2 = (float) (1 - muon->adam_beta_2);
  const float *g = s->g;
  float *m = s->slots[M], *v = s->slots[V];

  for (int64_t i = 0; i < s->n; i++) {
    m[i] += (g[i] - m[i]) * new_1;
    v[i] += (g[i] * g[i] - v[i]) * new_2;
    s->w[i] -= m[i] * alpha / (sqrtf (v[i]) + (float) muon->epsilon);
  }
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  if (s->slots[V] != NULL)
    step_adam (self, s);
  else
    step_matrix (self, host, s);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "muon",
  .title = "Muon",
  .version = "1.0",
  .summary =
      "steps matrices by the orthogonal matrix nearest to their momentum",
  .reference =
      "Jordan and others: Muon: an optimizer for hidden layers in neural "
      "networks, 2024, https://kellerjordan.github.io/posts/muon/",
  .self_size = sizeof (Muon),
  .params = DNN_PARAM_TABLE (params),
  .defaults = "weight_decay=0.004",
  .ops = &ops,
};
