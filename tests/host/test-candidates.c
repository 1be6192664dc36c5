/* test-candidates.c - what lies in folders, without opening it */
#include "dnn-assert.h"
#include "dnn-candidates.h"
#include "dnn-folder.h"

static const DnnCandidate *
candidate_at (const GPtrArray *list, const char *path)
{
  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    if (g_str_equal (candidate->path, path))
      return candidate;
  }
  return NULL;
}

static void
test_loose_shadowed (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new (), b = dnn_folder_new ();
  g_autofree char *first = dnn_folder_write (a, "losses/huber.so", "no", 2);
  g_autofree char *same = dnn_folder_write (a, "huber.so", "no", 2);
  g_autofree char *loose = dnn_folder_write (b, "huber.so", "no", 2);
  const char *const folders[] = { a->path, b->path, NULL };
  g_autoptr (GPtrArray) list = dnn_candidates_list (folders);

  g_test_summary ("A loose file is shadowed by its kind, once that is known");

  g_assert_false (candidate_at (list, same)->shadowed);

  ((DnnCandidate *) candidate_at (list, same))->kind = DNN_KIND_LOSS;
  ((DnnCandidate *) candidate_at (list, loose))->kind = DNN_KIND_METRIC;
  dnn_candidates_mark_shadowed (list);

  g_assert_false (candidate_at (list, first)->shadowed);
  g_assert_true (candidate_at (list, same)->shadowed);
  g_assert_false (candidate_at (list, loose)->shadowed);

  ((DnnCandidate *) candidate_at (list, loose))->kind = DNN_KIND_LOSS;
  dnn_candidates_mark_shadowed (list);

  g_assert_true (candidate_at (list, loose)->shadowed);
}

static void
test_names (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new (), b = dnn_folder_new ();
  g_autofree char *huber = dnn_folder_write (a, "losses/huber.so", "no", 2);
  g_autofree char *same = dnn_folder_write (b, "losses/huber.so", "no", 2);
  g_autofree char *abs = dnn_folder_write (b, "losses/abs.so", "no", 2);
  g_autofree char *tanh = dnn_folder_write (b, "layers/tanh.so", "no", 2);
  const char *const folders[] = { a->path, b->path, NULL };
  g_auto (GStrv) names = dnn_candidates_names (folders, DNN_KIND_LOSS);

  g_test_summary ("Each name of a kind once, sorted, from all folders");

  g_assert_cmpstr (names[0], ==, "abs");
  g_assert_cmpstr (names[1], ==, "huber");
  g_assert_null (names[2]);
}

static void
test_unknown (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = dnn_folder_write (folder, "losses/huber.so", "no", 2);
  const char *const folders[] = { folder->path, NULL };
  const DnnKind kind = DNN_KIND_LOSS;
  g_autofree char *piece =
      g_strdup_printf ("there is no loss plugin 'hubert'; did you mean "
                       "'huber'? (searched: %s)",
                       folder->path);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The nearest name, and the folders searched");

  dnn_candidates_set_unknown (folders, &kind, 1, "hubert", &error);

  dnn_assert_error (error, DNN_ERROR_NAME, piece);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/candidates/loose-shadowed", test_loose_shadowed);
  g_test_add_func ("/candidates/names", test_names);
  g_test_add_func ("/candidates/unknown", test_unknown);
  return g_test_run ();
}
