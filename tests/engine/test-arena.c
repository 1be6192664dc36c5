/* test-arena.c - blocks that live together lie apart */
#include "dnn-arena.h"
#include "dnn-random.h"

#include <stdbool.h>

static bool
live_together (const DnnBlock *a, const DnnBlock *b)
{
  return a->first <= b->last && b->first <= a->last;
}

/* Returns the bytes of all blocks, one after another. */
static size_t
check (DnnBlock *blocks, size_t n)
{
  const size_t total = dnn_arena_plan (blocks, n);
  size_t sum = 0;

  for (size_t i = 0; i < n; i++) {
    const DnnBlock *a = &blocks[i];

    g_assert_cmpuint (a->offset % 64, ==, 0);
    g_assert_cmpuint (a->offset + a->size, <=, total);
    sum += (a->size + 63) / 64 * 64;
    for (size_t j = 0; j < i; j++) {
      const DnnBlock *b = &blocks[j];

      if (live_together (a, b) && a->size > 0 && b->size > 0)
        g_assert_true (a->offset + a->size <= b->offset ||
                       b->offset + b->size <= a->offset);
    }
  }
  g_assert_cmpuint (total, <=, sum);
  return total;
}

static void
test_empty (void)
{
  DnnBlock none = { 0, 0, 9, 7 };

  g_assert_cmpuint (dnn_arena_plan (NULL, 0), ==, 0);
  g_assert_cmpuint (dnn_arena_plan (&none, 1), ==, 0);
  g_assert_cmpuint (none.offset, ==, 0);
}

static void
test_apart (void)
{
  DnnBlock blocks[] = { { 64, 0, 1, 0 }, { 65, 1, 2, 0 }, { 1, 0, 2, 0 } };

  g_test_summary ("Live at the same time, even for one moment: no sharing");

  g_assert_cmpuint (check (blocks, 3), ==, 64 + 128 + 64);
}

static void
test_share (void)
{
  DnnBlock blocks[] = { { 640, 0, 1, 0 }, { 640, 2, 3, 0 }, { 64, 4, 9, 0 } };

  g_test_summary ("One after the other: all in the same place");

  g_assert_cmpuint (check (blocks, 3), ==, 640);
  g_assert_cmpuint (blocks[1].offset, ==, 0);
}

static void
test_hole (void)
{
  DnnBlock blocks[] = {
    { 1024, 0, 9, 0 }, { 512, 0, 1, 0 }, { 256, 0, 9, 0 }, { 512, 2, 9, 0 }
  };

  g_test_summary ("A place that is free again is taken before the arena grows");

  g_assert_cmpuint (check (blocks, 4), ==, 1024 + 512 + 256);
}

static void
test_random (void)
{
  g_test_summary ("Any 40 blocks");

  for (uint64_t turn = 0; turn < 200; turn++) {
    DnnBlock blocks[40];
    const DnnKey key = { .seed = turn };

    for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
      const int first = (int) dnn_random_below (&key, 3 * i, 20);

      blocks[i].size = dnn_random_below (&key, 3 * i + 1, 1000);
      blocks[i].first = first;
      blocks[i].last = first + (int) dnn_random_below (&key, 3 * i + 2, 8);
      blocks[i].offset = 12345;
    }
    check (blocks, G_N_ELEMENTS (blocks));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/arena/empty", test_empty);
  g_test_add_func ("/arena/apart", test_apart);
  g_test_add_func ("/arena/share", test_share);
  g_test_add_func ("/arena/hole", test_hole);
  g_test_add_func ("/arena/random", test_random);

  return g_test_run ();
}
