/* test-npy.c - the .npy format, well-formed and not */
#include "dnn-data-file.h"
#include "dnn-npy.h"

#include <glib/gstdio.h>
#include <stdint.h>

#define DATA(text) text, sizeof text - 1

/* A table row: the dict of a version 1.0 header and the data after it.  Those
 * of /npy/types hold the numbers 1 and 2, or two that are true. */
typedef struct Row {
  const char *label;
  const char *dict;
  const char *data;
  size_t n;
  DnnDtype dtype; /* of /npy/types only */
} Row;

#define DICT(descr, shape)                                                     \
  "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape ", }"

static const Row types[] = {
  { "bool", DICT ("|b1", "(2,)"), DATA ("\1\1"), DNN_BOOL8 },
  { "uint8", DICT ("|u1", "(2,)"), DATA ("\1\2"), DNN_UINT8 },
  { "int8", DICT ("|i1", "(2,)"), DATA ("\1\2"), DNN_INT8 },
  { "uint16", DICT ("<u2", "(2,)"), DATA ("\1\0\2\0"), DNN_UINT16 },
  { "int16-big", DICT (">i2", "(2,)"), DATA ("\0\1\0\2"), DNN_INT16 },
  { "uint32-big", DICT (">u4", "(2,)"), DATA ("\0\0\0\1\0\0\0\2"), DNN_UINT32 },
  { "int32", DICT ("<i4", "(2,)"), DATA ("\1\0\0\0\2\0\0\0"), DNN_INT32 },
  { "uint64", DICT ("<u8", "(2,)"), DATA ("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
    DNN_UINT64 },
  { "int64-big", DICT (">i8", "(2,)"),
    DATA ("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2"), DNN_INT64 },
  { "float16", DICT ("<f2", "(2,)"), DATA ("\0\x3c\0\x40"), DNN_FLOAT16 },
  { "float32", DICT ("<f4", "(2,)"), DATA ("\0\0\x80\x3f\0\0\0\x40"),
    DNN_FLOAT32 },
  { "float32-big", DICT (">f4", "(2,)"), DATA ("\x3f\x80\0\0\x40\0\0\0"),
    DNN_FLOAT32 },
  { "float64", DICT ("<f8", "(2,)"),
    DATA ("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40"), DNN_FLOAT64 },
};

/* Headers that differ from NumPy's own, but are Python all the same. */
static const Row spellings[] = {
  { "order", "{'shape': (2,), 'descr': '|u1', 'fortran_order': False}",
    DATA ("\1\2") },
  { "double-quotes",
    "{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (2,)}",
    DATA ("\1\2") },
  { "spaces", " { 'descr' :'|u1' ,'fortran_order':False,'shape':( 2 , ) } \n",
    DATA ("\1\2") },
  { "python-2", DICT ("|u1", "(2L,)"), DATA ("\1\2") },
};

static const Row malformed[] = {
  { "object", DICT ("|O", "(1,)"), DATA ("12345678") },
  { "bytes", DICT ("|S1", "(1,)"), DATA ("a") },
  { "string", DICT ("<U1", "(1,)"), DATA ("a\0\0\0") },
  { "complex", DICT ("<c8", "(1,)"), DATA ("12345678") },
  { "void", DICT ("|V1", "(1,)"), DATA ("a") },
  { "date", DICT ("<M8[ns]", "(1,)"), DATA ("12345678") },
  { "float128", DICT ("<f16", "(1,)"), DATA ("1234567812345678") },
  { "no-byte-order", DICT ("f4", "(1,)"), DATA ("1234") },
  { "unclear-byte-order", DICT ("|f4", "(1,)"), DATA ("1234") },
  { "empty-descr", DICT ("", "(1,)"), DATA ("1") },
  { "structured",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
    DATA ("1234") },
  { "no-dict", "[1, 2]", DATA ("") },
  { "empty-dict", "{}", DATA ("") },
  { "empty-header", "", DATA ("") },
  { "no-descr", "{'fortran_order': False, 'shape': (1,), }", DATA ("1") },
  { "no-order", "{'descr': '|u1', 'shape': (1,), }", DATA ("1") },
  { "no-shape", "{'descr': '|u1', 'fortran_order': False, }", DATA ("1") },
  { "twice", "{'descr': '|u1', 'descr': '|u1', 'shape': (1,), }", DATA ("1") },
  { "unknown-key",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}",
    DATA ("1") },
  { "order-0", "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,), }",
    DATA ("1") },
  { "after-dict", DICT ("|u1", "(1,)") "x", DATA ("1") },
  { "no-comma", "{'descr': '|u1' 'fortran_order': False, 'shape': (1,), }",
    DATA ("1") },
  { "unclosed", "{'descr': '|u1", DATA ("1") },
  { "shape-number", DICT ("|u1", "1"), DATA ("1") },
  { "shape-in-brackets", DICT ("|u1", "(1)"), DATA ("1") },
  { "shape-list", DICT ("|u1", "[1]"), DATA ("1") },
  { "shape-comma", DICT ("|u1", "(,)"), DATA ("1") },
  { "shape-spaces", DICT ("|u1", "(1 1)"), DATA ("1") },
  { "shape-negative", DICT ("|u1", "(-1,)"), DATA ("1") },
  { "shape-float", DICT ("|u1", "(1.0,)"), DATA ("1") },
  { "shape-unclosed", "{'shape': (1", DATA ("1") },
  { "shape-nine", DICT ("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), DATA ("1") },
  { "shape-huge", DICT ("|u1", "(99999999999999999999,)"), DATA ("1") },
  { "shape-overflow", DICT ("<f8", "(4294967296, 4294967296)"), DATA ("1") },
  { "shape-overflow-bytes", DICT ("<f8", "(4611686018427387904,)"), DATA ("") },
  { "lying", DICT ("<f4", "(1000000000000,)"), DATA ("1234") },
  { "data-cut", DICT ("<f4", "(2,)"), DATA ("1234567") },
  { "data-too-long", DICT ("<f4", "(1,)"), DATA ("12345") },
};

/* Whole files, whose start is broken. */
static const Row broken[] = {
  { "empty", "", DATA ("") },
  { "magic", "", DATA ("\x93NUMPX\1\0\0\0") },
  { "magic-cut", "", DATA ("\x93NUMPY\1") },
  { "version-0", "", DATA ("\x93NUMPY\0\0\0\0") },
  { "version-4", "", DATA ("\x93NUMPY\4\0\0\0\0\0") },
  { "length-cut", "", DATA ("\x93NUMPY\1\0\5") },
  { "length-cut-2", "", DATA ("\x93NUMPY\2\0\5\0\0") },
  { "header-cut", "", DATA ("\x93NUMPY\1\0\5\0{'de") },
  { "header-lying", "", DATA ("\x93NUMPY\2\0\xff\xff\xff\xff{}") },
  { "zero-byte", "", DATA ("\x93NUMPY\1\0\3\0{}\0") },
};

static GBytes *
make_file (int version, const Row *row)
{
  const size_t length = strlen (row->dict);
  const uint8_t start[12] = { 0x93,
                              'N',
                              'U',
                              'M',
                              'P',
                              'Y',
                              (uint8_t) version,
                              0,
                              (uint8_t) length,
                              (uint8_t) (length >> 8) };
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, start, version == 1 ? 10 : 12);
  g_byte_array_append (file, (const uint8_t *) row->dict, (guint) length);
  g_byte_array_append (file, (const uint8_t *) row->data, (guint) row->n);
  return g_byte_array_free_to_bytes (file);
}

static void
test_types (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = make_file (1, row);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, &error);
  float out[2];

  g_test_summary ("Each type is read, in either byte order");

  g_assert_no_error (error);
  g_assert_cmpint (array->dtype, ==, row->dtype);
  dnn_array_to_float (array, 0, 2, out);
  g_assert_cmpfloat (out[0], ==, 1);
  g_assert_cmpfloat (out[1], ==, row->dtype == DNN_BOOL8 ? 1 : 2);
}

