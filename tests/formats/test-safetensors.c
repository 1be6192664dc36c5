/* test-safetensors.c - the safetensors format, well-formed and not */
#include "dnn-safetensors.h"

#include <glib/gstdio.h>
#include <stdint.h>

/* A table row: a header and the number of data bytes after it. */
typedef struct Row {
  const char *label;
  const char *header;
  size_t n;
} Row;

#define T(name, dtype, shape, offsets)                                         \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape                     \
  ",\"data_offsets\":" offsets "}"

static const Row malformed[] = {
  { "empty-header", "", 0 },
  { "not-an-object", "[]", 0 },
  { "space-first", " {}", 0 },
  { "unclosed", "{", 0 },
  { "unclosed-string", "{\"a", 0 },
  { "unbalanced", "{]", 0 },
  { "trailing-comma", "{" T ("a", "U8", "[1]", "[0,1]") ",}", 1 },
  { "two-values", "{} {}", 0 },
  { "comment", "{/* */}", 0 },
  { "other-quotes", "{'a':1}", 0 },
  { "not-utf8", "{\"\xff\":1}", 0 },
  { "control-character", "{" T ("a\1", "U8", "[1]", "[0,1]") "}", 1 },
  { "hidden-zero", "{" T ("a\\u0000b", "U8", "[1]", "[0,1]") "}", 1 },
  { "too-deep", "{\"a\":{\"shape\":[[1]]}}", 1 },
  { "hex", "{" T ("a", "U8", "[0x1]", "[0,1]") "}", 1 },
  { "no-tensor", "{\"a\":1}", 0 },
  { "null-tensor", "{\"a\":null}", 0 },
  { "no-dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1 },
  { "no-shape", "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1 },
  { "no-offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1 },
  { "dtype-bf16", "{" T ("a", "BF16", "[1]", "[0,2]") "}", 2 },
  { "dtype-lower-case", "{" T ("a", "f32", "[1]", "[0,4]") "}", 4 },
  { "dtype-number",
    "{\"a\":{\"dtype\":8,\"shape\":[],"
    "\"data_offsets\":[0,1]}}",
    1 },
  { "shape-number", "{" T ("a", "U8", "1", "[0,1]") "}", 1 },
  { "shape-string", "{" T ("a", "U8", "[\"1\"]", "[0,1]") "}", 1 },
  { "shape-float", "{" T ("a", "U8", "[1.0]", "[0,1]") "}", 1 },
  { "shape-null", "{" T ("a", "U8", "[null]", "[0,1]") "}", 1 },
  { "shape-negative", "{" T ("a", "U8", "[-1,-1]", "[0,1]") "}", 1 },
  { "shape-nine", "{" T ("a", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1 },
  { "shape-overflow", "{" T ("a", "U8", "[4294967296,4294967296]", "[0,0]") "}",
    0 },
  { "shape-huge", "{" T ("a", "U8", "[99999999999999999999]", "[0,1]") "}", 1 },
  { "shape-overflow-bytes",
    "{" T ("a", "F64", "[2305843009213693952]", "[0,0]") "}", 0 },
  { "shape-too-small", "{" T ("a", "F32", "[1]", "[0,8]") "}", 8 },
  { "shape-too-large", "{" T ("a", "F32", "[3]", "[0,8]") "}", 8 },
  { "offsets-one", "{" T ("a", "U8", "[1]", "[0]") "}", 1 },
  { "offsets-three", "{" T ("a", "U8", "[1]", "[0,1,1]") "}", 1 },
  { "offsets-order", "{" T ("a", "U8", "[1]", "[1,0]") "}", 1 },
  { "offsets-negative", "{" T ("a", "U8", "[1]", "[-1,0]") "}", 1 },
  { "offsets-beyond", "{" T ("a", "U8", "[2]", "[0,2]") "}", 1 },
  { "offsets-far-beyond",
    "{" T ("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]") "}",
    1 },
  { "overlap",
    "{" T ("a", "U8", "[2]", "[0,2]") "," T ("b", "U8", "[2]", "[1,3]") "}",
    3 },
  { "same-data",
    "{" T ("a", "U8", "[2]", "[0,2]") "," T ("b", "U8", "[2]", "[0,2]") "}",
    2 },
  { "hole-first", "{" T ("a", "U8", "[1]", "[1,2]") "}", 2 },
  { "hole",
    "{" T ("a", "U8", "[1]", "[0,1]") "," T ("b", "U8", "[1]", "[2,3]") "}",
    3 },
  { "hole-last", "{" T ("a", "U8", "[1]", "[0,1]") "}", 2 },
  { "data-cut", "{" T ("a", "U8", "[4]", "[0,4]") "}", 3 },
  { "no-tensors-but-data", "{}", 1 },
  { "name-twice",
    "{" T ("a", "U8", "[1]", "[0,1]") "," T ("a", "U8", "[1]", "[0,1]") "}",
    1 },
  { "key-twice",
    "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],"
    "\"data_offsets\":[0,1]}}",
    1 },
  { "metadata-number", "{\"__metadata__\":{\"a\":1}}", 0 },
  { "metadata-null", "{\"__metadata__\":{\"a\":null}}", 0 },
  { "metadata-string", "{\"__metadata__\":\"a\"}", 0 },
};

/* On the heap, where a read past the end is seen, and `shift` bytes from where
 * malloc aligns it. */
static GBytes *
make_file (const char *header, const void *data, size_t n, size_t shift)
{
  const uint64_t length = strlen (header);
  const size_t size = 8 + length + n;
  g_autofree char *block = g_malloc (shift + size);
  char *file = block + shift;
  GBytes *whole;
  GBytes *part;

  memcpy (file, &length, 8);
  memcpy (file + 8, header, length);
  if (n > 0)
    memcpy (file + 8 + length, data, n);
  whole = g_bytes_new_take (g_steal_pointer (&block), shift + size);
  part = g_bytes_new_from_bytes (whole, shift, size);
  g_bytes_unref (whole);
  return part;
}

static void
assert_refused (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_safetensors_parse ("a.st", bytes, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.st: "));
  g_assert_false (g_str_has_suffix (error->message, "."));
}

static void
test_malformed (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = make_file (row->header, "12345678", row->n, 0);

  g_test_summary ("A header that lies is refused");

  assert_refused (bytes);
}

static void
test_header_length (void)
{
  const uint64_t lengths[] = { 3, 100000001, INT64_MAX, UINT64_MAX - 7,
                               UINT64_MAX };

  g_test_summary ("A header longer than its file or its limit is refused");

  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *file = g_strdup ("12345678{}");
    g_autoptr (GBytes) bytes = NULL;

    memcpy (file, &lengths[i], 8);
    bytes = g_bytes_new (file, 10);
    assert_refused (bytes);
  }
}

static void
test_nesting (void)
{
  g_autoptr (GString) header = g_string_new ("{\"a\":");
  g_autoptr (GBytes) bytes = NULL;

  g_test_summary ("A million brackets do not overflow the stack");

  for (int i = 0; i < 1000000; i++)
    g_string_append_c (header, '[');
  bytes = make_file (header->str, NULL, 0, 0);

  assert_refused (bytes);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) bytes =
      make_file ("{" T ("a", "U8", "[4]", "[0,4]") "}", "abcd", 4, 0);
  const char *file = g_bytes_get_data (bytes, NULL);

  g_test_summary ("A file cut anywhere is refused");

  for (size_t n = 0; n < g_bytes_get_size (bytes); n++) {
    g_autoptr (GBytes) part = g_bytes_new (file, n);

    assert_refused (part);
  }
}

static void
test_duplicate_name (void)
{
  g_autoptr (GBytes) bytes =
      make_file ("{" T ("x/w", "U8", "[1]", "[0,1]") "," T ("x/w", "U8", "[1]",
                                                            "[1,2]") "}",
                 "ab", 2, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of two tensors of one name neither is believed");

  g_assert_null (dnn_safetensors_parse ("a.st", bytes, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "'x/w'"));
}

static void
test_empty (void)
{
  g_autoptr (GBytes) bytes = make_file ("{}", NULL, 0, 0);
  g_autoptr (DnnSafetensors) file = NULL;

  g_test_summary ("A file may hold nothing");

  file = dnn_safetensors_parse ("a.st", bytes, NULL);

  g_assert_nonnull (file);
  g_assert_cmpuint (dnn_safetensors_count (file), ==, 0);
  g_assert_null (dnn_safetensors_find (file, "a"));
  g_assert_null (dnn_safetensors_get_metadata (file, "a"));
}

static void
test_order (void)
{
  g_autoptr (GBytes) bytes = make_file (
      "{" T ("a", "U8", "[2]", "[1,3]") "," T (
          "e", "F32", "[0,3]", "[1,1]") "," T ("b", "U8", "[]", "[0,1]") "}",
      "xyz", 3, 0);
  g_autoptr (DnnSafetensors) file = NULL;

  g_test_summary ("Tensors come in the order of their data");

  file = dnn_safetensors_parse ("a.st", bytes, NULL);

  g_assert_nonnull (file);
  g_assert_cmpuint (dnn_safetensors_count (file), ==, 3);
  g_assert_cmpstr (dnn_safetensors_at (file, 0)->name, ==, "b");
  g_assert_cmpstr (dnn_safetensors_at (file, 1)->name, ==, "e");
  g_assert_cmpstr (dnn_safetensors_at (file, 2)->name, ==, "a");
  g_assert_cmpmem (dnn_safetensors_at (file, 2)->data, 2, "yz", 2);
}

static void
test_alignment (void)
{
  const double numbers[] = { 1, 2 };
  const char *header = "{" T ("a", "F64", "[2]", "[0,16]") "}";

  g_test_summary ("Data lie where their type wants them, wherever the file is");

  for (size_t shift = 0; shift < 8; shift++) {
    g_autoptr (GBytes) bytes = make_file (header, numbers, 16, shift);
    g_autoptr (DnnSafetensors) file =
        dnn_safetensors_parse ("a.st", bytes, NULL);
    const DnnNamedTensor *tensor = dnn_safetensors_find (file, "a");

    g_assert_cmpuint ((uintptr_t) tensor->data % 8, ==, 0);
    g_assert_cmpmem (tensor->data, 16, numbers, 16);
  }
}

static void
test_bytes (void)
{
  const uint8_t a[] = { 1, 2, 3 };
  const float b = 1.5f;
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autofree char *dir = g_dir_make_tmp ("dnn-st-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.st", NULL);
  g_autofree char *text = NULL;
  const char *header = "{\"__metadata__\":{\"k\":\"v\"}," T (
      "b", "U8", "[3]", "[0,3]") "," T ("a", "F32", "[]", "[3,7]") "}";
  size_t size;

  g_test_summary ("A file is written metadata first, padded, in order of add");

  dnn_safetensors_add (file,
                       &(DnnNamedTensor){ "b", DNN_UINT8, DNN_SHAPE (3), a });
  dnn_safetensors_add (file,
                       &(DnnNamedTensor){ "a", DNN_FLOAT32, DNN_SCALAR, &b });
  dnn_safetensors_set_metadata (file, "k", "v");
  g_assert_true (dnn_safetensors_write (file, path, NULL));
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_unlink (path);
  g_rmdir (dir);

  g_assert_cmpuint (size % 8, ==, 7);
  g_assert_cmpuint ((uint8_t) text[0], ==, size - 8 - 7);
  g_assert_true (g_str_has_prefix (text + 8, header));
  for (size_t i = 8 + strlen (header); i < size - 7; i++)
    g_assert_cmpint (text[i], ==, ' ');
  g_assert_cmpmem (text + size - 7, 3, a, 3);
  g_assert_cmpmem (text + size - 4, 4, &b, 4);
}

static void
test_round_trip (void)
{
  const char *texts[] = { "", "a \"b\" \\ /", "line\nline\ttab\r",
                          "\1\x1f\x7f \xc3\xa9 \xe2\x82\xac" };
  const uint64_t data[] = { 0x0102030405060708, 42 };
  g_autofree char *dir = g_dir_make_tmp ("dnn-st-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.st", NULL);
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (DnnSafetensors) again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Every type and any text comes back as it was");

  for (int i = DNN_FLOAT32; i <= DNN_BOOL8; i++) {
    g_autofree char *name = g_strdup_printf ("layer \"%d\"/w\n", i);

    dnn_safetensors_add (
        file, &(DnnNamedTensor){ name, (DnnDtype) i, DNN_SHAPE (1, 2), data });
  }
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    dnn_safetensors_set_metadata (file, texts[i], texts[i]);
  dnn_safetensors_write (file, path, &error);
  g_assert_no_error (error);
  again = dnn_safetensors_read (path, &error);
  g_unlink (path);
  g_rmdir (dir);

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_safetensors_count (again), ==, DNN_BOOL8 + 1);
  for (size_t i = 0; i < DNN_BOOL8 + 1; i++) {
    const DnnNamedTensor *was = dnn_safetensors_at (file, i);
    const DnnNamedTensor *is = dnn_safetensors_find (again, was->name);

    g_assert_true (is == dnn_safetensors_at (again, i));
    g_assert_cmpint (is->dtype, ==, was->dtype);
    g_assert_cmpmem (&is->shape, sizeof is->shape, &was->shape,
                     sizeof was->shape);
    g_assert_cmpmem (is->data, 2, data, 2);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (dnn_safetensors_get_metadata (again, texts[i]), ==,
                     texts[i]);
}

static void
test_replace_metadata (void)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();

  g_test_summary ("The last text of a key counts");

  dnn_safetensors_set_metadata (file, "a", "1");
  dnn_safetensors_set_metadata (file, "a", "2");

  g_assert_cmpstr (dnn_safetensors_get_metadata (file, "a"), ==, "2");
}

static void
test_write_not_utf8 (void)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Text that JSON cannot hold is refused, and nothing written");

  dnn_safetensors_set_metadata (file, "a", "\xff");

  g_assert_false (dnn_safetensors_write (file, "no/such/a.st", &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
}

static void
test_write_fails (void)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A directory that is not there cannot be written to");

  g_assert_false (dnn_safetensors_write (file, "no/such/a.st", &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "no/such/a.st: "));
}

static void
test_read_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not there is a wrong name");

  g_assert_null (dnn_safetensors_read ("no/such/a.st", &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_NAME);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (malformed); i++) {
    g_autofree char *path =
        g_strconcat ("/safetensors/malformed/", malformed[i].label, NULL);

    g_test_add_data_func (path, &malformed[i], test_malformed);
  }
  g_test_add_func ("/safetensors/header-length", test_header_length);
  g_test_add_func ("/safetensors/nesting", test_nesting);
  g_test_add_func ("/safetensors/truncated", test_truncated);
  g_test_add_func ("/safetensors/duplicate-name", test_duplicate_name);
  g_test_add_func ("/safetensors/empty", test_empty);
  g_test_add_func ("/safetensors/order", test_order);
  g_test_add_func ("/safetensors/alignment", test_alignment);
  g_test_add_func ("/safetensors/bytes", test_bytes);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/replace-metadata", test_replace_metadata);
  g_test_add_func ("/safetensors/write-not-utf8", test_write_not_utf8);
  g_test_add_func ("/safetensors/write-fails", test_write_fails);
  g_test_add_func ("/safetensors/read-missing", test_read_missing);

  return g_test_run ();
}
