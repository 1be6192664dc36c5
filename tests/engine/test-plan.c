/* test-plan.c - where tensors lie, and that nothing is lost by it */
#include "dnn-assert.h"
#include "dnn-blas.h"
#include "dnn-executor.h"
#include "dnn-memory.h"

#include <math.h>

typedef struct {
  const char *name;
  const char *chain;
} Row;

/* Each of another shape: chains, fan-out, shared weights, state, frozen. */
static const Row rows[] = {
  { "one", "dense units=3" },
  { "activation-only", "relu" },
  { "chain", "dense units=7 activation=relu ! dense units=5 ! elu ! "
             "dense units=3 activation=softmax" },
  { "needs-x", "dense units=7 activation=gelu ! dense units=5 "
               "activation=silu ! gelu ! dense units=3" },
  { "activations", "relu ! tanh ! gelu ! sigmoid ! selu ! linear ! relu" },
  { "in-place", "dense units=8 ! dropout rate=0.5 ! relu ! flatten ! "
                "reshape target_shape=2,4 ! flatten ! dense units=3" },
  { "normalized", "dense units=6 ! batch_normalization ! relu ! "
                  "layer_normalization ! prelu ! dense units=3" },
  { "residual", "dense units=4 name=a ! relu name=b ! dense units=4 name=c ! "
                "add input=a,c ! relu name=d ! add input=d,input,b" },
  { "fan-out", "dense units=4 name=a ! tanh name=b input=a ! "
               "gelu name=c input=a ! relu name=d input=a ! "
               "concatenate input=b,c,d,a ! dense units=3" },
  { "in-place-fan-out", "dense units=4 name=a ! flatten name=b ! "
                        "dropout rate=0.3 name=c input=b ! "
                        "relu name=d input=b ! add input=c,d,a" },
  { "same-twice", "dense units=4 name=a ! add input=a,a ! dense units=3" },
  { "shared", "dense units=4 name=a activation=tanh ! "
              "dense units=4 weights=a ! dense units=4 weights=a" },
  { "frozen-below", "dense units=6 trainable=false ! batch_normalization "
                    "trainable=false ! dense units=3" },
  { "frozen-above", "dense units=6 ! dense units=5 trainable=false "
                    "activation=gelu ! dense units=3 trainable=false" },
  { "all-frozen", "dense units=6 trainable=false ! relu" },
};

typedef struct {
  DnnModel *model; /* (owned) */
  DnnPool *pool;   /* (owned) */
  DnnPlan *plan;   /* (owned) */
} Case;

static const DnnShape four = { 1, 0, { 4 } };

static Case *
case_new (const char *chain, const DnnPlanOptions *options)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  Case *self = g_new0 (Case, 1);

  self->model = dnn_model_new_from_chain (registry, chain, &four, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_model_initialize (self->model, 3, &error));
  self->pool = dnn_pool_new (2);
  self->plan = dnn_plan_new (self->model, self->pool, options, &error);
  g_assert_no_error (error);
  return self;
}

