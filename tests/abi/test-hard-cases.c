/* test-hard-cases.c - the ABI bears what plugins of other kinds will ask
 *
 * conv2d (worker scratch), an LSTM cell (three inputs, two outputs), batch
 * normalization (buffers), an embedding (whole numbers), attention (batched
 * products), dropout with two streams, adafactor (slots of other shapes), huber
 * and AUC.
 */
#include "dnn-test-optimizer.h"

#include "dnn-host.h"

#include <math.h>
#include <string.h>

/* --- layers alone -------------------------------------------------------- */

typedef struct {
  DnnKind kind;
  const char *spec;
  DnnShape inputs[3];
  uint32_t n_inputs;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

static const Row rows[] = {
  { DNN_KIND_LAYER, "hard_attention", { SHAPE (2, 4, 3), SHAPE (2, 5, 3) }, 2 },
  { DNN_KIND_LAYER, "hard_batch_norm", { SHAPE (6, 5) }, 1 },
  { DNN_KIND_LAYER, "hard_batch_norm", { SHAPE (2, 3, 70) }, 1 },
  { DNN_KIND_LAYER,
    "hard_conv2d(filters=3, kernel_size=2,3, strides=2,1)",
    { SHAPE (2, 5, 6, 2) },
    1 },
  { DNN_KIND_LAYER, "hard_dropout2(rate=0.3)", { SHAPE (5, 7) }, 1 },
  { DNN_KIND_LAYER,
    "hard_embedding(input_dim=7, output_dim=3)",
    { SHAPE (4, 5) },
    1 },
  { DNN_KIND_LAYER,
    "hard_lstm_cell(units=3)",
    { SHAPE (4, 5), SHAPE (4, 3), SHAPE (4, 3) },
    3 },
  { DNN_KIND_LOSS, "hard_huber(delta=0.4)", { SHAPE (5, 4), SHAPE (5, 4) }, 2 },
};

/* --- in a model ---------------------------------------------------------- */

static void
test_conv2d (void)
{
  g_autoptr (DnnTest) conv =
      dnn_test_layer ("hard_conv2d", "filters=1 kernel_size=2,2", 1, 2, 3, 1);

  g_test_summary ("A window over a picture, by hand");

  dnn_test_set (conv, "kernel", V (1, 10, 100, 1000));
  dnn_test_set (conv, "bias", V (0.5f));
  dnn_test_set (conv, "x", V (1, 2, 3, 4, 5, 6));
  dnn_test_set (conv, "dy", V (1, 2));

  dnn_test_backward (conv);

  dnn_test_assert (conv, "y", V (5421.5f, 6532.5f));
  dnn_test_assert (conv, "dkernel", V (5, 8, 14, 17));
  dnn_test_assert (conv, "dbias", V (3));
  dnn_test_assert (conv, "dx", V (1, 12, 20, 100, 1200, 2000));
}

static void
test_lstm (void)
{
  g_autoptr (DnnTest) lstm =
      dnn_test_new ("dense name=h units=3 ! dense name=c units=3 input=input ! "
                    "hard_lstm_cell name=cell units=3 input=input,h,c "
                    "recurrent_kernel_initializer=glorot_uniform ! "
                    "add input=cell:0,cell:1",
                    DNN_SHAPE (4, 5));
  g_autoptr (DnnTest) half = dnn_test_new (
      "dense name=h units=3 ! hard_lstm_cell name=cell units=3 input=input,h,h "
      "recurrent_kernel_initializer=glorot_uniform ! tanh input=cell:1",
      DNN_SHAPE (4, 5));

  g_test_summary ("A cell with three inputs and two outputs in a graph; and "
                  "with an output that nobody uses, and an input used twice");

  dnn_test_assert_gradients (lstm);
  dnn_test_assert_gradients (half);
}

static void
test_attention (void)
{
  g_autoptr (DnnTest) self_attention = dnn_test_new (
      "dense units=3 ! hard_attention input=dense,dense", DNN_SHAPE (2, 4, 3));

  g_test_summary ("Both inputs are the same value: their gradients add up");

  dnn_test_assert_gradients (self_attention);
}

static void
test_batch_norm (void)
{
  g_autoptr (DnnTest) bn =
      dnn_test_layer ("hard_batch_norm", "epsilon=0", 2, 1);

  g_test_summary ("Frozen, it uses its moving statistics and leaves them");

  dnn_test_freeze (bn);
  dnn_test_set (bn, "moving_mean", V (3));
  dnn_test_set (bn, "moving_variance", V (4));
  dnn_test_set (bn, "x", V (1, 7));
  dnn_test_set (bn, "dy", V (1, 2));

  dnn_test_backward (bn);

  dnn_test_assert (bn, "y", V (-1, 2));
  dnn_test_assert (bn, "dx", V (0.5f, 1));
  dnn_test_assert (bn, "moving_mean", V (3));
  dnn_test_assert (bn, "moving_variance", V (4));
  dnn_test_assert_no_gradient (bn, "gamma");
}

/* --- an index that is wrong ---------------------------------------------- */

static void
test_embedding (void)
{
  const DnnShape sample = DNN_SHAPE (2);
  const DnnPlanOptions options = { .batch = 2 };
  const DnnPassInfo info = { 0 };
  const float x[] = { 0, 6, 7, 1 };
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), "hard_embedding input_dim=7 output_dim=3", &sample,
      &error);
  g_autoptr (DnnPlan) plan = NULL;

  g_test_summary ("A word that there is not is an error of the data, which "
                  "names the layer, the place and the value");

  g_assert_no_error (error);
  plan = dnn_plan_new (model, pool, &options, &error);
  g_assert_no_error (error);
  dnn_plan_allocate (plan, NULL, &error);
  g_assert_no_error (error);
  memcpy (dnn_plan_input (plan), x, sizeof x);

  g_assert_false (dnn_executor_forward (plan, &info, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_DATA);
  g_assert_cmpstr (error->message, ==,
                   "hard_embedding: input element 2 must be a whole number in "
                   "0 .. 6, not '7'");
}

