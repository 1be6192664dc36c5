/* test-memory-limit.c - runs on more rows than memory is allowed */
#include "dnn-assert.h"
#include "dnn-test-data.h"
#include "dnn-test-run.h"

#include <string.h>

/* Rows of four floats with a label count 44 bytes: half of 1K is 11 of 30. */
#define SMALL DNN_RUN_DATA "memory_limit = 1K\n"
#define LARGE DNN_RUN_DATA "memory_limit = 64K\n"
#define REST  DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD

static DnnRun *
train (const char *text)
{
  DnnRun *run = dnn_test_run_good (text);
  G_GNUC_UNUSED g_autofree char *messages = dnn_test_run_train (run);

  return run;
}

static bool
is_same (DnnRun *a, DnnRun *b)
{
  g_autoptr (GBytes) kept =
      dnn_test_keep_weight (dnn_run_model (a), "dense/kernel");

  return dnn_test_is_still (dnn_run_model (b), "dense/kernel", kept);
}

static void
test_fits (void)
{
  g_autoptr (DnnRun) free = train (DNN_RUN_DATA REST);
  g_autoptr (DnnRun) limited = train (LARGE REST);

  g_test_summary ("A limit that the rows fit in changes no bit");

  dnn_test_assert_same_model (dnn_run_model (free), dnn_run_model (limited));
}

static void
test_pools (void)
{
  g_autoptr (DnnRun) free = train (DNN_RUN_DATA REST);
  g_autoptr (DnnRun) one = train (SMALL REST);
  g_autoptr (DnnRun) again = train (SMALL REST);

  g_test_summary ("Rows in pools come in another order, always the same");

  g_assert_false (is_same (free, one));
  dnn_test_assert_same_model (dnn_run_model (one), dnn_run_model (again));
}

static void
test_threads (void)
{
  g_autoptr (DnnRun) one = train (SMALL REST);
  g_autoptr (DnnRun) two = NULL;
  g_autoptr (GString) text = g_string_new (SMALL REST);

  g_test_summary ("Pools are the same on any number of threads");

  g_string_replace (text, "threads = 1", "threads = 2", 1);
  two = train (text->str);

  dnn_test_assert_same_model (dnn_run_model (one), dnn_run_model (two));
}

static void
test_file_order (void)
{
  g_autoptr (GString) free = g_string_new (DNN_RUN_DATA REST);
  g_autoptr (GString) limited = g_string_new (SMALL REST);
  g_autoptr (DnnRun) a = NULL, b = NULL;

  g_test_summary ("Without shuffling there is one order, limit or not");

  g_string_replace (free, "threads = 1", "threads = 1\nshuffle = false", 1);
  g_string_replace (limited, "threads = 1", "threads = 1\nshuffle = false", 1);
  a = train (free->str);
  b = train (limited->str);

  dnn_test_assert_same_model (dnn_run_model (a), dnn_run_model (b));
}

static void
test_weights (void)
{
  const char *const keys[] = { "weights = w.npy\n",
                               "weights = w.npy\nmemory_limit = 1K\n" };
  DnnRun *runs[2];

  g_test_summary ("A row keeps its weight in a pool");

  for (int i = 0; i < 2; i++) {
    g_autofree char *text = g_strconcat (DNN_RUN_DATA, keys[i], REST, NULL);
    g_autoptr (GString) unshuffled = g_string_new (text);

    g_string_replace (unshuffled, "threads = 1", "shuffle = false", 1);
    runs[i] = train (unshuffled->str);
  }

  dnn_test_assert_same_model (dnn_run_model (runs[0]), dnn_run_model (runs[1]));
  dnn_run_free (runs[0]);
  dnn_run_free (runs[1]);
}

static void
add_tests (void)
{
  float weights[DNN_RUN_ROWS];

  for (int i = 0; i < DNN_RUN_ROWS; i++)
    weights[i] = (float) i / 8;
  dnn_test_write_npy ("w.npy", weights, DNN_SHAPE (DNN_RUN_ROWS));
  g_test_add_func ("/memory-limit/weights", test_weights);
  g_test_add_func ("/memory-limit/fits", test_fits);
  g_test_add_func ("/memory-limit/pools", test_pools);
  g_test_add_func ("/memory-limit/threads", test_threads);
  g_test_add_func ("/memory-limit/file-order", test_file_order);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  return dnn_test_run_main (add_tests);
}
