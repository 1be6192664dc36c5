/* test-feeder.c - batches: their rows, order and sizes
 *
 * Row i of the data has inputs i and -i, and the target 10 i.
 */
#include "dnn-feeder.h"
#include "dnn-test-data.h"
#include "dnn-test.h"

enum { N = 70 };

static DnnData *
make_data (void)
{
  float x[2 * N], y[N];
  g_autoptr (DnnArray) inputs = NULL, targets = NULL;

  for (int i = 0; i < N; i++) {
    x[2 * i] = (float) i;
    x[2 * i + 1] = (float) -i;
    y[i] = (float) (10 * i);
  }
  inputs = dnn_test_array (x, DNN_SHAPE (N, 2));
  targets = dnn_test_array (y, DNN_SHAPE (N));
  return dnn_data_new (inputs, targets, NULL);
}

static DnnFeeder *
make_feeder_for (const char *chain, const DnnData *data, const DnnSplit *split,
                 DnnPool *pool, int64_t batch)
{
  const DnnShape input = DNN_SHAPE (2);
  const DnnPlanOptions options = { .batch = batch };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error);
  DnnFeeder *feeder;

  g_assert_no_error (error);
  feeder = dnn_feeder_new (model, pool, data, split, &options, NULL, &error);
  g_assert_no_error (error);
  return feeder;
}

static DnnFeeder *
make_feeder (const DnnData *data, const DnnSplit *split, DnnPool *pool,
             int64_t batch)
{
  return make_feeder_for ("dense units=1", data, split, pool, batch);
}

/* All batches, one after another: their rows in the order they come.  Inputs
 * and targets must belong together. */
static GArray *
collect (DnnFeeder *feeder)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (int));

  for (int64_t i = 0; i < dnn_feeder_n_batches (feeder); i++) {
    const DnnBatch *batch = dnn_feeder_get (feeder, i);
    const float *x = dnn_plan_input (batch->plan);
    const float *y = batch->y_true[0].data;

    g_assert_cmpint (batch->plan->options.batch, ==, batch->n);
    g_assert_cmpint (batch->y_true[0].dims[0], ==, batch->n);
    for (int64_t j = 0; j < batch->n; j++) {
      int row = (int) x[2 * j];

      g_assert_cmpfloat (x[2 * j + 1], ==, -x[2 * j]);
      g_assert_cmpfloat (y[j], ==, 10 * x[2 * j]);
      g_assert_null (batch->weights);
      g_assert_cmpuint (batch->rows[j], ==, (uint64_t) row);
      g_array_append_val (order, row);
    }
  }
  return order;
}

typedef struct {
  const char *name;
  int64_t batch;
  int64_t n_batches, last;
} Sizes;

static const Sizes sizes[] = {
  { "short-last", 32, 3, 6 }, { "all-full", 35, 2, 35 },
  { "one-by-one", 1, 70, 1 }, { "all-at-once", 70, 1, 70 },
  { "larger", 1000, 1, 70 },  { "last-of-one", 23, 4, 1 },
};

static void
test_sizes (gconstpointer data)
{
  const Sizes *row = data;
  g_autoptr (DnnData) rows = make_data ();
  g_autoptr (DnnPool) pool = dnn_pool_new (2);
  g_autoptr (DnnFeeder) feeder =
      make_feeder (rows, rows->train, pool, row->batch);
  g_autoptr (GArray) order = collect (feeder);

  g_test_summary ("Every row comes once, in order; the last batch is kept");

  g_assert_cmpint (dnn_feeder_n_batches (feeder), ==, row->n_batches);
  g_assert_cmpint (dnn_feeder_get (feeder, row->n_batches - 1)->n, ==,
                   row->last);
  g_assert_cmpuint (order->len, ==, N);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, i);
}

static void
test_split (void)
{
  g_autoptr (DnnData) data = make_data ();
  DnnSplit *part = dnn_split_new_part (data->train, 60, 5);
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnFeeder) feeder = make_feeder (data, part, pool, 3);
  g_autoptr (GArray) order = collect (feeder);

  g_test_summary ("A split's rows, and no others, are fed");

  g_assert_cmpuint (order->len, ==, 5);
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, 60 + i);
  dnn_split_free (part);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

static GArray *
shuffled (DnnFeeder *feeder, uint64_t seed, uint64_t step)
{
  const DnnKey key = { .seed = seed, .step = step };

  dnn_feeder_set_order (feeder, &key);
  return collect (feeder);
}

static bool
is_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len &&
         memcmp (a->data, b->data, a->len * sizeof (int)) == 0;
}