/* --- adafactor ----------------------------------------------------------- */

static void
test_adafactor_threads (void)
{
  g_autoptr (DnnTestOptimizer) one =
      dnn_test_optimizer ("hard_adafactor", 300, 120, 1);
  g_autoptr (DnnTestOptimizer) two =
      dnn_test_optimizer ("hard_adafactor", 300, 120, 2);
  g_autofree float *a = NULL, *b = NULL;
  size_t n;

  g_test_summary ("1 and 2 threads give the same bits");

  for (int i = 0; i < 5; i++) {
    dnn_test_optimizer_descend (one);
    dnn_test_optimizer_descend (two);
  }

  a = dnn_test_optimizer_weights (one, &n);
  b = dnn_test_optimizer_weights (two, &n);
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
test_adafactor_descends (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("hard_adafactor learning_rate=0.1", 7, 5, 1);
  const double first = dnn_test_optimizer_loss (o);

  g_test_summary ("On a quadratic the loss falls; a matrix has slots of its "
                  "rows and columns only");

  for (int i = 0; i < 200; i++)
    dnn_test_optimizer_descend (o);

  g_assert_cmpfloat (dnn_test_optimizer_loss (o), <, 0.05 * first);
  /* Kernel: 7 rows, 5 columns, α; bias: 5 and α. */
  g_assert_cmpint (dnn_optimizer_count (o->optimizer), ==, 7 + 5 + 1 + 5 + 1);
}

/* --- AUC ----------------------------------------------------------------- */

/* The chance that a yes scores higher than a no, ties counting half. */
static double
count_pairs (const float *score, const float *yes, const float *weight, int n)
{
  double won = 0, all = 0;

  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      if (yes[i] > 0.5f && yes[j] < 0.5f) {
        const double w = (double) weight[i] * weight[j];

        all += w;
        won += score[i] > score[j] ? w : score[i] == score[j] ? w / 2 : 0;
      }
  return won / all;
}

static void
update (const DnnComponent *auc, double *state, const float *score,
        const float *yes, const float *weight, int n)
{
  const DnnMetricOps *ops = auc->code->ops;
  DnnTensor y_pred = { (void *) score, DNN_FLOAT32, 2, { n, 1 } };
  DnnTensor y_true = { (void *) yes, DNN_FLOAT32, 2, { n, 1 } };
  DnnContext context = { 0 };
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, state), 0, &context },
    .y_true = &y_true,
    .y_pred = &y_pred,
    .sample_weight = weight,
    .state = state,
  };

  g_assert_cmpint (ops->update (auc->self, &dnn_host, &pass), ==, 0);
}

static void
test_auc (void)
{
  /* Multiples of 1/8 or so: the thresholds then lose no pair. */
  static const float score[] = { .1f, .9f, .5f, .5f, .3f, .7f, .2f, 1, 0, .6f };
  static const float yes[] = { 0, 1, 0, 1, 1, 0, 0, 1, 0, 1 };
  static const float weight[] = { 1, 2, 1, 1, 3, 1, .5f, 1, 1, 2 };
  enum { N = G_N_ELEMENTS (score), FIRST = 4, STATE = 400 };
  GError *error = NULL;
  g_autoptr (DnnComponent) auc = dnn_component_parse (
      dnn_test_registry (), DNN_KIND_METRIC, "hard_auc", &error);
  double whole[STATE] = { 0 }, a[STATE] = { 0 }, b[STATE] = { 0 };
  const DnnMetricOps *ops;
  double result;

  g_test_summary ("The area is the share of pairs in the right order, counted "
                  "by hand, and batches merge");

  g_assert_no_error (error);
  ops = auc->code->ops;

  update (auc, whole, score, yes, weight, N);
  update (auc, a, score, yes, weight, FIRST);
  update (auc, b, score + FIRST, yes + FIRST, weight + FIRST, N - FIRST);
  ops->merge (auc->self, a, b, STATE);
  ops->result (auc->self, whole, STATE, &result);

  g_assert_cmpfloat_with_epsilon (result, count_pairs (score, yes, weight, N),
                                  1e-12);
  g_assert_cmpmem (whole, sizeof whole, a, sizeof a);
  g_assert_cmpint (ops->better, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_test_add_checks ("hard", rows[i].kind, rows[i].spec, rows[i].inputs,
                         rows[i].n_inputs);
  g_test_add_func ("/hard/conv2d", test_conv2d);
  g_test_add_func ("/hard/lstm", test_lstm);
  g_test_add_func ("/hard/attention", test_attention);
  g_test_add_func ("/hard/batch-norm", test_batch_norm);
  g_test_add_func ("/hard/embedding", test_embedding);
  g_test_add_func ("/hard/adafactor-threads", test_adafactor_threads);
  g_test_add_func ("/hard/adafactor-descends", test_adafactor_descends);
  g_test_add_func ("/hard/auc", test_auc);

  return g_test_run ();
}
