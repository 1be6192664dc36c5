/* test-onnx-malformed.c - messages that lie, and numbers written two ways
 *
 * Messages are written as text: "N:5" is field N with a number, "N'ab'" with
 * bytes, "N{...}" with a message, "!0aff" those bytes as they are.
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-onnx-find.h"

#include <string.h>

typedef struct Row {
  const char *label;
  const char *model;
  const char *piece; /* of the message */
} Row;

#define HEAD       "1:8 8{2:17} "
#define GRAPH(s)   HEAD "7{2'g' " s "}"
#define TENSOR(s)  GRAPH ("5{8't' " s "}")
#define ATTR(s)    GRAPH ("1{4'Op' 5{1'a' " s "}}")
#define RELU(x, y) "1{1'" x "' 2'" y "' 4'Relu'} "

static const Row malformed[] = {
  { "empty", "", "IR version '0'" },
  { "ir-2", "1:2", "IR version '2'" },
  { "ir-15", "1:15 8{2:17} 7{}", "IR version '15', and 3 to 14 are read" },
  { "ir-negative", "1:-1", "IR version '-1'" },
  { "no-opset", "1:8 7{}", "which opset" },
  { "opset-6", "1:8 8{2:6} 7{}", "opset '6', and opsets 7 to 28 are read" },
  { "opset-29", "1:8 8{1'ai.onnx' 2:29} 7{}", "opset '29'" },
  { "no-graph", HEAD, "has no graph" },
  { "wire-type-graph", HEAD "7:1", "ModelProto.graph must be of wire type 2" },
  { "wire-type-number", "1'8'", "ModelProto.ir_version must be of wire" },
  { "group", HEAD "!3b3c", "groups are not read" },
  { "wire-type-7", HEAD "!3f", "wire type '7'" },
  { "field-0", HEAD "!0200", "field of number '0'" },
  { "field-too-large", HEAD "!f8ffffffff0100", "field of number" },
  { "number-cut", HEAD "!08", "cut short" },
  { "number-of-70-bits", "!08ffffffffffffffffff7f", "more than 64 bits" },
  { "number-without-end", "!08ffffffffffffffffffffff01", "more than 64 bits" },
  { "length-beyond", HEAD "!3a05", "'5' bytes where 0 are left" },
  { "length-huge", HEAD "!3affffffffffffffffff01", "where 0 are left" },
  { "length-beyond-parent",
    GRAPH ("1{!0a7f}") " 2'xxxxxxxxxxxxxxxxxxxxxxxxxxx'",
    "NodeProto has a field of '127' bytes where 0 are left" },
  { "skipped-field-cut", HEAD "!ca3e05", "where 0 are left" },
  { "fixed-cut", ATTR ("20:1 !150000"), "'4' bytes where 2 are left" },
  { "text-with-zero", GRAPH ("1{3!610062}"), "goes on after a zero byte" },
  { "no-operator", GRAPH ("1{3'n'}"), "node 'n' has no operator" },
  { "value-unknown", GRAPH (RELU ("x", "y")), "the value 'x', which nothing" },
  { "value-later", GRAPH (RELU ("b", "a") RELU ("a", "b")), "value 'b'" },
  { "value-itself", GRAPH (RELU ("a", "a")), "value 'a'" },
  { "value-twice", GRAPH ("11{1'x'} " RELU ("x", "a") RELU ("x", "a")),
    "'a' is made twice" },
  { "value-is-input", GRAPH ("11{1'x'} " RELU ("x", "x")),
    "'x' is made twice" },
  { "input-twice", GRAPH ("11{1'x'} 11{1'x'}"), "'x' is made twice" },
  { "constant-twice", GRAPH ("5{2:1 8't' 1:0} 5{2:1 8't' 1:0}"),
    "'t' is made twice" },
  { "output-unknown", GRAPH ("12{1'y'}"), "output 'y'" },
  { "output-unnamed", GRAPH ("12{}"), "output ''" },
  { "sparse", GRAPH ("15{}"), "sparse initializers" },
  { "attribute-without-type", ATTR ("3:1"), "must have a type" },
  { "attribute-type-15", ATTR ("20:15"), "must have a type from 1 to 14" },
  { "tensor-without-type", TENSOR ("1:1 9'abcd'"), "no element type" },
  { "tensor-segment", TENSOR ("1:1 2:3 3{} 9'a'"), "segment" },
  { "tensor-location-2", TENSOR ("1:1 2:3 9'a' 14:2"), "data_location" },
  { "tensor-negative", TENSOR ("1:-1 2:3 9'a'"), "size '-1'" },
  { "tensor-nine-axes", TENSOR ("1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 2:3 9'a'"),
    "'9' axes" },
  { "tensor-overflow", TENSOR ("1:4294967296 1:4294967296 2:3 9'a'"),
    "more elements" },
  { "tensor-huge", TENSOR ("1:1152921504606846975 2:1"), "has '0' numbers" },
  { "tensor-bytes-few", TENSOR ("1:2 2:1 9'abcd'"), "'4' bytes of data" },
  { "tensor-bytes-many", TENSOR ("1:1 2:3 9'ab'"), "'2' bytes of data" },
  { "tensor-no-data", TENSOR ("1:1 2:1"), "has '0' numbers" },
  { "tensor-twice", TENSOR ("1:1 2:1 9'abcd' 4'abcd'"), "twice" },
  { "tensor-wrong-list", TENSOR ("1:1 2:1 7:1"), "has '0' numbers" },
  { "tensor-uint8-256", TENSOR ("1:1 2:2 5:256"), "element 0 is '256'" },
  { "tensor-int8-negative", TENSOR ("1:2 2:3 5:1 5:-129"),
    "element 1 is '-129', and int8 holds none such" },
  { "tensor-uint32-large", TENSOR ("1:1 2:12 11:4294967296"),
    "'4294967296', and uint32" },
  { "tensor-packed-float", TENSOR ("1:1 2:1 4'abcde'"),
    "'5' bytes of numbers" },
  { "tensor-packed-cut", TENSOR ("1:1 2:7 7!ff"), "cut short" },
  { "tensor-texts", TENSOR ("1:2 2:8 6'a'"), "has '1' numbers" },
  { "external-no-location", TENSOR ("1:1 2:3 14:1"), "'location'" },
  { "function-twice", GRAPH ("") " 25{1'f'} 25{1'f'}", "'f' twice" },
  { "function-circle", GRAPH ("") " 25{1'f' 7{4'h'}} 25{1'h' 7{4'f'}}",
    "calls itself" },
  { "function-itself", GRAPH ("") " 25{1'f' 10'd' 7{4'f' 7'd'}}",
    "'f' calls itself" },
  { "function-value", GRAPH ("") " 25{1'f' 4'a' 5'b' 7{1'c' 2'b' 4'Relu'}}",
    "the value 'c'" },
  { "function-output", GRAPH ("") " 25{1'f' 5'b'}", "output 'b'" },
};