static void
test_spellings (gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_file (1, data);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, &error);

  g_test_summary ("A header may be spelled otherwise than NumPy does");

  g_assert_no_error (error);
  g_assert_cmpuint (array->shape.n_dims, ==, 1);
  g_assert_cmpint (array->shape.dims[0], ==, 2);
  g_assert_cmpmem (array->data, 2, "\1\2", 2);
}

static void
test_versions (void)
{
  g_test_summary ("Versions 2 and 3 have a longer length");

  for (int version = 1; version <= 3; version++) {
    g_autoptr (GBytes) bytes = make_file (version, &types[1]);
    g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, NULL);

    g_assert_nonnull (array);
    g_assert_cmpmem (array->data, 2, "\1\2", 2);
  }
}

static void
test_scalar (void)
{
  const Row row = { "", DICT ("|u1", "()"), DATA ("\7") };
  g_autoptr (GBytes) bytes = make_file (1, &row);
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, NULL);

  g_test_summary ("A single number has no dimensions");

  g_assert_nonnull (array);
  g_assert_cmpuint (array->shape.n_dims, ==, 0);
  g_assert_cmpint (dnn_array_row_size (array), ==, 1);
}

static void
test_no_rows (void)
{
  const Row row = { "",
                    "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 3)}",
                    DATA ("") };
  g_autoptr (GBytes) bytes = make_file (1, &row);
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, NULL);

  g_test_summary ("A file without rows is an empty array");

  g_assert_nonnull (array);
  g_assert_cmpint (array->shape.dims[0], ==, 0);
  g_assert_cmpint (array->shape.dims[1], ==, 3);
}

static void
test_borrow (void)
{
  g_autoptr (GBytes) bytes = make_file (1, &types[1]);
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, NULL);
  const char *end = g_bytes_get_data (bytes, NULL);

  g_test_summary ("Data that are as an array wants them are not copied");

  end += g_bytes_get_size (bytes);
  g_assert_true (array->data == end - 2);
}

