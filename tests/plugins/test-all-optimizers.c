/* test-all-optimizers.c - every optimizer there is keeps the contract */
#include "dnn-test-optimizer.h"

#include "dnn-host.h"

#include <math.h>
#include <string.h>

/* Parameters that change the formula; every one also runs as its
 * example. */
static const char *const variants[] = {
  "adam amsgrad=true",
  "rmsprop centered=true momentum=0.5",
  "sgd momentum=0.9",
  "sgd momentum=0.9 nesterov=true",
  "adadelta rho=0.5",
  "ftrl l1_regularization_strength=0.01 beta=0.1",
  /* Options that the host applies, elementwise and not. */
  "sgd use_ema=true ema_momentum=0.5 ema_overwrite_frequency=2",
  "adam gradient_accumulation_steps=2",
  "lamb use_ema=true gradient_accumulation_steps=2",
  "rprop global_clipnorm=1 gradient_accumulation_steps=2",
};

static void
assert_same (DnnTestOptimizer *a, DnnTestOptimizer *b)
{
  size_t n, n_b;
  g_autofree float *x = dnn_test_optimizer_weights (a, &n);
  g_autofree float *y = dnn_test_optimizer_weights (b, &n_b);

  g_assert_cmpmem (x, n * sizeof *x, y, n_b * sizeof *y);
}

/* One that goes by steps of one size gets no nearer than that. */
static const char *
rate_for (const char *spec)
{
  if (g_str_has_prefix (spec, "adadelta"))
    return "10"; /* its steps begin at the root of epsilon */
  return g_str_has_prefix (spec, "lion") ? "0.005" : "0.02";
}

static void
test_descends (const void *data)
{
  g_autofree char *spec = g_strdup_printf (
      "%s learning_rate=%s", (const char *) data, rate_for (data));
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (spec, 7, 5, 1);
  const double first = dnn_test_optimizer_loss (o);
  double last = first;

  g_test_summary ("On a quadratic the loss falls, and falls on");

  for (int i = 0; i < 4; i++) {
    double now;

    for (int j = 0; j < 25; j++)
      dnn_test_optimizer_descend (o);
    now = dnn_test_optimizer_loss (o);
    g_assert_true (now < last || now < 1e-3 * first);
    last = now;
  }
  g_assert_cmpfloat (last, <, 0.9 * first);
}

/* One whose steps are measured by the loss refuses what is not in it. */
static bool
decays (const char *spec)
{
  return !g_str_has_prefix (spec, "lbfgs");
}

static void
test_rate_zero (const void *data)
{
  g_autofree char *spec =
      g_strdup_printf ("%s learning_rate=0%s", (const char *) data,
                       decays (data) ? " weight_decay=0.1" : "");
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (spec, 7, 5, 1);
  size_t n;
  g_autofree float *before = dnn_test_optimizer_weights (o, &n);
  g_autofree float *after = NULL;

  g_test_summary ("With rate 0 nothing moves, whatever the decay");

  for (int i = 0; i < 3; i++)
    dnn_test_optimizer_descend (o);

  after = dnn_test_optimizer_weights (o, &n);
  g_assert_cmpmem (before, n * sizeof *before, after, n * sizeof *after);
}

/* More than one piece of the host's. */
static void
test_threads (const void *data)
{
  g_autoptr (DnnTestOptimizer) one = dnn_test_optimizer (data, 300, 120, 1);
  g_autoptr (DnnTestOptimizer) two = dnn_test_optimizer (data, 300, 120, 2);
  g_autoptr (DnnTestOptimizer) four = dnn_test_optimizer (data, 300, 120, 4);

  g_test_summary ("1, 2 and 4 threads give the same bits");

  for (int i = 0; i < 3; i++) {
    dnn_test_optimizer_descend (one);
    dnn_test_optimizer_descend (two);
    dnn_test_optimizer_descend (four);
  }

  assert_same (one, two);
  assert_same (one, four);
}

/* Gives `to` what the host remembers for `from`: weights, slots and t. */
static void
restore (DnnTestOptimizer *to, const DnnTestOptimizer *from)
{
  to->step = from->step;
  for (size_t i = 0; i < dnn_optimizer_n_states (to->optimizer); i++) {
    DnnWeightState *a = dnn_optimizer_state (to->optimizer, i);
    const DnnWeightState *b = dnn_optimizer_state (from->optimizer, i);

    a->t = b->t;
    memcpy (a->weight->tensor.data, b->weight->tensor.data,
            dnn_weight_bytes (b->weight));
    for (uint32_t j = 0; j < b->slots.n; j++) {
      const DnnShape *shape = &b->slots.at[j].shape;
      size_t n = 1;

      for (uint32_t k = 0; k < shape->n_dims; k++)
        n *= (size_t) shape->dims[k];
      if (b->data[j] != NULL)
        memcpy (a->data[j], b->data[j], n * sizeof (float));
    }
  }
}

