/* test-memory-plan.c - memory of training, predicted and then measured */
#include "dnn-assert.h"
#include "dnn-data-head.h"
#include "dnn-memory-plan.h"
#include "dnn-model-section.h"
#include "dnn-test-data.h"
#include "dnn-test-run.h"
#include "dnn-trainer-steps.h"

#include <unistd.h>

#include <string.h>

static DnnMemoryPlan *
plan (const char *text, int64_t batch, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_test_experiment (text);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModel) model = NULL;
  DnnDataHead head;

  g_assert_true (dnn_data_head_read (dnn_experiment_find (experiment, "data"),
                                     &head, error));
  model = dnn_experiment_build_model (registry, experiment, &head.inputs,
                                      &head.targets, error);
  g_assert_nonnull (model);
  return dnn_memory_plan_new (model, experiment, &head, batch, error);
}

static DnnMemoryPlan *
plan_good (const char *text, int64_t batch)
{
  g_autoptr (GError) error = NULL;
  DnnMemoryPlan *self = plan (text, batch, &error);

  g_assert_no_error (error);
  return self;
}

/* --- the parts ----------------------------------------------------------- */

static void
test_by_hand (void)
{
  g_autoptr (DnnMemoryPlan) self =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN
                 "[optimizer]\ntype = sgd\nlearning_rate = 0.1\n"
                 "momentum = 0.9\n",
                 0);

  g_test_summary ("Weights, slots and data of a small network, on paper");

  g_assert_cmpint (self->batch, ==, 8);
  /* 4 x 8 + 8, 8 x 3 + 3, in float32 */
  g_assert_cmpuint (self->weights, ==, 4 * (40 + 27));
  g_assert_cmpuint (self->optimizer, ==, self->weights);
  /* 40 rows of 4 numbers and a label, float32 */
  g_assert_cmpuint (self->data, ==, 4 * 40 * (4 + 1));
  g_assert_cmpuint (self->cache, ==, 0);
  g_assert_cmpuint (self->n_rows, ==, 3);
  g_assert_cmpstr (self->rows[0].layer, ==, "dense");
  g_assert_cmpuint (self->rows[0].weights, ==, 4 * 40);
  /* 8 rows of 8 */
  g_assert_cmpuint (self->rows[0].outputs, ==, 4 * 64);
  /* relu works in place */
  g_assert_cmpuint (self->rows[1].outputs, ==, 0);
  /* 32 and 8 numbers, each rounded up to 64 bytes */
  g_assert_cmpuint (self->rows[0].weight_gradients, ==, 128 + 64);
  g_assert_cmpuint (self->total, ==,
                    self->data + self->weights + self->optimizer + self->arena +
                        self->evaluation_arena);
}

static void
test_sum (void)
{
  g_autoptr (DnnMemoryPlan) self =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, 0);
  size_t sum = 8 * 4 * 4; /* the batch itself */

  g_test_summary ("Every buffer counts once, and sharing saves some");

  for (size_t i = 0; i < self->n_rows; i++)
    sum += self->rows[i].outputs + self->rows[i].output_gradients +
           self->rows[i].weight_gradients + self->rows[i].scratch;

  g_assert_cmpuint (sum, ==, self->buffers);
  g_assert_cmpuint (self->arena, <, self->buffers);
}

static void
test_batch (void)
{
  g_autoptr (DnnMemoryPlan) own =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, 0);
  g_autoptr (DnnMemoryPlan) twice =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, 16);
  g_autoptr (DnnMemoryPlan) most =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, 1000);

  g_test_summary ("Another batch size; never more than there are rows");

  g_assert_cmpuint (twice->rows[0].outputs, ==, 2 * own->rows[0].outputs);
  g_assert_cmpuint (twice->weights, ==, own->weights);
  g_assert_cmpint (most->batch, ==, DNN_RUN_ROWS);
}

/* --- the same as in training --------------------------------------------- */

typedef struct {
  const char *name;
  const char *text; /* the model, [train] and the optimizer */
} Row;

