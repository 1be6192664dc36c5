/* test-numpy-files.c - files that NumPy has written, of every type
 *
 * They are made by build-aux/make-numpy-files.py.
 */
#include "dnn-array.h"
#include "dnn-assert.h"
#include "dnn-data-file.h"
#include "dnn-npz.h"

#include <string.h>

static const char *const types[] = {
  "bool",   "int8",  "uint8",  "int16",   "uint16",  "int32",
  "uint32", "int64", "uint64", "float16", "float32", "float64",
};

static const char *const layouts[] = { "le-c", "le-f", "be-c", "be-f" };

static const struct {
  const char *name;
  const char *piece; /* of the message */
} refused[] = {
  { "object", "not Python objects ('|O')" },
  { "string", "not strings ('<U2')" },
  { "bytes", "not byte strings ('|S2')" },
  { "structured", "not structured (void)" },
  { "void", "not structured (void) ('|V3')" },
  { "complex", "not complex numbers ('<c8')" },
  { "date", "not dates ('<M8[s]')" },
  { "time", "not time differences ('<m8[s]')" },
  { "longdouble", "not '<f16'" },
};

static char *
file_path (const char *name)
{
  return g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", "numpy", name,
                           NULL);
}

/* The numbers that every file holds, as its type has them. */
static void
assert_numbers (const DnnArray *array, const char *type)
{
  const float all[] = { 0, 1, 2, 3, 100, *type == 'u' ? 7 : -7 };
  float out[6];

  g_assert_cmpstr (dnn_dtype_name (array->dtype), ==, type);
  g_assert_cmpuint (array->shape.n_dims, ==, 2);
  g_assert_cmpint (array->shape.dims[0], ==, 2);
  g_assert_cmpint (array->shape.dims[1], ==, 3);
  dnn_array_to_float (array, 0, 6, out);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (out[i], ==, *type == 'b' ? all[i] != 0 : all[i]);
}

static void
test_types (gconstpointer data)
{
  const char *type = data;

  g_test_summary ("Either byte order and either layout are the same numbers");

  for (size_t i = 0; i < G_N_ELEMENTS (layouts); i++) {
    g_autofree char *name = g_strdup_printf ("%s-%s.npy", type, layouts[i]);
    g_autofree char *path = file_path (name);
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnArray) array = NULL;

    /* one byte has no order */
    if (g_str_has_prefix (layouts[i], "be") &&
        !g_file_test (path, G_FILE_TEST_EXISTS)) {
      g_assert_true (strchr (type, '8') != NULL || *type == 'b');
      continue;
    }
    array = dnn_array_load (path, &error);
    g_assert_no_error (error);
    assert_numbers (array, type);
    g_assert_true (array->mapped == g_str_has_suffix (layouts[i], "c"));
  }
}

static void
test_archives (gconstpointer data)
{
  const char *const files[] = { "stored.npz", "packed.npz" };
  const char *type = data;

  g_test_summary ("Archives of every type, packed or not");

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *name = g_strdup_printf ("%s:%s", files[i], type);
    g_autofree char *path = file_path (name);
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnArray) array = dnn_array_load (path, &error);

    g_assert_no_error (error);
    assert_numbers (array, type);
  }
}

static void
test_refused (gconstpointer data)
{
  const size_t i = GPOINTER_TO_SIZE (data);
  g_autofree char *name = g_strdup_printf ("refused/%s.npy", refused[i].name);
  g_autofree char *path = file_path (name);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is no number is refused by its name");

  g_assert_null (dnn_array_load (path, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, refused[i].piece);
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
test_unnamed (void)
{
  g_autofree char *unnamed = file_path ("unnamed.npz");
  g_autofree char *single = file_path ("single.npz");
  g_autoptr (DnnArray) first = dnn_array_load (unnamed, NULL);
  g_autoptr (DnnArray) only = dnn_array_load (single, NULL);

  g_test_summary ("Without a name: the only array, or NumPy's first");

  assert_numbers (first, "float32");
  assert_numbers (only, "int16");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    dnn_add_row ("/numpy/npy", types[i], types[i], test_types);
    dnn_add_row ("/numpy/npz", types[i], types[i], test_archives);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/numpy/refused", refused[i].name, GSIZE_TO_POINTER (i),
                 test_refused);
  g_test_add_func ("/numpy/unnamed", test_unnamed);

  return g_test_run ();
}