static void
test_shuffle (void)
{
  g_autoptr (DnnData) data = make_data ();
  g_autoptr (DnnPool) one = dnn_pool_new (1), two = dnn_pool_new (2);
  g_autoptr (DnnFeeder) a = make_feeder (data, data->train, one, 32);
  g_autoptr (DnnFeeder) b = make_feeder (data, data->train, two, 7);
  g_autoptr (GArray) first = shuffled (a, 1, 0);
  g_autoptr (GArray) same = shuffled (b, 1, 0);
  g_autoptr (GArray) next = shuffled (b, 1, 1);
  g_autoptr (GArray) other = shuffled (b, 2, 0);

  g_test_summary ("Same seed and epoch, same order, for any batch size and "
                  "number of threads; else another");

  g_assert_true (is_equal (first, same));
  g_assert_false (is_equal (first, next));
  g_assert_false (is_equal (first, other));
  g_array_sort (other, compare);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (g_array_index (other, int, i), ==, i);
}

static void
test_file_order (void)
{
  g_autoptr (DnnData) data = make_data ();
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnFeeder) feeder = make_feeder (data, data->train, pool, 32);
  g_autoptr (GArray) mixed = shuffled (feeder, 1, 0);
  g_autoptr (GArray) order = NULL;

  g_test_summary ("Without a key, the order is the file's again");

  dnn_feeder_set_order (feeder, NULL);

  order = collect (feeder);
  g_assert_false (is_equal (mixed, order));
  for (int i = 0; i < N; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, i);
}

static void
test_replan (void)
{
  g_autoptr (DnnData) data = make_data ();
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnFeeder) feeder = make_feeder (data, data->train, pool, 32);
  g_autoptr (GArray) before = shuffled (feeder, 1, 0);
  const DnnPlanOptions options = { .batch = 5, .training = true };
  g_autoptr (GArray) after = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("New plans keep the order and the size of a batch");

  dnn_feeder_replan (feeder, &options, NULL, &error);

  g_assert_no_error (error);
  after = collect (feeder);
  g_assert_true (is_equal (before, after));
  g_assert_cmpint (dnn_feeder_plan (feeder)->options.batch, ==, 32);
  g_assert_cmpuint (dnn_feeder_arena_size (feeder), >=,
                    dnn_feeder_plan (feeder)->arena_size);
}

static void
test_limit_in_memory (void)
{
  g_autoptr (DnnData) data = make_data ();
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnFeeder) feeder = NULL;
  g_autoptr (GArray) order = NULL;

  g_test_summary ("Rows that are in memory anyway come once each, however "
                  "little memory there may be");

  data->memory_limit = 10 * (3 * (int64_t) sizeof (float));
  feeder = make_feeder (data, data->train, pool, 8);
  order = shuffled (feeder, 1, 0);

  g_array_sort (order, compare);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, i);
}

static void
test_replan_wide (void)
{
  enum { WIDE = 600, BATCH = 32 };
  g_autoptr (DnnData) data = make_data ();
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnFeeder) feeder = make_feeder_for (
      "dense units=600 ! dense units=1", data, data->train, pool, BATCH);
  const DnnPlanOptions options = { .training = true, .first_stage = 1 };
  g_autofree float *cached = g_new (float, N *WIDE);
  g_autoptr (DnnArray) cache = NULL;
  g_autoptr (GError) error = NULL;
  const DnnBatch *batch;

  g_test_summary ("Batches that are gathered many at once, and then, as their "
                  "rows are wide, one by one");

  for (int i = 0; i < N * WIDE; i++)
    cached[i] = (float) (i / WIDE);
  cache = dnn_test_array (cached, DNN_SHAPE (N, WIDE));
  dnn_feeder_get (feeder, 1);
  dnn_feeder_replan (feeder, &options, cache, &error);

  g_assert_no_error (error);
  batch = dnn_feeder_get (feeder, 1);
  for (int j = 0; j < BATCH; j++) {
    g_assert_cmpfloat (dnn_plan_input (batch->plan)[j * WIDE], ==, BATCH + j);
    g_assert_cmpfloat (((const float *) batch->y_true[0].data)[j], ==,
                       10 * (BATCH + j));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *path = g_strconcat ("/feeder/", sizes[i].name, NULL);

    g_test_add_data_func (path, &sizes[i], test_sizes);
  }
  g_test_add_func ("/feeder/split", test_split);
  g_test_add_func ("/feeder/shuffle", test_shuffle);
  g_test_add_func ("/feeder/file-order", test_file_order);
  g_test_add_func ("/feeder/replan", test_replan);
  g_test_add_func ("/feeder/limit-in-memory", test_limit_in_memory);
  g_test_add_func ("/feeder/replan-wide", test_replan_wide);

  return g_test_run ();
}
