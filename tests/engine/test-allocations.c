/* test-allocations.c - what runs again and again allocates nothing
 *
 * The program's own malloc and its kin count while a flag is on, on any
 * thread.  An epoch may allocate (its row of the history); a step may not, so
 * that an epoch of twice the steps allocates as often.
 */
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test.h"
#include "dnn-trainer.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    !defined(__GLIBC__)
#define CAN_COUNT false
#else
#define CAN_COUNT true
#endif

static atomic_bool counting;
static atomic_long n_allocations;

#if CAN_COUNT
extern void *__libc_malloc (size_t n);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t n);
extern void *__libc_memalign (size_t alignment, size_t n);

static void
count (void)
{
  if (atomic_load (&counting))
    atomic_fetch_add (&n_allocations, 1);
}

void *
malloc (size_t n)
{
  count ();
  return __libc_malloc (n);
}

void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

void *
realloc (void *block, size_t n)
{
  count ();
  return __libc_realloc (block, n);
}

void *
aligned_alloc (size_t alignment, size_t n)
{
  count ();
  return __libc_memalign (alignment, n);
}

int
posix_memalign (void **ret_block, size_t alignment, size_t n)
{
  void *block = __libc_memalign (alignment, n);

  count ();
  if (block == NULL)
    return ENOMEM;
  *ret_block = block;
  return 0;
}
#endif

static void
begin_counting (void)
{
  atomic_store (&n_allocations, 0);
  atomic_store (&counting, true);
}

static long
end_counting (void)
{
  atomic_store (&counting, false);
  return atomic_load (&n_allocations);
}

static bool
skip_uncounted (void)
{
  const bool skip = !CAN_COUNT || g_getenv ("LD_PRELOAD") != NULL;

  if (skip)
    g_test_skip ("a sanitizer, or valgrind, has an allocator of its own");
  return skip;
}

static void
test_counter (void)
{
  void *blocks[4] = { NULL };

  g_test_summary ("The counter counts");

  if (skip_uncounted ())
    return;
  begin_counting ();
  blocks[0] = malloc (10);
  blocks[1] = calloc (10, 10);
  blocks[2] = g_malloc (10);
  g_assert_cmpint (posix_memalign (&blocks[3], 64, 64), ==, 0);

  g_assert_cmpint (end_counting (), ==, 4);
  for (int i = 0; i < 4; i++)
    free (blocks[i]);
}

/* --- training ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *chain;
  const char *optimizer;
  int64_t threads;
} Row;

static const Row rows[] = {
  { "sgd", "dense units=50 activation=relu ! dense units=3 activation=softmax",
    "sgd", 1 },
  { "threads",
    "dense units=300 activation=relu ! dense units=3 activation=softmax",
    "sgd momentum=0.9", 2 },
  { "batch-norm-adam",
    "batch_normalization ! dense units=50 ! leaky_relu ! dropout rate=0.5 ! "
    "dense units=3 activation=softmax",
    "adam", 2 },
  { "clipnorm",
    "dense units=50 kernel_regularizer=l2 kernel_constraint=max_norm ! prelu ! "
    "dense units=3 activation=softmax",
    "nadam clipnorm=1", 2 },
  { "parametrized",
    "dense units=50 kernel_parametrization=lora(rank=3) ! relu ! dense "
    "units=20 kernel_parametrization=spectral_normalization ! dense units=3 "
    "kernel_parametrization=pruning bias_parametrization=weight_normalization "
    "activation=softmax",
    "adam", 2 },
  { "orthogonal",
    "dense units=50 kernel_regularizer=orthogonal ! relu ! dense units=3 "
    "kernel_constraint=unit_norm activation=softmax",
    "sgd", 2 },
  { "global-clipnorm",
    "layer_normalization ! dense units=50 activation=selu ! alpha_dropout "
    "rate=0.1 ! dense units=3 activation=softmax",
    "rmsprop global_clipnorm=1", 1 },
  { "average-and-accumulate",
    "dense units=50 activation=relu ! dense units=3 activation=softmax",
    "adam use_ema=true gradient_accumulation_steps=2 clipnorm=1", 2 },
  { "schedule", "dense units=3 activation=softmax",
    "sgd learning_rate=constant(value=0.01) weight_decay=0.1", 1 },
};

/* The least of a few tries counts: a thread allocates when it starts, which
 * may be at any time. */