static void
test_memory (const void *data)
{
  g_autoptr (DnnTestOptimizer) a = dnn_test_optimizer (data, 7, 5, 1);
  g_autoptr (DnnTestOptimizer) b = dnn_test_optimizer (data, 7, 5, 1);

  g_test_summary ("What is not in slots and counters is not remembered: a "
                  "saved and restored run goes on to the same bits");

  for (int i = 0; i < 3; i++)
    dnn_test_optimizer_descend (a);
  restore (b, a);
  for (int i = 0; i < 3; i++) {
    dnn_test_optimizer_descend (a);
    dnn_test_optimizer_descend (b);
  }

  assert_same (a, b);
}

/* --- ranges -------------------------------------------------------------- */

enum { N = 37, PIECES = 3 };

/* A step of elements first .. last - 1 of the first weight. */
static void
step_range (DnnTestOptimizer *o, int64_t first, int64_t last, const float *g)
{
  const DnnComponent *component = dnn_optimizer_component (o->optimizer);
  const DnnOptimizerOps *ops = component->code->ops;
  DnnWeightState *state = dnn_optimizer_state (o->optimizer, 0);
  DnnContext context = { .pool = o->pool };
  float *slots[DNN_MAX_DECLARED] = { NULL };
  DnnStep step = {
    .call = { DNN_END_OF (DnnStep, scratch), 0, &context },
    .n = last - first,
    .w = (float *) state->weight->tensor.data + first,
    .g = g + first,
    .slots = slots,
    .t = state->t,
    .weight = &state->shape,
  };

  for (uint32_t i = 0; i < state->slots.n; i++)
    slots[i] = state->data[i] != NULL && state->slots.at[i].shape.n_dims > 0
                   ? state->data[i] + first
                   : state->data[i];
  ops->step (state->self, &dnn_host, &step);
}

static void
test_ranges (const void *data)
{
  static const int64_t cuts[PIECES + 1] = { 0, 1, 18, N };
  g_autoptr (DnnTestOptimizer) whole = dnn_test_optimizer (data, N, 1, 1);
  g_autoptr (DnnTestOptimizer) pieces = dnn_test_optimizer (data, N, 1, 1);
  const DnnComponent *component = dnn_optimizer_component (whole->optimizer);
  float g[N];

  g_test_summary ("An elementwise step by ranges is the step of the whole");

  if ((component->code->flags & DNN_FLAG_ELEMENTWISE) == 0) {
    g_test_skip ("it is not elementwise");
    return;
  }
  for (uint64_t s = 0; s < 3; s++) {
    for (int i = 0; i < N; i++)
      g[i] = sinf ((float) (i + 10 * (int) s));
    dnn_optimizer_begin_step (whole->optimizer, s, s);
    dnn_optimizer_begin_step (pieces->optimizer, s, s);
    step_range (whole, 0, N, g);
    for (int i = PIECES; i-- > 0;)
      step_range (pieces, cuts[i], cuts[i + 1], g);
  }

  assert_same (whole, pieces);
}

static void
add_optimizer (const char *spec)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {
    { "descends", test_descends }, { "rate-zero", test_rate_zero },
    { "threads", test_threads },   { "memory", test_memory },
    { "ranges", test_ranges },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path =
        g_strdup_printf ("/all-optimizers/%s/%s", spec, tests[i].name);

    g_test_add_data_func_full (path, g_strdup (spec), tests[i].test, g_free);
  }
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_OPTIMIZER);
  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t i = 0; names[i] != NULL; i++) {
    g_autoptr (DnnExample) example =
        dnn_test_example (DNN_KIND_OPTIMIZER, names[i]);
    const DnnPlugin *plugin = dnn_registry_find (
        dnn_test_registry (), DNN_KIND_OPTIMIZER, names[i], NULL);
    g_autofree char *words =
        plugin->flags & DNN_FLAG_AROUND
            ? g_strdup_printf ("sgd around=%s", example->spec)
            : dnn_test_chain (example->spec);

    add_optimizer (words);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (variants); i++)
    add_optimizer (variants[i]);

  return g_test_run ();
}
