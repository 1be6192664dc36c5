/* test-memory.c - large blocks: zeroed, aligned, refused with a sentence */
#include "dnn-assert.h"
#include "dnn-memory.h"

#include <stdint.h>

static void
test_sizes (void)
{
  static const size_t sizes[] = {
    0, 1, 63, 64, 65, 4096, (8u << 20) - 1, 8u << 20, (9u << 20) + 7
  };

  g_test_summary ("Zeroed and aligned, on both sides of huge pages");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;
    uint8_t *block = dnn_memory_new (sizes[i], &error);

    g_assert_no_error (error);
    g_assert_cmpuint ((uintptr_t) block % 64, ==, 0);
    for (size_t j = 0; j < MAX (sizes[i], 1); j++)
      g_assert_cmpuint (block[j], ==, 0);
    memset (block, 0xff, MAX (sizes[i], 1));
    dnn_memory_free (block);
  }
}

static void
test_too_much (void)
{
  static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 64, SIZE_MAX / 2,
                                  (size_t) 1 << 46 };

  g_test_summary ("What cannot be had is an error that says how much it was");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *piece = g_strdup_printf ("%zu bytes", sizes[i]);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_memory_new (sizes[i], &error));
    dnn_assert_error (error, DNN_ERROR_IO, piece);
  }
}

static void
test_resize (void)
{
  g_autoptr (GError) error = NULL;
  uint8_t *block = dnn_memory_resize (NULL, 3, &error), *larger;

  g_test_summary ("A block that moves keeps its bytes; one that cannot, too");

  g_assert_no_error (error);
  memcpy (block, "abc", 3);
  larger = dnn_memory_resize (block, 1 << 20, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (larger, 3, "abc", 3);

  g_assert_null (dnn_memory_resize (larger, SIZE_MAX / 2, &error));
  dnn_assert_error (error, DNN_ERROR_IO, "there is no memory for");
  g_assert_cmpmem (larger, 3, "abc", 3);
  dnn_memory_free (larger);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_memory_free (NULL);
  g_test_add_func ("/memory/sizes", test_sizes);
  g_test_add_func ("/memory/too-much", test_too_much);
  g_test_add_func ("/memory/resize", test_resize);

  return g_test_run ();
}
