/* test-array.c - element types, conversion to float32, loading by content */
#include "dnn-array.h"
#include "dnn-data-file.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdint.h>

/* A table row of /array/to-float: bytes of elements and what they are. */
typedef struct Conversion {
  DnnDtype dtype;
  int64_t n;
  const void *in;
  float out[4];
} Conversion;

static const Conversion conversions[] = {
  { DNN_FLOAT32, 2, (const float[]){ 1.5f, -0.0f }, { 1.5f, -0.0f } },
  { DNN_FLOAT64, 2, (const double[]){ 0.1, 1e300 }, { 0.1f, INFINITY } },
  { DNN_UINT8, 3, (const uint8_t[]){ 0, 128, 255 }, { 0, 128, 255 } },
  { DNN_INT8, 3, (const int8_t[]){ -128, -1, 127 }, { -128, -1, 127 } },
  { DNN_UINT16, 2, (const uint16_t[]){ 1, 65535 }, { 1, 65535 } },
  { DNN_INT16, 2, (const int16_t[]){ -32768, 32767 }, { -32768, 32767 } },
  { DNN_UINT32, 2, (const uint32_t[]){ 3, UINT32_MAX }, { 3, 0x1p32f } },
  { DNN_INT32, 2, (const int32_t[]){ -7, INT32_MIN }, { -7, -0x1p31f } },
  { DNN_UINT64, 2, (const uint64_t[]){ 5, UINT64_MAX }, { 5, 0x1p64f } },
  { DNN_INT64, 2, (const int64_t[]){ -5, INT64_MIN }, { -5, -0x1p63f } },
  { DNN_BOOL8, 3, (const uint8_t[]){ 0, 1, 2 }, { 0, 1, 1 } },
};

static DnnArray *
new_array (DnnDtype dtype, int64_t n, const void *data)
{
  return dnn_array_new_take (
      dtype, DNN_SHAPE (n),
      g_bytes_new (data, (size_t) n * dnn_dtype_size (dtype)));
}

static void
test_to_float (gconstpointer data)
{
  const Conversion *row = data;
  g_autoptr (DnnArray) array = new_array (row->dtype, row->n, row->in);
  float out[4] = { NAN, NAN, NAN, NAN };

  g_test_summary ("Every element type becomes the nearest float32");

  dnn_array_to_float (array, 0, row->n, out);

  g_assert_cmpmem (out, (size_t) row->n * sizeof *out, row->out,
                   (size_t) row->n * sizeof *out);
  for (int64_t i = row->n; i < 4; i++)
    g_assert_true (isnan (out[i]));
}

/* The obvious twin of the conversion: the definition of IEEE 754 binary16. */
static float
half (uint16_t bits)
{
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  float x = exponent == 0 ? ldexpf ((float) fraction, -24)
                          : ldexpf ((float) (1024 + fraction), exponent - 25);

  if (exponent == 31)
    x = fraction == 0 ? INFINITY : NAN;
  return bits >> 15 ? -x : x;
}

static void
test_float16 (void)
{
  g_autofree uint16_t *in = g_new (uint16_t, 65536);
  g_autofree float *out = g_new (float, 65536);
  g_autoptr (DnnArray) array = NULL;

  g_test_summary ("Each of the 65536 float16 numbers is converted exactly");

  for (int i = 0; i < 65536; i++)
    in[i] = (uint16_t) i;
  array = new_array (DNN_FLOAT16, 65536, in);

  dnn_array_to_float (array, 0, 65536, out);

  for (int i = 0; i < 65536; i++) {
    const float x = half ((uint16_t) i);

    if (isnan (x))
      g_assert_true (isnan (out[i]));
    else
      g_assert_cmpmem (&out[i], sizeof x, &x, sizeof x);
    g_assert_cmpint (!signbit (out[i]), ==, i < 32768);
  }
}

static void
test_part (void)
{
  const int16_t numbers[] = { 1, 2, 3, 4, 5 };
  g_autoptr (DnnArray) array = new_array (DNN_INT16, 5, numbers);
  float out[3] = { NAN, NAN, NAN };

  g_test_summary ("Only the elements that were asked for are written");

  dnn_array_to_float (array, 2, 2, out);

  g_assert_cmpfloat (out[0], ==, 3);
  g_assert_cmpfloat (out[1], ==, 4);
  g_assert_true (isnan (out[2]));
}

static void
test_dtypes (void)
{
  g_test_summary ("A type has NumPy's name and its size");

  g_assert_cmpstr (dnn_dtype_name (DNN_FLOAT32), ==, "float32");
  g_assert_cmpstr (dnn_dtype_name (DNN_BOOL8), ==, "bool");
  g_assert_cmpuint (dnn_dtype_size (DNN_BOOL8), ==, 1);
  g_assert_cmpuint (dnn_dtype_size (DNN_FLOAT16), ==, 2);
  g_assert_cmpuint (dnn_dtype_size (DNN_UINT32), ==, 4);
  g_assert_cmpuint (dnn_dtype_size (DNN_FLOAT64), ==, 8);
}

static void
test_row_size (void)
{
  g_autoptr (DnnArray) array = NULL;

  g_test_summary ("A row is all dimensions but the first");

  array = dnn_array_new_take (DNN_UINT8, DNN_SHAPE (2, 3, 1),
                              g_bytes_new ("abcdef", 6));

  g_assert_cmpint (dnn_array_row_size (array), ==, 3);
}