/* --- messages from text -------------------------------------------------- */

static const char *pack (GByteArray *out, const char *c);

static void
put_varint (GByteArray *out, uint64_t number)
{
  do {
    const uint8_t byte =
        (uint8_t) ((number & 0x7f) | (number > 0x7f ? 0x80 : 0));

    g_byte_array_append (out, &byte, 1);
    number >>= 7;
  } while (number > 0);
}

static void
put_bytes (GByteArray *out, uint64_t number, const void *data, size_t n)
{
  put_varint (out, number << 3 | 2);
  put_varint (out, n);
  g_byte_array_append (out, data, (guint) n);
}

/* Hexadecimal digits, as far as they go. */
static const char *
put_hex (GByteArray *out, const char *c)
{
  for (; g_ascii_isxdigit (c[0]); c += 2) {
    const uint8_t byte = (uint8_t) (g_ascii_xdigit_value (c[0]) * 16 +
                                    g_ascii_xdigit_value (c[1]));

    g_byte_array_append (out, &byte, 1);
  }
  return c;
}

static const char *
pack_field (GByteArray *out, uint64_t number, const char *c)
{
  g_autoptr (GByteArray) inner = g_byte_array_new ();
  char *end;

  if (*c == ':') {
    put_varint (out, number << 3);
    put_varint (out, (uint64_t) g_ascii_strtoll (c + 1, &end, 10));
    return end;
  }
  if (*c == '\'') {
    end = strchr (c + 1, '\'');
    put_bytes (out, number, c + 1, (size_t) (end - c - 1));
    return end + 1;
  }
  c = *c == '!' ? put_hex (inner, c + 1) : pack (inner, c + 1) + 1;
  put_bytes (out, number, inner->data, inner->len);
  return c;
}

static const char *
pack (GByteArray *out, const char *c)
{
  while (*c != '\0' && *c != '}') {
    char *end;
    uint64_t number;

    if (*c == ' ') {
      c++;
    } else if (*c == '!') {
      c = put_hex (out, c + 1);
    } else {
      number = g_ascii_strtoull (c, &end, 10);
      g_assert_true (end > c);
      c = pack_field (out, number, end);
    }
  }
  return c;
}

static GBytes *
make_model (const char *text)
{
  GByteArray *out = g_byte_array_new ();

  g_assert_cmpint (*pack (out, text), ==, '\0');
  return g_byte_array_free_to_bytes (out);
}

/* --- tests --------------------------------------------------------------- */

static void
assert_refused (GBytes *bytes, const char *piece)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_onnx_parse ("m.onnx", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, piece);
  g_assert_true (g_str_has_prefix (error->message, "m.onnx: "));
  g_assert_false (g_str_has_suffix (error->message, "."));
}

static void
test_malformed (const void *data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = make_model (row->model);

  g_test_summary ("A model that lies is refused by a sentence");

  assert_refused (bytes, row->piece);
}

static void
test_external_paths (void)
{
  static const char *const paths[] = { "../a", "/etc/passwd", "a/../../b", "",
                                       "./a",  "a//b",        "a/" };
  g_autoptr (DnnFolder) folder = dnn_folder_new ();

  g_test_summary ("Data lie below the model's folder");

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *text = g_strdup_printf (
        TENSOR ("1:1 2:3 14:1 13{1'location' 2'%s'}"), paths[i]);
    g_autoptr (GBytes) bytes = make_model (text);
    g_autofree char *path =
        dnn_folder_write (folder, "m.onnx", g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes));
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_onnx_read (path, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  }
}