static const Row rows[] = {
  { "plain", DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD },
  { "threads", DNN_RUN_MODEL "[train]\nloss = "
                             "sparse_categorical_crossentropy\n"
                             "batch_size = 7\nthreads = 2\n" DNN_RUN_SGD },
  { "slots", DNN_RUN_MODEL DNN_RUN_TRAIN "[optimizer]\ntype = adam\n" },
  { "global-norm", DNN_RUN_MODEL DNN_RUN_TRAIN
    "[optimizer]\ntype = adam\nglobal_clipnorm = 1\n" },
  { "around",
    DNN_RUN_MODEL DNN_RUN_TRAIN "[optimizer]\ntype = adam\naround = sam\n" },
  { "scratch", DNN_RUN_MODEL DNN_RUN_TRAIN "[optimizer]\ntype = muon\n" },
  { "averages",
    DNN_RUN_MODEL DNN_RUN_TRAIN "[optimizer]\ntype = sgd\nuse_ema = true\n" },
  { "parametrized",
    "[model]\nlayers = dense units=8 kernel_parametrization=lora(rank=2) ! "
    "relu ! dense units=3 "
    "kernel_parametrization=spectral_normalization "
    "activation=softmax\n" DNN_RUN_TRAIN DNN_RUN_SGD },
  { "frozen-beginning",
    DNN_RUN_MODEL "[train]\nloss = sparse_categorical_crossentropy\n"
                  "batch_size = 8\nfrozen = dense\nthreads = 1\n" DNN_RUN_SGD },
};

static void
test_as_trained (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *text = g_strconcat (DNN_RUN_DATA, row->text, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  const DnnTrainer *trainer = dnn_run_trainer (run);
  g_autoptr (DnnMemoryPlan) self = plan_good (text, 0);
  int64_t slots = dnn_optimizer_count (dnn_trainer_optimizer (trainer));

  g_test_summary ("What is told is what a trainer allocates");

  g_assert_cmpuint (self->arena, ==,
                    dnn_feeder_arena_size (dnn_trainer_feeder (trainer, true)));
  /* An evaluation takes what rows there are, here 10. */
  g_assert_cmpuint (
      self->evaluation_arena, >=,
      dnn_feeder_arena_size (dnn_trainer_feeder (trainer, false)));
  g_assert_cmpuint (self->optimizer, ==, (size_t) slots * sizeof (float));
  g_assert_true ((self->cache > 0) == (dnn_trainer_prefix (trainer) > 0));
}

static void
test_phases (void)
{
  g_autoptr (DnnMemoryPlan) self =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
                 "[phase head]\nfrozen = dense_1\n"
                 "[phase all]\noptimizer.type = adam\n"
                 "[phase end]\nfrozen = dense_1\n",
                 0);

  g_test_summary ("Of several phases the one that takes most is told");

  g_assert_cmpstr (self->phase, ==, "all");
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    g_assert_true (dnn_model_layer (self->model, i)->trainable);
}

static void
test_look_again (void)
{
  g_autoptr (DnnMemoryPlan) plain =
      plan_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, 0);
  g_autoptr (DnnMemoryPlan) around = plan_good (
      DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD "around = sam\n", 0);
  g_autofree char *text = dnn_memory_plan_to_text (around);

  g_test_summary ("What looks again keeps all gradients, and has scratch");

  g_assert_cmpuint (plain->optimizer_scratch, ==, 0);
  /* 32, 8, 24 and 3 numbers, each rounded up to 64 bytes */
  g_assert_cmpuint (around->optimizer_scratch, ==, 128 + 64 + 128 + 64);
  g_assert_cmpuint (around->total, ==,
                    plain->total + around->optimizer_scratch + around->arena -
                        plain->arena);
  g_assert_nonnull (
      strstr (text, "gradients of the weights, which stay whole"));
  g_assert_nonnull (strstr (text, "optimizer's scratch"));
}

