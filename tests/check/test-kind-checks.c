/* test-kind-checks.c - every kind has checks that the table knows */
#include "dnn-check.h"
#include "dnn-conformance.h"
#include "dnn-kind-checks.h"
#include "dnn-kind.h"

#include <string.h>

/* Where a check stands in the table; SIZE_MAX: it does not. */
static size_t
place_of (const char *check)
{
  const char *name;

  for (size_t i = 0; (name = dnn_conformance_name (i, NULL)) != NULL; i++)
    if (strcmp (name, check) == 0)
      return i;
  return SIZE_MAX;
}

static void
test_kinds (void)
{
  g_test_summary ("Every kind has one row of checks, and its trial is of them");

  for (unsigned kind = 1; kind <= dnn_kind_count (); kind++) {
    unsigned n = 0;

    for (size_t i = 0; dnn_kind_checks[i] != NULL; i++)
      n += dnn_kind_checks[i]->kind == kind;
    g_assert_cmpuint (n, ==, 1);
    g_assert_true (
        dnn_check_is_for (dnn_check_trial ((DnnKind) kind), (DnnKind) kind));
  }
}

static void
test_order (void)
{
  g_test_summary ("A kind's checks are rows of the table, in its order");

  for (unsigned kind = 1; kind <= dnn_kind_count (); kind++) {
    const char *name, *before = NULL;

    for (size_t i = 0; (name = dnn_check_name ((DnnKind) kind, i)) != NULL;
         i++) {
      g_assert_cmpuint (place_of (name), !=, SIZE_MAX);
      if (before != NULL)
        g_assert_cmpuint (place_of (name), >, place_of (before));
      before = name;
    }
    g_assert_nonnull (before);
  }
}

static void
test_used (void)
{
  const char *name;

  g_test_summary ("Every row of the table is for a kind");

  for (size_t i = 0; (name = dnn_conformance_name (i, NULL)) != NULL; i++) {
    unsigned n = 0;

    for (unsigned kind = 1; kind <= dnn_kind_count (); kind++)
      n += dnn_conformance_is_for (i, (DnnKind) kind);
    g_assert_cmpuint (n, >, 0);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kind-checks/kinds", test_kinds);
  g_test_add_func ("/kind-checks/order", test_order);
  g_test_add_func ("/kind-checks/used", test_used);

  return g_test_run ();
}
