/* test-elf.c - what is read of a shared object */
#include "dnn-elf.h"

#include "dnn-assert.h"
#include "dnn-folder.h"

#include <dnn/plugin.h>
#include <string.h>

static bool
has (const GPtrArray *texts, const char *piece)
{
  for (guint i = 0; i < texts->len; i++)
    if (strstr (g_ptr_array_index (texts, i), piece) != NULL)
      return true;
  return false;
}

static void
test_good (void)
{
  g_autofree char *path = dnn_built_plugin ("layers/dense");
  GError *error = NULL;
  g_autoptr (DnnElf) elf = dnn_elf_read (path, &error);

  g_test_summary (
      "A plugin exports its descriptor, whose size and kind are read");

  g_assert_no_error (error);
  g_assert_true (has (elf->exports, "dnn_plugin_v1"));
  g_assert_cmpuint (elf->descriptor_size, ==, sizeof (DnnPlugin));
  g_assert_cmpuint (elf->descriptor_kind, ==, DNN_KIND_LAYER);
  g_assert_false (elf->executable_stack);
}

static void
test_links (void)
{
  g_autofree char *path = dnn_bad_plugin ("links_blas");
  GError *error = NULL;
  g_autoptr (DnnElf) elf = dnn_elf_read (path, &error);

  g_test_summary ("What is wanted of others has a name, and so has a library");

  g_assert_no_error (error);
  g_assert_true (has (elf->imports, "openblas_get_num_threads"));
  g_assert_true (has (elf->libraries, "openblas"));
}

static void
test_stack (void)
{
  g_autofree char *path = dnn_bad_plugin ("executable_stack");
  GError *error = NULL;
  g_autoptr (DnnElf) elf = dnn_elf_read (path, &error);

  g_test_summary ("An executable stack is seen");

  g_assert_no_error (error);
  g_assert_true (elf->executable_stack);
}

/* Whatever bytes are lost or changed, reading ends with a result or an error.
 */
static void
test_damaged (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *good = dnn_built_plugin ("layers/dense"), *bytes = NULL;
  gsize n;

  g_test_summary ("Bytes cut off or changed are no crash");

  g_assert_true (g_file_get_contents (good, &bytes, &n, NULL));
  for (gsize i = 0; i < 400; i++) {
    g_autofree char *copy = g_memdup2 (bytes, n), *path = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnElf) elf = NULL;
    const gsize length = i % 2 == 0 ? n : n - n * i / 800;

    copy[(i * 2654435761u) % length] ^= (char) (1 + i % 255);
    copy[i % 64] ^= (char) (i % 3);
    path = dnn_folder_write (folder, "dense.so", copy, length);
    elf = dnn_elf_read (path, &error);
    g_assert_true ((elf == NULL) == (error != NULL));
  }
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_elf_read ("/nowhere/dense.so", &error));

  dnn_assert_error (error, DNN_ERROR_IO, "/nowhere/dense.so");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/elf/good", test_good);
  g_test_add_func ("/elf/links", test_links);
  g_test_add_func ("/elf/executable-stack", test_stack);
  g_test_add_func ("/elf/damaged", test_damaged);
  g_test_add_func ("/elf/missing", test_missing);

  return g_test_run ();
}