enum { STEPS = 6, BATCH = 16, COLUMNS = 40, TRIES = 3 };

/* Allocations of an epoch of `n` full batches and a short one. */
static long
count_epoch (const Row *row, int64_t n)
{
  const DnnShape input = DNN_SHAPE (COLUMNS);
  const DnnTrainSettings settings = {
    .loss = "sparse_categorical_crossentropy",
    .metrics = "accuracy",
    .batch_size = BATCH,
    .epochs = 1 + TRIES,
    .seed = 1,
    .threads = row->threads,
    .shuffle = true,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnData) data = dnn_test_data (n * BATCH + 3, COLUMNS, 3);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), row->chain, &input, &error);
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (row->optimizer, (DnnPlace){ 0 }, NULL);
  g_autoptr (DnnTrainer) trainer = NULL;
  long least = LONG_MAX;

  g_assert_no_error (error);
  g_assert_true (dnn_model_initialize (model, 1, NULL));
  trainer = dnn_trainer_new (model, data, &settings,
                             g_ptr_array_index (specs, 0), &error);
  g_assert_no_error (error);
  g_assert_true (dnn_trainer_epoch (trainer, NULL, NULL, NULL));

  for (int i = 0; i < TRIES; i++) {
    begin_counting ();
    dnn_trainer_epoch (trainer, NULL, NULL, &error);
    least = MIN (least, end_counting ());
    g_assert_no_error (error);
  }
  return least;
}

static void
test_epoch (gconstpointer data)
{
  long few, many;

  if (skip_uncounted ())
    return;
  few = count_epoch (data, STEPS);
  many = count_epoch (data, 2 * STEPS);

  g_assert_cmpint (few, ==, many);
  g_test_message ("%ld allocations an epoch", few);
}

/* --- inference ----------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *chain;
  int64_t batch;
} Inference;

static const Inference inferences[] = {
  { "layers",
    "batch_normalization ! dense units=50 ! leaky_relu ! dropout rate=0.5 ! "
    "dense units=3 activation=softmax",
    8 },
  /* As large as to be shared by threads. */
  { "one-row",
    "dense units=500 ! leaky_relu ! dense units=600 ! leaky_relu ! "
    "dense units=2000 activation=softmax",
    1 },
};

static void
test_predictor (gconstpointer data)
{
  const Inference *row = data;
  const DnnShape input = DNN_SHAPE (COLUMNS);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), row->chain, &input, &error);
  g_autoptr (DnnPredictor) predictor = NULL;
  long least = LONG_MAX;

  g_test_summary ("A call of run allocates nothing");

  if (skip_uncounted ())
    return;
  g_assert_no_error (error);
  g_assert_true (dnn_model_initialize (model, 1, NULL));
  predictor = dnn_predictor_new (model, row->batch, 2, &error);
  g_assert_no_error (error);

  for (int i = 0; i < TRIES; i++) {
    begin_counting ();
    g_assert_nonnull (dnn_predictor_run (predictor, NULL));
    least = MIN (least, end_counting ());
  }

  g_assert_cmpint (least, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/allocations/counter", test_counter);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path =
        g_strconcat ("/allocations/epoch/", rows[i].name, NULL);

    g_test_add_data_func (path, &rows[i], test_epoch);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (inferences); i++) {
    g_autofree char *path =
        g_strconcat ("/allocations/predictor/", inferences[i].name, NULL);

    g_test_add_data_func (path, &inferences[i], test_predictor);
  }

  return g_test_run ();
}