static void
test_fortran_order (void)
{
  /* x[i][j][k] = 100 i + 10 j + k, the first index fastest */
  const Row row = { "",
                    "{'descr': '|u1', 'fortran_order': True, "
                    "'shape': (2, 3, 2), }",
                    DATA ("\0\144\12\156\24\170\1\145\13\157\25\171") };
  const uint8_t expected[] = { 0,   1,   10,  11,  20,  21,
                               100, 101, 110, 111, 120, 121 };
  g_autoptr (GBytes) bytes = make_file (1, &row);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, &error);

  g_test_summary ("Fortran order is brought into C order");

  g_assert_no_error (error);
  g_assert_cmpint (array->shape.dims[1], ==, 3);
  g_assert_cmpmem (array->data, 12, expected, 12);
}

static void
test_fortran_big_endian (void)
{
  const Row row = { "",
                    "{'descr': '>u2', 'fortran_order': True, "
                    "'shape': (2, 2), }",
                    DATA ("\0\1\0\3\0\2\0\4") };
  const float expected[] = { 1, 2, 3, 4 };
  float out[4];
  g_autoptr (GBytes) bytes = make_file (1, &row);
  g_autoptr (DnnArray) array = dnn_npy_parse ("a.npy", bytes, NULL);

  g_test_summary ("Fortran order and big-endian go together");

  g_assert_nonnull (array);
  dnn_array_to_float (array, 0, 4, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

static void
assert_refused (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_npy_parse ("a.npy", bytes, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.npy: "));
}

static void
test_malformed (gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_file (1, data);

  g_test_summary ("A file that is not what it says is refused");

  assert_refused (bytes);
}

static void
test_broken (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = g_bytes_new (row->data, row->n);

  g_test_summary ("A file that does not start as .npy does is refused");

  assert_refused (bytes);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) bytes = make_file (1, &types[10]);
  const char *file = g_bytes_get_data (bytes, NULL);

  g_test_summary ("A file cut anywhere is refused");

  for (size_t n = 0; n < g_bytes_get_size (bytes); n++) {
    g_autoptr (GBytes) part = g_bytes_new (file, n);

    assert_refused (part);
  }
}

static void
assert_round_trip (DnnShape shape, size_t n, const char *header)
{
  const float numbers[] = { 1.5f, -2, 0, 1e-40f, 3, 4 };
  g_autofree char *dir = g_dir_make_tmp ("dnn-npy-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.npy", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DnnArray) array = NULL;
  g_autoptr (GError) error = NULL;
  size_t size;

  g_assert_true (dnn_npy_write (path, DNN_FLOAT32, numbers, shape, &error));
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  array = dnn_array_load (path, &error);
  g_unlink (path);
  g_rmdir (dir);

  g_assert_no_error (error);
  g_assert_cmpmem (text, 10, "\x93NUMPY\1\0\x76\0", 10);
  g_assert_true (g_str_has_prefix (text + 10, header));
  g_assert_cmpuint (size, ==, 128 + 4 * n);
  g_assert_cmpint (text[127], ==, '\n');
  g_assert_cmpint (array->dtype, ==, DNN_FLOAT32);
  g_assert_cmpmem (&array->shape, sizeof shape, &shape, sizeof shape);
  g_assert_cmpmem (array->data, 4 * n, numbers, 4 * n);
}

static void
test_write (void)
{
  g_test_summary ("What is written is read again, with the header of NumPy");

  assert_round_trip (DNN_SHAPE (2, 3), 6, DICT ("<f4", "(2, 3)"));
  assert_round_trip (DNN_SHAPE (5), 5, DICT ("<f4", "(5,)"));
  assert_round_trip (DNN_SHAPE (0, 2), 0, DICT ("<f4", "(0, 2)"));
  assert_round_trip (DNN_SCALAR, 1, DICT ("<f4", "()"));
}

static void
test_write_fails (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A directory that is not there cannot be written to");

  g_assert_false (dnn_npy_write ("no/such/a.npy", DNN_FLOAT32, NULL,
                                 DNN_SHAPE (0), &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "no/such/a.npy: "));
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

  add ("/npy/types", types, G_N_ELEMENTS (types), test_types);
  add ("/npy/spellings", spellings, G_N_ELEMENTS (spellings), test_spellings);
  g_test_add_func ("/npy/versions", test_versions);
  g_test_add_func ("/npy/scalar", test_scalar);
  g_test_add_func ("/npy/no-rows", test_no_rows);
  g_test_add_func ("/npy/borrow", test_borrow);
  g_test_add_func ("/npy/fortran-order", test_fortran_order);
  g_test_add_func ("/npy/fortran-big-endian", test_fortran_big_endian);
  add ("/npy/malformed", malformed, G_N_ELEMENTS (malformed), test_malformed);
  add ("/npy/broken", broken, G_N_ELEMENTS (broken), test_broken);
  g_test_add_func ("/npy/truncated", test_truncated);
  g_test_add_func ("/npy/write", test_write);
  g_test_add_func ("/npy/write-fails", test_write_fails);

  return g_test_run ();
}
