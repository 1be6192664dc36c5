/* test-child.c - programs run beside this one */
#include "dnn-child.h"

#include <glib/gstdio.h>
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

/* --- watched ------------------------------------------------------------- */

typedef struct {
  DnnCrowd *crowd;
  GString *text; /* "status:signal " for each that is done */
  bool interrupt;
} Watch;

static void
on_done (void *data, DnnChild *child)
{
  Watch *watch = data;

  g_string_append_printf (watch->text, "%d:%d ", child->status, child->signal);
  if (watch->interrupt)
    dnn_crowd_interrupt (watch->crowd);
}

static void
test_done (void)
{
  g_autoptr (GPtrArray) children = new_children ();
  g_autoptr (GString) text = g_string_new (NULL);
  Watch watch = { NULL, text, false };
  g_autoptr (DnnCrowd) crowd = dnn_crowd_new (children, 1, 0, on_done, &watch);

  g_test_summary ("Each is told as it is done, in order where one runs at a "
                  "time; without a limit");

  add (children, "true");
  add (children, "exit 3");
  add (children, "kill -9 $$");
  dnn_crowd_run (crowd);

  g_assert_cmpstr (text->str, ==, "0:0 3:0 -1:9 ");
  g_assert_false (dnn_crowd_is_interrupted (crowd));
}

static void
test_interrupt (void)
{
  g_autoptr (GPtrArray) children = new_children ();
  g_autoptr (GString) text = g_string_new (NULL);
  Watch watch = { NULL, text, true };
  g_autoptr (DnnCrowd) crowd = dnn_crowd_new (children, 2, 0, on_done, &watch);

  g_test_summary ("An interruption ends those that are alive; none is started");

  watch.crowd = crowd;
  add (children, "exit 0");
  add (children, "exec sleep 60");
  add (children, "exit 7");
  dnn_crowd_run (crowd);

  g_assert_cmpstr (text->str, ==, "0:0 -1:2 ");
  g_assert_true (dnn_crowd_is_interrupted (crowd));
}

static void
test_stubborn (void)
{
  g_autoptr (GPtrArray) children = new_children ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *folder = g_dir_make_tmp ("dnn-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "ready", NULL);
  g_autofree char *ready =
      g_strdup_printf ("trap '' INT; : > %s; exec sleep 60", path);
  g_autofree char *wait =
      g_strdup_printf ("while ! test -e %s; do :; done", path);
  Watch watch = { NULL, text, true };
  g_autoptr (DnnCrowd) crowd = dnn_crowd_new (children, 3, 0, on_done, &watch);

  g_test_summary ("A second interruption kills what did not mind the first");

  watch.crowd = crowd;
  add (children, ready);
  add (children, wait);
  add (children, "exec sleep 60");
  dnn_crowd_run (crowd);
  g_unlink (path);
  g_rmdir (folder);

  g_assert_cmpstr (text->str, ==, "0:0 -1:2 -1:9 ");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/child/ends", test_ends);
  g_test_add_func ("/child/none", test_none);
  g_test_add_func ("/child/done", test_done);
  g_test_add_func ("/child/interrupt", test_interrupt);
  g_test_add_func ("/child/stubborn", test_stubborn);

  return g_test_run ();
}
