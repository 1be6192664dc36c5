/* test-guard.c - blocks that tell who steps beside them */
#include "dnn-guard.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  float *block;
  size_t n;
  size_t at; /* the element that is touched; SIZE_MAX: the one before */
  int signal;
} Row;

static void
touch (void *data)
{
  const Row *row = data;
  volatile float *x = row->block;

  x[row->at] = 1;
}

static void
test_inside (void)
{
  Row row = { dnn_guard_new (5 * sizeof (float)), 5, 4, 0 };
  DnnFault fault = dnn_guard_trap (touch, &row);

  g_test_summary ("A block's last element can be written, and is zero before");

  g_assert_cmpint (fault.signal, ==, 0);
  g_assert_cmpfloat (row.block[0], ==, 0);
  g_assert_cmpfloat (row.block[4], ==, 1);
  g_assert_true (dnn_guard_is_whole (row.block));
  dnn_guard_free (row.block);
}

static void
test_past_end (void)
{
  static const size_t sizes[] = { 1, 5, 1023, 1024, 1025, 5000 };

  g_test_summary ("The element past the end is caught, and its address told");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Row row = { dnn_guard_new (sizes[i] * sizeof (float)), 0, sizes[i], 0 };
    DnnFault fault = dnn_guard_trap (touch, &row);

    g_assert_cmpint (fault.signal, ==, SIGSEGV);
    g_assert_true (fault.address == row.block + sizes[i]);
    g_assert_true (dnn_guard_is_near (row.block, fault.address));
    g_assert_false (dnn_guard_is_near (row.block, &row));
    dnn_guard_free (row.block);
  }
}

static void
test_before_start (void)
{
  Row row = { dnn_guard_new (5 * sizeof (float)), 5, SIZE_MAX, 0 };
  DnnFault fault = dnn_guard_trap (touch, &row);

  g_test_summary ("The element before the first leaves a mark");

  g_assert_cmpint (fault.signal, ==, 0);
  g_assert_false (dnn_guard_is_whole (row.block));
  dnn_guard_free (row.block);
}

static void
test_read_only (void)
{
  Row row = { dnn_guard_new (5 * sizeof (float)), 5, 2, 0 };
  DnnFault fault;

  g_test_summary ("What is read-only is caught when written, then no more");

  dnn_guard_set_writable (row.block, false);
  fault = dnn_guard_trap (touch, &row);
  g_assert_cmpint (fault.signal, ==, SIGSEGV);
  g_assert_true (fault.address == row.block + 2);
  g_assert_cmpfloat (row.block[2], ==, 0);

  dnn_guard_set_writable (row.block, true);
  fault = dnn_guard_trap (touch, &row);
  g_assert_cmpint (fault.signal, ==, 0);
  dnn_guard_free (row.block);
}

static void
divide (void *data)
{
  const Row *row = data;

  raise (row->signal);
}

static void
test_signals (void)
{
  static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

  g_test_summary ("Each signal of a crash ends the call, again and again");

  for (size_t i = 0; i < 2 * G_N_ELEMENTS (signals); i++) {
    Row row = { .signal = signals[i % G_N_ELEMENTS (signals)] };

    g_assert_cmpint (dnn_guard_trap (divide, &row).signal, ==, row.signal);
  }
}

static void
test_handlers (void)
{
  struct sigaction before, after;
  Row row = { dnn_guard_new (4), 1, 1, 0 };

  g_test_summary ("The handlers of before are there again");

  sigaction (SIGSEGV, NULL, &before);
  dnn_guard_trap (touch, &row);
  sigaction (SIGSEGV, NULL, &after);

  g_assert_true (before.sa_handler == after.sa_handler);
  dnn_guard_free (row.block);
  dnn_guard_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/guard/inside", test_inside);
  g_test_add_func ("/guard/past-end", test_past_end);
  g_test_add_func ("/guard/before-start", test_before_start);
  g_test_add_func ("/guard/read-only", test_read_only);
  g_test_add_func ("/guard/signals", test_signals);
  g_test_add_func ("/guard/handlers", test_handlers);

  return g_test_run ();
}
