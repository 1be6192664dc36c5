/* test-experiment-edit - one key changed, and no other byte */
#include "dnn-experiment-edit.h"

#include "dnn-assert.h"
#include "dnn-folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  const char *before;
  const char *section;
  const char *key;
  const char *after; /* with the value 9; NULL: it cannot be done */
} Edit;

static const Edit edits[] = {
  { "plain", "[train]\nepochs = 1\n", "train", "epochs",
    "[train]\nepochs = 9\n" },
  { "comments", "# a\n[train] # b\n\n epochs_ = no\n", "train", "epochs",
    NULL },
  { "kept", "# a\n\n[train] # b\n  # c\nepochs=1   # d # e\n#f\n", "train",
    "epochs", "# a\n\n[train] # b\n  # c\nepochs=9   # d # e\n#f\n" },
  { "hash", "[data]\ninputs = a#b # c\n", "data", "inputs",
    "[data]\ninputs = 9 # c\n" },
  { "empty", "[train]\nepochs =\n", "train", "epochs", "[train]\nepochs =9\n" },
  { "blanks", "[train]\nepochs\t=\t1  \n", "train", "epochs",
    "[train]\nepochs\t=\t9  \n" },
  { "no-newline", "[train]\nepochs = 1", "train", "epochs",
    "[train]\nepochs = 9" },
  { "dos", "[train]\r\nepochs = 1\r\nseed = 2\r\n", "train", "epochs",
    "[train]\r\nepochs = 9\r\nseed = 2\r\n" },
  { "other-section", "[data]\nseed = 1\n[train]\nseed = 2\n", "train", "seed",
    "[data]\nseed = 1\n[train]\nseed = 9\n" },
  { "new-key", "[train]\nseed = 1 # x\n\n# y\n[data]\n", "train", "epochs",
    "[train]\nseed = 1 # x\nepochs = 9\n\n# y\n[data]\n" },
  { "below-continued", "[model]\nlayers = a\n  ! b\n", "model", "base",
    "[model]\nlayers = a\n  ! b\nbase = 9\n" },
  { "new-key-no-newline", "[train]\nseed = 1", "train", "epochs",
    "[train]\nseed = 1\nepochs = 9\n" },
  { "empty-section", "[train]\n[data]\n", "train", "epochs",
    "[train]\nepochs = 9\n[data]\n" },
  { "new-section", "[train]\nseed = 1\n", "optimizer", "type",
    "[train]\nseed = 1\n\n[optimizer]\ntype = 9\n" },
  { "new-section-dos", "[train]\r\nseed = 1\r\n", "optimizer", "type",
    "[train]\r\nseed = 1\r\n\r\n[optimizer]\r\ntype = 9\r\n" },
  { "continued", "[model]\nlayers = a\n  ! b\n", "model", "layers", NULL },
  { "broken", "[train\n", "train", "epochs", NULL },
};

static void
test_edit (gconstpointer data)
{
  const Edit *edit = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *after = dnn_experiment_edit_text (
      "run.dnn", edit->before, edit->section, edit->key, "9", &error);

  g_assert_cmpstr (after, ==, edit->after);
  if (edit->after != NULL) {
    g_assert_no_error (error);
    return;
  }
  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "run.dnn:"));
}

static void
test_file (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_write (folder, "a.dnn", "[train]\nseed = 1\n", 17);
  g_autofree char *link = g_build_filename (folder->path, "link.dnn", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf now;

  g_test_summary ("The file keeps its permissions, and a link stays a link");

  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_cmpint (symlink ("a.dnn", link), ==, 0);

  dnn_experiment_edit_file (link, "train", "seed", "2", &error);

  g_assert_no_error (error);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "[train]\nseed = 2\n");
  g_assert_cmpint (g_stat (path, &now), ==, 0);
  g_assert_cmpint (now.st_mode & 0777, ==, 0640);
}

static void
test_no_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      dnn_experiment_edit_file ("no/a.dnn", "train", "seed", "2", &error));
  g_assert_error (error, DNN_ERROR, DNN_ERROR_NAME);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (edits); i++)
    dnn_add_row ("/experiment-edit/text", edits[i].name, &edits[i], test_edit);
  g_test_add_func ("/experiment-edit/file", test_file);
  g_test_add_func ("/experiment-edit/no-file", test_no_file);

  return g_test_run ();
}