static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new ("20:5 ");
  g_autofree char *model = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_test_summary ("Graphs in graphs have an end");

  for (int i = 0; i < 1000; i++) {
    g_string_prepend (text, "20:5 6{1{4'If' 5{1'a' ");
    g_string_append (text, "}}}");
  }
  model = g_strdup_printf (ATTR ("%s"), text->str);
  bytes = make_model (model);

  assert_refused (bytes, "nested deeper than '64' messages");
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) whole =
      make_model (HEAD "7{2'g' 11{1'x' 2{1{1:1 2{1{1:3}}}}} " RELU (
          "x", "y") "12{1'y'} 5{1:1 2:1 8't' 9'abcd'}}");
  const size_t n = g_bytes_get_size (whole);
  g_autoptr (DnnOnnx) model = dnn_onnx_parse ("m", whole, NULL);

  g_test_summary ("A file cut anywhere is refused");

  g_assert_nonnull (model);
  for (size_t i = 0; i < n; i++) {
    g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), i);

    assert_refused (part, "m.onnx: ");
  }
}

static void
test_promises (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) graph = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  g_test_summary ("A small file that describes gigabytes is stopped");

  /* an empty node takes 2 bytes, and a struct of 100 */
  for (int i = 0; i < 1 << 20; i++)
    put_bytes (graph, 1, "", 0);
  pack (file, HEAD);
  put_bytes (file, 7, graph->data, graph->len);
  bytes = g_bytes_new (file->data, file->len);

  assert_refused (bytes, "60 MiB and four times its size");
}

static void
test_both_ways (void)
{
  g_autoptr (GBytes) bytes = make_model (
      GRAPH ("5{8'a' 1:3 2:7 7:1 7:2 7!ac02} 5{8'b' 1:2 1:1 2:7 7!0102}"));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnOnnx) model = dnn_onnx_parse ("m", bytes, &error);
  const int64_t wanted[] = { 1, 2, 300 };

  g_test_summary ("Numbers of a list are packed or not, or both");

  g_assert_no_error (error);
  g_assert_cmpmem (model->graph->constants[0]->array.data, 24, wanted, 24);
  g_assert_cmpmem (model->graph->constants[1]->array.data, 16, wanted, 16);
}

static void
test_merged (void)
{
  g_autoptr (GBytes) bytes =
      make_model ("7{2'first' 11{1'x'}} 1:3 1:8 8{2:17} 99'later' "
                  "7{2'second' 11{1'y'} 5{8't' 1:0 2:1}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnOnnx) model = dnn_onnx_parse ("m", bytes, &error);

  g_test_summary ("Fields in any order: lists grow, the last value counts");

  g_assert_no_error (error);
  g_assert_cmpint (model->ir_version, ==, 8);
  g_assert_cmpstr (model->graph->name, ==, "second");
  g_assert_cmpuint (model->graph->n_inputs, ==, 2);
  g_assert_cmpstr (model->graph->inputs[0]->name, ==, "x");
  g_assert_cmpstr (model->graph->inputs[1]->name, ==, "y");
  g_assert_nonnull (dnn_onnx_graph_find_constant (model->graph, "t"));
}

static void
test_tensor_file (void)
{
  g_autoptr (GBytes) bytes = make_model ("1:2 2:6 5:7 5:-8");
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnOnnxTensorFile) file =
      dnn_onnx_tensor_file_parse ("input_0.pb", bytes, &error);
  const DnnOnnxTensor *tensor;

  g_test_summary ("A file of one tensor, as ONNX' own tests have it");

  g_assert_no_error (error);
  tensor = dnn_onnx_tensor_file_get (file);
  g_assert_cmpint (tensor->array.dtype, ==, DNN_INT32);
  g_assert_cmpmem (tensor->array.data, 8, ((int32_t[]){ 7, -8 }), 8);
}

static void
test_external_tensor_file (void)
{
  g_autoptr (GBytes) bytes = make_model ("1:1 2:3 14:1 13{1'location' 2'a'}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A tensor on its own has its data in its own file");

  g_assert_null (dnn_onnx_tensor_file_parse ("t.pb", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "lie in the file 'a'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (malformed); i++)
    dnn_add_row ("/onnx-malformed", malformed[i].label, &malformed[i],
                 test_malformed);
  g_test_add_func ("/onnx-malformed/external-paths", test_external_paths);
  g_test_add_func ("/onnx-malformed/depth", test_depth);
  g_test_add_func ("/onnx-malformed/truncated", test_truncated);
  g_test_add_func ("/onnx-malformed/promises", test_promises);
  g_test_add_func ("/onnx/both-ways", test_both_ways);
  g_test_add_func ("/onnx/merged", test_merged);
  g_test_add_func ("/onnx/tensor-file", test_tensor_file);
  g_test_add_func ("/onnx/tensor-file/external", test_external_tensor_file);

  return g_test_run ();
}
