/* test-idx.c - the IDX format, well-formed and not */
#include "dnn-idx.h"

#include <stdint.h>

/* A table row: a whole file.  Those of /idx/types hold the numbers 1 and -2,
 * or 1 and 254 where there is no sign. */
typedef struct Row {
  const char *label;
  const char *bytes;
  size_t n;
  DnnDtype dtype; /* of /idx/types only */
} Row;

static const Row types[] = {
  { "uint8", "\0\0\x08\1\0\0\0\2\1\xfe", 10, DNN_UINT8 },
  { "int8", "\0\0\x09\1\0\0\0\2\1\xfe", 10, DNN_INT8 },
  { "int16", "\0\0\x0b\1\0\0\0\2\0\1\xff\xfe", 12, DNN_INT16 },
  { "int32", "\0\0\x0c\1\0\0\0\2\0\0\0\1\xff\xff\xff\xfe", 16, DNN_INT32 },
  { "float32", "\0\0\x0d\1\0\0\0\2\x3f\x80\0\0\xc0\0\0\0", 16, DNN_FLOAT32 },
  { "float64", "\0\0\x0e\1\0\0\0\2\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 24,
    DNN_FLOAT64 },
};

static const Row malformed[] = {
  { "empty", "", 0 },
  { "only-zeros", "\0\0", 2 },
  { "not-zeros", "\1\0\x08\1\0\0\0\1\7", 9 },
  { "type-0a", "\0\0\x0a\1\0\0\0\1\7", 9 },
  { "no-dimension", "\0\0\x08\0\7", 5 },
  { "nine-dimensions",
    "\0\0\x08\x09\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"
    "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\7",
    41 },
  { "header-cut", "\0\0\x08\2\0\0\0\1\0\0\0", 11 },
  { "no-data", "\0\0\x08\1\0\0\0\1", 8 },
  { "data-cut", "\0\0\x0c\1\0\0\0\1\0\0\0", 11 },
  { "data-too-long", "\0\0\x08\1\0\0\0\1\7\7", 10 },
  { "lying", "\0\0\x08\1\xff\xff\xff\xff\7", 9 },
  { "overflow", "\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\7",
    17 },
  { "overflow-in-bytes", "\0\0\x0e\2\x80\0\0\0\x80\0\0\0\7", 13 },
  { "overflow-to-zero", "\0\0\x08\4\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0", 20 },
};

static void
test_types (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = g_bytes_new_static (row->bytes, row->n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array = dnn_idx_parse ("a.idx", bytes, &error);
  float out[2];

  g_test_summary ("Each type of IDX is read, whatever its byte order costs");

  g_assert_no_error (error);
  g_assert_cmpint (array->dtype, ==, row->dtype);
  dnn_array_to_float (array, 0, 2, out);
  g_assert_cmpfloat (out[0], ==, 1);
  g_assert_cmpfloat (out[1], ==, row->dtype == DNN_UINT8 ? 254 : -2);
}

static void
test_shape (void)
{
  const char *file = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3abcdef";
  g_autoptr (GBytes) bytes = g_bytes_new_static (file, 22);
  g_autoptr (DnnArray) array = dnn_idx_parse ("a.idx", bytes, NULL);

  g_test_summary ("The dimensions are those of the header, in its order");

  g_assert_cmpuint (array->shape.n_dims, ==, 3);
  g_assert_cmpint (array->shape.dims[0], ==, 2);
  g_assert_cmpint (array->shape.dims[1], ==, 1);
  g_assert_cmpint (array->shape.dims[2], ==, 3);
  g_assert_cmpmem (array->data, 6, "abcdef", 6);
}

static void
test_borrow (void)
{
  const char *file = "\0\0\x08\1\0\0\0\3abc";
  g_autoptr (GBytes) bytes = g_bytes_new_static (file, 11);
  g_autoptr (DnnArray) array = dnn_idx_parse ("a.idx", bytes, NULL);

  g_test_summary ("Bytes are not copied");

  g_assert_true (array->data == file + 8);
}

static void
test_no_rows (void)
{
  g_autoptr (GBytes) bytes =
      g_bytes_new_static ("\0\0\x0d\2\0\0\0\0\0\0\0\3", 12);
  g_autoptr (DnnArray) array = dnn_idx_parse ("a.idx", bytes, NULL);

  g_test_summary ("A file without rows is an empty array");

  g_assert_nonnull (array);
  g_assert_cmpint (array->shape.dims[0], ==, 0);
  g_assert_cmpint (dnn_array_row_size (array), ==, 3);
}

static void
test_malformed (gconstpointer data)
{
  const Row *row = data;
  /* on the heap, where a read past its end is seen */
  g_autoptr (GBytes) bytes = g_bytes_new (row->bytes, row->n);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not what it says is refused");

  g_assert_null (dnn_idx_parse ("a.idx", bytes, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.idx: "));
}

static void
add (const char *group, const Row *rows, size_t n, GTestDataFunc test)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *path = g_strconcat (group, "/", rows[i].label, NULL);

    g_test_add_data_func (path, &rows[i], test);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/idx/types", types, G_N_ELEMENTS (types), test_types);
  g_test_add_func ("/idx/shape", test_shape);
  g_test_add_func ("/idx/borrow", test_borrow);
  g_test_add_func ("/idx/no-rows", test_no_rows);
  add ("/idx/malformed", malformed, G_N_ELEMENTS (malformed), test_malformed);

  return g_test_run ();
}