static void
case_free (Case *self)
{
  dnn_plan_free (self->plan);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

static const DnnPlanOptions training = {
  .batch = 5, .training = true, .input_gradient = true, .store_gradients = true
};
static const DnnPlanOptions inference = { .batch = 5 };

/* --- places -------------------------------------------------------------- */

static size_t
sum_of_blocks (const DnnPlan *plan)
{
  size_t sum = 0;

  for (size_t i = 0; i < plan->n_blocks; i++)
    sum += (plan->blocks[i].size + 63) / 64 * 64;
  return sum;
}

static void
check_blocks (const DnnPlan *plan)
{
  for (size_t i = 0; i < plan->n_blocks; i++)
    for (size_t j = 0; j < i; j++) {
      const DnnBlock *a = &plan->blocks[i], *b = &plan->blocks[j];

      if (a->first <= b->last && b->first <= a->last)
        g_assert_true (a->offset + a->size <= b->offset ||
                       b->offset + b->size <= a->offset);
      g_assert_cmpuint (a->offset + a->size, <=, plan->arena_size);
    }
}

static void
test_apart (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (Case) train = case_new (row->chain, &training);
  g_autoptr (Case) infer = case_new (row->chain, &inference);

  g_test_summary ("No two blocks that live together overlap");

  check_blocks (train->plan);
  check_blocks (infer->plan);
  g_assert_cmpuint (infer->plan->arena_size, <=, train->plan->arena_size);
}

static void
test_smaller (void)
{
  g_autoptr (Case) train =
      case_new ("dense units=50 ! dense units=60 ! dense units=70 ! "
                "dense units=80 ! dense units=90",
                &training);
  g_autoptr (Case) infer =
      case_new ("dense units=50 ! dense units=60 ! dense units=70 ! "
                "dense units=80 ! dense units=90",
                &inference);

  g_test_summary ("The arena is smaller than all tensors one after another");

  g_assert_cmpuint (train->plan->arena_size, <, sum_of_blocks (train->plan));
  /* Two neighbours at a time, 80 and 90 wide, each rounded up. */
  g_assert_cmpuint (infer->plan->arena_size, <=,
                    5 * (80 + 90) * sizeof (float) + 2 * 64);
}

static void
test_in_place (void)
{
  g_autoptr (Case) self =
      case_new ("dense units=8 ! flatten ! relu ! dense units=3", &inference);
  const DnnStage *stages = self->plan->stages;

  g_test_summary ("What may run in place does, where nobody else looks");

  g_assert_cmpint (stages[1].out->y.block, ==, stages[0].out->y.block);
  g_assert_cmpint (stages[2].out->y.block, ==, stages[0].out->y.block);
  g_assert_cmpint (stages[3].out->y.block, !=, stages[0].out->y.block);
}

static void
test_not_in_place (void)
{
  g_autoptr (Case) fan_out = case_new (
      "dense units=8 name=a ! relu name=b ! add input=a,b", &inference);
  g_autoptr (Case) needed = case_new (
      "dense units=8 activation=tanh ! relu ! dense units=3", &training);

  g_test_summary ("Not where another layer, or backward, still reads");

  g_assert_cmpint (fan_out->plan->stages[1].out->y.block, !=,
                   fan_out->plan->stages[0].out->y.block);
  g_assert_cmpint (needed->plan->stages[1].out->y.block, !=,
                   needed->plan->stages[0].out->y.block);
}

/* --- bits ---------------------------------------------------------------- */

/* Gives every block a place of its own. */
static void
spread (DnnPlan *plan)
{
  size_t offset = 0;

  for (size_t i = 0; i < plan->n_blocks; i++) {
    plan->blocks[i].offset = offset;
    offset += (plan->blocks[i].size + 63) / 64 * 64;
  }
  plan->arena_size = offset;
}

static void
fill (float *data, const DnnTensor *t, uint32_t stream)
{
  const DnnKey key = { .seed = 11, .stream = stream };

  dnn_random_normal (&key, 0, dnn_count (t), data);
}

/* One step; memory is NaN before it, so that nothing can lean on zeros. */
static void
run (Case *self, float **ret_prediction)
{
  const DnnPassInfo info = { .seed = 5, .step = 2, .training = true };
  DnnPlan *plan = self->plan;
  g_autoptr (GError) error = NULL;
  const DnnTensor *prediction = &plan->heads[0].prediction->tensor;
  const DnnTensor *gradient = &plan->heads[0].loss_value->gradient.tensor;

  g_assert_true (dnn_plan_allocate (plan, NULL, &error));
  memset (plan->arena, 0xff, plan->arena_size);
  fill (dnn_plan_input (plan), &plan->values[0].y.tensor, 1);
  g_assert_true (dnn_executor_forward (plan, &info, &error));
  *ret_prediction = g_memdup2 (prediction->data,
                               (gsize) dnn_count (prediction) * sizeof (float));
  fill (gradient->data, gradient, 2);
  g_assert_true (dnn_executor_backward (plan, &info, NULL, &error));
  g_assert_no_error (error);
}

static void
compare (const DnnTensor *a, const DnnTensor *b)
{
  const gsize bytes = (gsize) dnn_count (a) * sizeof (float);

  g_assert_cmpmem (a->data, bytes, b->data, bytes);
  for (int64_t i = 0; i < dnn_count (a); i++)
    g_assert_true (isfinite (dnn_f32 (a)[i]));
}

static void
test_same_bits (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (Case) tight = case_new (row->chain, &training);
  g_autoptr (Case) wide = case_new (row->chain, &training);
  g_autofree float *one = NULL, *two = NULL;
  const gsize bytes =
      (gsize) dnn_count (&tight->plan->heads[0].prediction->tensor) *
      sizeof (float);

  g_test_summary ("Shared memory gives the same bits as memory for each block");

  spread (wide->plan);
  run (tight, &one);
  run (wide, &two);

  g_assert_cmpmem (one, bytes, two, bytes);
  compare (&tight->plan->values[0].gradient.tensor,
           &wide->plan->values[0].gradient.tensor);
  for (size_t i = 0; i < tight->plan->n_stages; i++) {
    const DnnStage *a = &tight->plan->stages[i], *b = &wide->plan->stages[i];

    for (uint32_t j = 0; j < a->layer->n_weights; j++) {
      g_assert_cmpint (a->dw[j].block >= 0, ==, a->layer->trainable);
      if (a->dw[j].block >= 0)
        compare (&a->dw[j].tensor, &b->dw[j].tensor);
    }
  }
}

static void
test_frozen_below (void)
{
  const DnnPlanOptions options = { .batch = 5, .training = true };
  g_autoptr (Case) self =
      case_new ("dense units=6 trainable=false ! relu ! dense units=3 ! "
                "dense units=2",
                &options);
  const DnnStage *stages = self->plan->stages;

  g_test_summary ("Backward stops at the lowest layer that trains");

  g_assert_false (stages[0].runs_backward);
  g_assert_false (stages[1].runs_backward);
  g_assert_true (stages[2].runs_backward);
  g_assert_true (stages[3].runs_backward);
  g_assert_false (stages[2].in[0]->wanted);
}

static void
test_borrowed (void)
{
  g_autoptr (Case) self = case_new ("dense units=3", &inference);
  g_autoptr (GError) error = NULL;
  char *arena = dnn_memory_new (self->plan->arena_size, &error);

  g_test_summary ("A borrowed arena is used, and not freed");

  g_assert_true (dnn_plan_allocate (self->plan, arena, &error));

  g_assert_true ((char *) dnn_plan_input (self->plan) >= arena);
  g_assert_null (self->plan->arena);
  dnn_memory_free (arena);
}

static void
test_refuses (void)
{
  const DnnPlanOptions options = { .batch = INT64_C (1) << 36 };
  g_autoptr (Case) self = case_new ("dense units=3", &options);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A batch that memory has no room for is an error");

  g_assert_false (dnn_plan_allocate (self->plan, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_IO, "there is no memory for");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    dnn_add_row ("/plan/apart", rows[i].name, &rows[i], test_apart);
    dnn_add_row ("/plan/same-bits", rows[i].name, &rows[i], test_same_bits);
  }
  g_test_add_func ("/plan/smaller", test_smaller);
  g_test_add_func ("/plan/in-place", test_in_place);
  g_test_add_func ("/plan/not-in-place", test_not_in_place);
  g_test_add_func ("/plan/frozen-below", test_frozen_below);
  g_test_add_func ("/plan/borrowed", test_borrowed);
  g_test_add_func ("/plan/refuses", test_refuses);

  return g_test_run ();
}
