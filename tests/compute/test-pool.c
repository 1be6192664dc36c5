/* test-pool.c - each chunk once, by a worker of its own, and nesting */
#include "dnn-pool.h"

#include <stdatomic.h>

enum { MOST = 5000 };

typedef struct {
  DnnPool *pool;
  _Atomic int times[MOST];
  _Atomic int inside[64]; /* by worker: chunks being done right now */
  _Atomic int clashes;
} Counter;

static void
enter (Counter *self, uint32_t worker)
{
  if (atomic_fetch_add (&self->inside[worker], 1) != 0)
    atomic_fetch_add (&self->clashes, 1);
}

static void
leave (Counter *self, uint32_t worker)
{
  atomic_fetch_sub (&self->inside[worker], 1);
}

static void
count (void *data, int64_t chunk, uint32_t worker)
{
  Counter *self = data;

  g_assert_cmpuint (worker, <, dnn_pool_size (self->pool));
  enter (self, worker);
  atomic_fetch_add (&self->times[chunk], 1);
  leave (self, worker);
}

static void
test_once (gconstpointer data)
{
  static const int64_t sizes[] = { 0, 1, 2, 3, 7, 64, 1000, MOST };
  g_autoptr (DnnPool) pool = dnn_pool_new (GPOINTER_TO_UINT (data));

  g_test_summary ("Every chunk is done once, whatever their number");

  g_assert_cmpuint (dnn_pool_size (pool), ==, GPOINTER_TO_UINT (data));
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree Counter *counter = g_new0 (Counter, 1);

    counter->pool = pool;
    dnn_pool_run (pool, sizes[i], count, counter);
    for (int64_t j = 0; j < MOST; j++)
      g_assert_cmpint (counter->times[j], ==, j < sizes[i] ? 1 : 0);
    g_assert_cmpint (counter->clashes, ==, 0);
  }
}

static void
test_many_jobs (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (4);
  g_autofree Counter *counter = g_new0 (Counter, 1);

  g_test_summary ("Hundreds of small jobs, and pauses in which workers sleep");

  counter->pool = pool;
  for (int i = 0; i < 500; i++) {
    dnn_pool_run (pool, 5, count, counter);
    if (i % 100 == 0)
      g_usleep (5000);
  }

  for (int64_t j = 0; j < 5; j++)
    g_assert_cmpint (counter->times[j], ==, 500);
  g_assert_cmpint (counter->clashes, ==, 0);
}

static void
use_scratch (void *data, int64_t chunk, uint32_t worker)
{
  Counter *self = data;

  enter (self, worker);
  g_usleep (100);
  atomic_fetch_add (&self->times[chunk], 1);
  leave (self, worker);
}

static void
nest (void *data, int64_t chunk, uint32_t worker)
{
  Counter *self = data;

  (void) chunk;
  (void) worker;
  dnn_pool_run (self->pool, 3, use_scratch, self);
}

static void
test_nested (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (4);
  g_autofree Counter *counter = g_new0 (Counter, 1);

  g_test_summary ("A job in a job keeps the number of the worker it runs on, "
                  "so that no two share one's scratch");

  counter->pool = pool;
  dnn_pool_run (pool, 40, nest, counter);

  for (int64_t j = 0; j < 3; j++)
    g_assert_cmpint (counter->times[j], ==, 40);
  g_assert_cmpint (counter->clashes, ==, 0);
}

static void
test_default_size (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (0);

  g_assert_cmpuint (dnn_pool_size (pool), ==, g_get_num_processors ());
  dnn_pool_free (NULL);
}

/* Each worker but the caller is slow, as where it has no processor. */
static void
slow_worker (void *data, int64_t chunk, uint32_t worker)
{
  uint32_t *by_others = data;

  (void) chunk;
  if (worker != 0) {
    g_usleep (2000);
    *by_others = 1;
  } else {
    const int64_t end = g_get_monotonic_time () + 200;

    while (g_get_monotonic_time () < end)
      ;
  }
}

static void
test_stalls (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (2);
  unsigned alone = 0, most = 0;

  g_test_summary ("A caller that only waits for the others works alone");

  for (int i = 0; i < 200; i++) {
    uint32_t by_others = 0;

    dnn_pool_run (pool, 2, slow_worker, &by_others);
    alone = by_others ? 0 : alone + 1;
    most = MAX (most, alone);
  }

  g_assert_cmpuint (most, >=, 20);
}

static void
note_worker (void *data, int64_t chunk, uint32_t worker)
{
  uint32_t *workers = data;

  workers[chunk] = worker + 1;
}

static void
test_small (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (4);
  uint32_t workers[64] = { 0 };

  g_test_summary ("A job of no work is done by the caller, every chunk of it");

  dnn_pool_run_work (pool, G_N_ELEMENTS (workers), 1, note_worker, workers);

  for (size_t i = 0; i < G_N_ELEMENTS (workers); i++)
    g_assert_cmpuint (workers[i], ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/pool/once/1", GUINT_TO_POINTER (1), test_once);
  g_test_add_data_func ("/pool/once/2", GUINT_TO_POINTER (2), test_once);
  g_test_add_data_func ("/pool/once/7", GUINT_TO_POINTER (7), test_once);
  g_test_add_func ("/pool/many-jobs", test_many_jobs);
  g_test_add_func ("/pool/nested", test_nested);
  g_test_add_func ("/pool/default-size", test_default_size);
  g_test_add_func ("/pool/small", test_small);
  g_test_add_func ("/pool/stalls", test_stalls);

  return g_test_run ();
}
