/* test-augmentation.c - layers that change training rows, and which may */
#include "dnn-augment.h"
#include "dnn-test.h"

#include <string.h>

enum { SIDE = 4, ROW = SIDE * SIDE, N = 10 };

static DnnAugmentOptions
options_of (const char *chain, int64_t batch)
{
  return (DnnAugmentOptions){ .chain = chain,
                              .row = DNN_SHAPE (SIDE, SIDE),
                              .batch = batch,
                              .last = N % batch,
                              .scale = 1 };
}

static DnnAugment *
make (const DnnAugmentOptions *options, DnnPool *pool)
{
  g_autoptr (GError) error = NULL;
  DnnAugment *self =
      dnn_augment_new (dnn_test_registry (), pool, options, &error);

  g_assert_no_error (error);
  return self;
}

/* Rows of 0, 1, 2, ... / 16, in batches of so many, whose row numbers are
 * 1000, 1001, ...  Returns: (transfer full): the changed rows. */
static float *
change (const char *chain, int64_t batch, unsigned threads, uint64_t epoch)
{
  const DnnAugmentOptions options = options_of (chain, batch);
  g_autoptr (DnnPool) pool = dnn_pool_new (threads);
  g_autoptr (DnnAugment) augment = make (&options, pool);
  g_autoptr (GError) error = NULL;
  float *rows = g_new (float, N *ROW);
  uint64_t numbers[N];

  for (int i = 0; i < N * ROW; i++)
    rows[i] = (float) (i % ROW) / ROW;
  for (uint64_t i = 0; i < N; i++)
    numbers[i] = 1000 + i;
  for (int64_t i = 0; i < N; i += batch) {
    const DnnPassInfo info = {
      .seed = 5, .step = (uint64_t) i, .epoch = epoch, .rows = numbers + i
    };

    dnn_augment_run (augment, &info, MIN (batch, N - i), rows + i * ROW,
                     &error);
    g_assert_no_error (error);
  }
  return rows;
}

#define CHAIN "random_flip ! random_translation(height_factor=0.3, pixels=0)"

static void
test_batches (void)
{
  static const int64_t batches[] = { 1, 3, 5, N };
  g_autofree float *first = change (CHAIN, N, 1, 2);

  g_test_summary ("A row is changed alike in batches of any size, short or "
                  "not, by any number of threads");

  for (size_t i = 0; i < G_N_ELEMENTS (batches); i++)
    for (unsigned threads = 1; threads < 4; threads++) {
      g_autofree float *rows = change (CHAIN, batches[i], threads, 2);

      g_assert_cmpmem (first, N * ROW * sizeof *first, rows,
                       N * ROW * sizeof *rows);
    }
}

static void
test_epochs (void)
{
  g_autofree float *first = change (CHAIN, N, 1, 2);
  g_autofree float *next = change (CHAIN, N, 1, 3);

  g_test_summary ("The next epoch has others");

  g_assert_true (memcmp (first, next, N * ROW * sizeof *first) != 0);
}

static void
test_value_range (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  DnnAugmentOptions options =
      options_of ("random_brightness(factor=0.1,0.1)", N);
  g_autoptr (DnnAugment) augment = NULL;
  g_autoptr (GError) error = NULL;
  const DnnPassInfo info = { 0 };
  float rows[N * ROW] = { 0.5f, 0.95f };

  g_test_summary ("A value_range that is not given is that of bytes, scaled");

  options.scale = 1.0 / 255;
  augment = make (&options, pool);
  dnn_augment_run (augment, &info, N, rows, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (rows[0], 0.6, 1e-6);
  g_assert_cmpfloat_with_epsilon (rows[1], 1, 1e-6);
}

typedef struct {
  const char *name;
  const char *chain;
  int code;
  const char *sentence;
} Refused;

static const Refused refused[] = {
  { "shape", "random_crop height=2 width=2", DNN_ERROR_SHAPE,
    "layer 'random_crop': it changes the shape of rows, from '(4, 4, 1)' to "
    "'(2, 2, 1)'; it belongs into the model" },
  { "weights", "dense units=4", DNN_ERROR_SHAPE,
    "layer 'dense': it has weights; it belongs into the model" },
  { "inputs", "random_flip name=a ! add input=a,input", DNN_ERROR_SHAPE,
    "layer 'add': it does not have one input" },
  { "skips",
    "random_flip name=a ! random_flip name=b input=input ! add "
    "input=a,b",
    DNN_ERROR_SHAPE, "layer 'b': it does not have one input" },
  { "name", "random_flop", DNN_ERROR_NAME, "random_flop" },
  { "parameter", "random_flip mode=up", DNN_ERROR_PARAM, "mode" },
  { "nothing", "", DNN_ERROR_PARAM, "at least one layer" },
  { "idle", "random_rotation", DNN_ERROR_SHAPE, "nothing is random" },
};

static void
test_refused (gconstpointer data)
{
  const Refused *row = data;
  const DnnAugmentOptions options = options_of (row->chain, N);
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A chain that cannot be is refused with the reason");

  g_assert_null (
      dnn_augment_new (dnn_test_registry (), pool, &options, &error));

  g_assert_error (error, DNN_ERROR, row->code);
  g_assert_true (g_str_has_prefix (error->message, "[data] augment: "));
  g_assert_nonnull (strstr (error->message, row->sentence));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/augmentation/batches", test_batches);
  g_test_add_func ("/augmentation/epochs", test_epochs);
  g_test_add_func ("/augmentation/value-range", test_value_range);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path =
        g_strconcat ("/augmentation/refused/", refused[i].name, NULL);

    g_test_add_data_func (path, &refused[i], test_refused);
  }

  return g_test_run ();
}