static void
test_alignment (void)
{
  const float numbers[] = { 0, 1, 2 };
  char moved[1 + sizeof numbers];
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (DnnArray) array = NULL;
  float out[3];

  g_test_summary ("Elements may lie at any address, and are not copied");

  memcpy (moved + 1, numbers, sizeof numbers);
  whole = g_bytes_new (moved, sizeof moved);
  array =
      dnn_array_new_take (DNN_FLOAT32, DNN_SHAPE (3),
                          g_bytes_new_from_bytes (whole, 1, sizeof numbers));

  dnn_array_to_float (array, 0, 3, out);

  g_assert_cmpmem (out, sizeof out, numbers, sizeof numbers);
  g_assert_true (array->data ==
                 (const char *) g_bytes_get_data (whole, NULL) + 1);
}

/* More numbers than are brought into order in one piece. */
static void
test_big_endian (void)
{
  enum { N = 1500 };
  uint8_t in[8 * N];
  float out[N];

  g_test_summary ("Big-endian elements of each size are the same numbers");

  for (size_t size = 1; size <= 8; size *= 2) {
    const DnnDtype dtypes[] = {
      [1] = DNN_UINT8, [2] = DNN_UINT16, [4] = DNN_UINT32, [8] = DNN_UINT64
    };
    g_autoptr (DnnArray) array = NULL;

    memset (in, 0, sizeof in);
    for (size_t i = 0; i < N; i++)
      in[i * size + size - 1] = (uint8_t) i;
    array = dnn_array_new_take_big_endian (dtypes[size], DNN_SHAPE (N),
                                           g_bytes_new (in, N * size));
    dnn_array_to_float (array, 0, N, out);
    for (size_t i = 0; i < N; i++)
      g_assert_cmpfloat (out[i], ==, (float) (uint8_t) i);
  }
}

static void
test_ref (void)
{
  DnnArray *array = new_array (DNN_UINT8, 3, "abc");
  DnnArray *again = dnn_array_ref (array);

  g_test_summary ("An array lives as long as its last reference");

  dnn_array_unref (array);

  g_assert_cmpmem (again->data, 3, "abc", 3);
  dnn_array_unref (again);
  dnn_array_unref (NULL);
}

/* A table row of /array/load: a whole file, and what it is. */
typedef struct File {
  const char *label;
  const char *bytes;
  size_t n;
  int code; /* -1: loads, as the uint8 numbers 7 8 9 */
} File;

static const File files[] = {
  { "idx", "\0\0\x08\1\0\0\0\3\7\x8\x9", 11, -1 },
  { "idx-gz",
    "\037\213\010\000\000\000\000\000\002\003\143\140\340\140"
    "\144\140\140\140\146\347\340\004\000\255\230\012\272\013"
    "\000\000\000",
    31, -1 },
  { "npy",
    "\x93NUMPY\1\0\x3b\0"
    "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }  \7\x8\x9",
    72, -1 },
  { "empty", "", 0, DNN_ERROR_FORMAT },
  { "text", "a,b\n1,2\n", 8, DNN_ERROR_FORMAT },
  { "gzip-cut", "\x1f\x8b\x08\0\0\0", 6, DNN_ERROR_FORMAT },
  { "npy-cut", "\x93NUMPY", 6, DNN_ERROR_FORMAT },
  { "idx-cut", "\0\0\x08\1\0", 5, DNN_ERROR_FORMAT },
};

static void
test_load (gconstpointer data)
{
  const File *file = data;
  g_autofree char *dir = g_dir_make_tmp ("dnn-array-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "file", NULL);
  g_autoptr (DnnArray) array = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The first bytes tell which reader a file needs");

  g_assert_true (
      g_file_set_contents (path, file->bytes, (gssize) file->n, NULL));
  array = dnn_array_load (path, &error);
  g_unlink (path);
  g_rmdir (dir);

  if (file->code < 0) {
    g_assert_no_error (error);
    g_assert_cmpint (array->dtype, ==, DNN_UINT8);
    g_assert_cmpint (array->shape.dims[0], ==, 3);
    g_assert_cmpmem (array->data, 3, "\7\x8\x9", 3);
  } else {
    g_assert_null (array);
    g_assert_error (error, DNN_ERROR, file->code);
    g_assert_true (g_str_has_prefix (error->message, path));
  }
}

static void
test_load_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not there is a wrong name");

  g_assert_null (dnn_array_load ("no/such/file.npy", &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_NAME);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (conversions); i++) {
    g_autofree char *path = g_strconcat (
        "/array/to-float/", dnn_dtype_name (conversions[i].dtype), NULL);

    g_test_add_data_func (path, &conversions[i], test_to_float);
  }
  g_test_add_func ("/array/float16", test_float16);
  g_test_add_func ("/array/part", test_part);
  g_test_add_func ("/array/dtypes", test_dtypes);
  g_test_add_func ("/array/row-size", test_row_size);
  g_test_add_func ("/array/alignment", test_alignment);
  g_test_add_func ("/array/big-endian", test_big_endian);
  g_test_add_func ("/array/ref", test_ref);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strconcat ("/array/load/", files[i].label, NULL);

    g_test_add_data_func (path, &files[i], test_load);
  }
  g_test_add_func ("/array/load-missing", test_load_missing);

  return g_test_run ();
}
