/* test-child.c - programs run beside this one */
#include "dnn-child.h"

#include <signal.h>

static DnnChild *
add (GPtrArray *children, const char *script)
{
  char *words[] = { g_strdup ("sh"), g_strdup ("-c"), g_strdup (script), NULL };
  DnnChild *child = dnn_child_new (g_memdup2 (words, sizeof words));

  g_ptr_array_add (children, child);
  return child;
}

static void
free_child (gpointer data)
{
  dnn_child_free (data);
}

static GPtrArray *
new_children (void)
{
  return g_ptr_array_new_with_free_func (free_child);
}

static void
test_ends (void)
{
  g_autoptr (GPtrArray) children = new_children ();
  DnnChild *good = add (children, "echo out; echo err >&2");
  DnnChild *failed = add (children, "exit 3");
  DnnChild *crashed = add (children, "kill -ABRT $$");
  DnnChild *slow = add (children, "exec sleep 60");

  g_test_summary ("Output, exit status, signal and time limit are told apart");

  dnn_child_run_all (children, 2, 0.5);

  g_assert_cmpstr (good->out, ==, "out\n");
  g_assert_cmpstr (good->err, ==, "err\n");
  g_assert_cmpint (good->status, ==, 0);
  g_assert_cmpint (failed->status, ==, 3);
  g_assert_cmpint (crashed->signal, ==, SIGABRT);
  g_assert_false (crashed->timed_out);
  g_assert_true (slow->timed_out);
  g_assert_cmpfloat (slow->seconds, <, 30);
}

static void
test_none (void)
{
  g_autoptr (GPtrArray) children = new_children ();
  char *words[] = { g_strdup ("/nowhere/program"), NULL };
  DnnChild *child = dnn_child_new (g_memdup2 (words, sizeof words));

  g_test_summary ("A program that is not there has a fault; no child is done");

  dnn_child_run_all (children, 1, 1);
  g_ptr_array_add (children, child);
  dnn_child_run_all (children, 1, 1);

  g_assert_nonnull (child->fault);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/child/ends", test_ends);
  g_test_add_func ("/child/none", test_none);

  return g_test_run ();
}
