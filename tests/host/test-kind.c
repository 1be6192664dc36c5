/* test-kind.c - the table of kinds is whole */
#include "dnn-assert.h"
#include "dnn-kind.h"

static void
test_names (void)
{
  g_test_summary ("Every kind has a name and a folder, none twice");

  for (int i = 1; i <= (int) dnn_kind_count (); i++) {
    const DnnKind kind = (DnnKind) i;

    g_assert_true (dnn_kind_from_name (dnn_kind_name (kind)) == kind);
    g_assert_nonnull (dnn_kind_folder (kind));
    for (int j = 1; j < i; j++)
      g_assert_cmpstr (dnn_kind_folder ((DnnKind) j), !=,
                       dnn_kind_folder (kind));
  }
}

static void
test_unknown (void)
{
  static const char *const wrong[] = { "", "Layer", "layers", "lay" };

  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_cmpint (dnn_kind_from_name (wrong[i]), ==, 0);
}

static void
test_missing (void)
{
  g_test_summary ("Each function that a kind must have is asked for by name");

  for (int i = 1; i <= (int) dnn_kind_count (); i++) {
    const DnnKind kind = (DnnKind) i;
    const uint32_t size = dnn_kind_ops_size (kind);
    g_autofree char *ops = g_malloc0 (size);

    g_assert_cmpuint (size, >, sizeof (void *));
    g_assert_nonnull (dnn_kind_missing_op (kind, ops));
    memset (ops, 1, size);
    g_assert_null (dnn_kind_missing_op (kind, ops));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kind/names", test_names);
  g_test_add_func ("/kind/unknown", test_unknown);
  g_test_add_func ("/kind/missing", test_missing);

  return g_test_run ();
}