static void
test_rejects (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A glob that names no layer is told with its line");

  g_assert_null (plan (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN
                       "loss = sparse_categorical_crossentropy\n"
                       "frozen = nobody\n" DNN_RUN_SGD,
                       0, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "nobody");
}

/* --- heads of files ------------------------------------------------------ */

static const uint8_t bytes[24];

static DnnDataHead
head_of (const char *keys)
{
  g_autofree char *text = g_strconcat ("[data]\n", keys, NULL);
  g_autoptr (DnnExperiment) experiment = dnn_test_experiment (text);
  g_autoptr (GError) error = NULL;
  DnnDataHead head = { 0 };

  dnn_data_head_read (dnn_experiment_find (experiment, "data"), &head, &error);
  g_assert_no_error (error);
  return head;
}

static void
test_heads (gconstpointer data)
{
  const char *ending = data;
  g_autofree char *inputs = g_strconcat ("head-x", ending, NULL);
  g_autofree char *targets = g_strconcat ("head-y", ending, NULL);
  g_autofree char *keys =
      g_strdup_printf ("inputs = %s\ntargets = %s\ntest_inputs = x.npy\n"
                       "test_targets = y.npy\n",
                       inputs, targets);
  DnnDataHead head;

  g_test_summary ("Sizes from headers, of packed files too");

  dnn_test_write_idx (inputs, bytes, DNN_SHAPE (4, 3, 2));
  dnn_test_write_idx (targets, bytes, DNN_SHAPE (4));
  head = head_of (keys);

  g_assert_cmpint (head.rows, ==, 4);
  g_assert_cmpuint (head.inputs.at[0].n_dims, ==, 2);
  g_assert_cmpint (head.inputs.at[0].dims[0], ==, 3);
  g_assert_cmpint (head.inputs.at[0].dims[1], ==, 2);
  g_assert_cmpuint (head.targets.at[0].n_dims, ==, 0);
  g_assert_cmpuint (head.bytes, ==, 24 + 4 + 4 * 40 * 5);
  g_assert_false (head.validates);
}

static void
test_no_rows (void)
{
  DnnDataHead head;

  g_test_summary ("No row is looked at: they need not even be there");

  dnn_test_write_idx ("cut-x.gz", bytes, DNN_SHAPE (4, 3, 2));
  dnn_test_write_idx ("cut-y", bytes, DNN_SHAPE (4));
  g_assert_cmpint (truncate ("cut-y", 8), ==, 0);
  head = head_of ("inputs = cut-x.gz\ntargets = cut-y\n");
  g_assert_cmpuint (head.bytes, ==, 24 + 4);
}

static void
test_no_head (void)
{
  DnnDataHead head;

  g_test_summary ("A format whose header tells no size is read");

  g_assert_true (g_file_set_contents ("x.csv", "1,2\n3,4\n5,6\n", -1, NULL));
  g_assert_true (g_file_set_contents ("y.csv", "0\n1\n1\n", -1, NULL));
  head = head_of ("inputs = x.csv\ntargets = y.csv\nvalidation_first = 1\n");

  g_assert_cmpint (head.rows, ==, 3);
  g_assert_cmpint (head.inputs.at[0].dims[0], ==, 2);
  g_assert_cmpint (head.validation_rows, ==, 0);
  g_assert_true (head.validates);
  g_assert_cmpuint (head.bytes, ==, 4 * 3 * (2 + 1));
}

static void
test_missing (void)
{
  g_autoptr (DnnExperiment) experiment =
      dnn_test_experiment ("[data]\ninputs = x.npy\ntargets = nowhere.npy\n");
  g_autoptr (GError) error = NULL;
  DnnDataHead head;

  g_assert_false (dnn_data_head_read (dnn_experiment_find (experiment, "data"),
                                      &head, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "nowhere.npy");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/memory-plan/by-hand", test_by_hand);
  g_test_add_func ("/memory-plan/sum", test_sum);
  g_test_add_func ("/memory-plan/batch", test_batch);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/memory-plan/as-trained", rows[i].name, &rows[i],
                 test_as_trained);
  g_test_add_func ("/memory-plan/phases", test_phases);
  g_test_add_func ("/memory-plan/look-again", test_look_again);
  g_test_add_func ("/memory-plan/rejects", test_rejects);
  g_test_add_data_func ("/data-head/plain", "", test_heads);
  g_test_add_data_func ("/data-head/packed", ".gz", test_heads);
  g_test_add_func ("/data-head/no-rows", test_no_rows);
  g_test_add_func ("/data-head/no-head", test_no_head);
  g_test_add_func ("/data-head/missing", test_missing);

  return dnn_test_run_main (NULL);
}
