/* test-row-order.c - permutations, whole and in pools */
#include "dnn-assert.h"
#include "dnn-row-order.h"
#include "dnn-test-data.h"

#include <string.h>

typedef struct {
  const char *label;
  int64_t n, block, n_blocks;
  bool pools;
} Row;

static const Row rows[] = {
  { "whole", 50, 0, 1, false },
  { "fits", 50, 5, 10, false },
  { "even", 60, 5, 3, true },
  { "short-block", 53, 5, 3, true },
  { "short-pool", 47, 5, 4, true },
  { "single-rows", 20, 1, 3, true },
  { "one-block-a-pool", 23, 4, 1, true },
  { "one-row", 1, 0, 1, false },
};

static const DnnKey key = { 7, 3, 0, 2 };

/* The whole order, asked for in batches of 4. */
static int64_t *
list_order (const Row *row, const DnnKey *by)
{
  g_autoptr (DnnRowOrder) order =
      dnn_row_order_new (row->n, row->block, row->n_blocks, NULL);
  int64_t *out = g_new0 (int64_t, (gsize) row->n);

  dnn_row_order_set (order, by);
  g_assert_true (dnn_row_order_has_pools (order) == row->pools);
  for (int64_t i = 0; i < row->n;) {
    int64_t slots[4], n = MIN (4, row->n - i);

    n = dnn_row_order_get (order, i, n, out + i, slots);
    for (int64_t j = 0; j < n; j++)
      g_assert_cmpint (dnn_row_order_pool_number (order, slots[j]), ==,
                       out[i + j]);
    i += n;
  }
  return out;
}

static void
test_every_row (gconstpointer data)
{
  const Row *row = data;
  g_autofree int64_t *order = list_order (row, &key);
  g_autofree int *seen = g_new0 (int, (gsize) row->n);

  g_test_summary ("Every row comes once");

  for (int64_t i = 0; i < row->n; i++)
    seen[order[i]]++;
  for (int64_t i = 0; i < row->n; i++)
    g_assert_cmpint (seen[i], ==, 1);
}

static void
test_file_order (gconstpointer data)
{
  const Row *row = data;
  g_autofree int64_t *order = list_order (row, NULL);

  g_test_summary ("Without a key rows come as in the file");

  for (int64_t i = 0; i < row->n; i++)
    g_assert_cmpint (order[i], ==, i);
}

/* The definition in the header, written down again. */
static void
test_definition (gconstpointer data)
{
  const Row *row = data;
  g_autofree int64_t *order = list_order (row, &key);
  g_autofree int64_t *expected = g_new0 (int64_t, (gsize) row->n + 1);
  const int64_t n_blocks =
      row->pools ? (row->n + row->block - 1) / row->block : 0;
  g_autofree int64_t *blocks = g_new0 (int64_t, (gsize) n_blocks + 1);
  int64_t n = 0;

  g_test_summary ("The order is what the header says it is");

  dnn_random_permutation (&key, n_blocks, blocks);
  for (int64_t first = 0; first < n_blocks; first += row->n_blocks) {
    DnnKey own = { 7, 3, (uint32_t) (1 + first / row->n_blocks), 2 };
    const int64_t start = n;

    for (int64_t i = first; i < MIN (first + row->n_blocks, n_blocks); i++)
      for (int64_t j = 0; j < row->block; j++)
        if (blocks[i] * row->block + j < row->n)
          expected[n++] = blocks[i] * row->block + j;
    dnn_random_shuffle (&own, n - start, expected + start);
  }
  if (!row->pools)
    dnn_random_permutation (&key, row->n, expected);

  g_assert_cmpmem (order, (size_t) row->n * sizeof *order, expected,
                   (size_t) row->n * sizeof *order);
}

static void
test_keys (void)
{
  const DnnKey next = { 7, 3, 0, 3 };
  g_autofree int64_t *one = list_order (&rows[3], &key);
  g_autofree int64_t *other = list_order (&rows[3], &next);

  g_test_summary ("Another epoch has another order");

  g_assert_true (memcmp (one, other, 53 * sizeof *one) != 0);
}

static void
test_any_place (void)
{
  g_autofree int64_t *all = list_order (&rows[3], &key);
  g_autoptr (DnnRowOrder) order = dnn_row_order_new (53, 5, 3, NULL);
  int64_t out[9];

  g_test_summary ("Any part may be asked for, also one that came before");

  dnn_row_order_set (order, &key);
  for (int64_t i = 53 - 9; i >= 0; i--) {
    const int64_t n = dnn_row_order_get (order, i, 9, out, NULL);

    g_assert_cmpmem (out, (size_t) n * sizeof *out, all + i,
                     (size_t) n * sizeof *all);
    if (i % 7 == 0)
      dnn_row_order_rest (order);
  }
}

static void
test_pool_ends (void)
{
  g_autoptr (DnnRowOrder) order = dnn_row_order_new (53, 5, 3, NULL);
  int64_t out[20];

  g_test_summary ("What is asked for at once ends with the pool");

  dnn_row_order_set (order, NULL);
  g_assert_cmpint (dnn_row_order_get (order, 0, 10, out, NULL), ==, 10);
  g_assert_cmpint (dnn_row_order_get (order, 10, 10, out, NULL), ==, 5);
  g_assert_cmpint (dnn_row_order_pool (order), ==, 0);
  g_assert_cmpint (dnn_row_order_get (order, 45, 8, out, NULL), ==, 8);
  g_assert_cmpint (dnn_row_order_pool (order), ==, 3);
  g_assert_cmpint (dnn_row_order_pool_size (order), ==, 8);
  g_assert_cmpint (dnn_row_order_most (order), ==, 15);
}

/* --- for data ------------------------------------------------------------ */

static void
test_limit (void)
{
  g_autoptr (DnnData) data = dnn_test_data (1000, 8, 2);
  const int64_t row = 8 * 4 + 4 + 24;

  g_test_summary ("Rows come in pools only where they lie in a file and exceed "
                  "half the limit");

  for (int64_t limit = 0; limit <= 4000; limit += 500) {
    g_autoptr (DnnRowOrder) order = NULL;

    data->memory_limit = limit * row;
    /* its bytes stay where they are */
    dnn_split_input (data->train)->mapped = limit % 1000 == 0;
    order = dnn_row_order_new_for (data, data->train, NULL);
    g_assert_true (dnn_row_order_has_pools (order) == (limit == 1000));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    dnn_add_row ("/row-order/every-row", rows[i].label, &rows[i],
                 test_every_row);
    dnn_add_row ("/row-order/file-order", rows[i].label, &rows[i],
                 test_file_order);
    dnn_add_row ("/row-order/definition", rows[i].label, &rows[i],
                 test_definition);
  }
  g_test_add_func ("/row-order/keys", test_keys);
  g_test_add_func ("/row-order/any-place", test_any_place);
  g_test_add_func ("/row-order/pool-ends", test_pool_ends);
  g_test_add_func ("/row-order/limit", test_limit);

  return g_test_run ();
}
