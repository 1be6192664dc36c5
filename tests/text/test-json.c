/* test-json.c - JSON of strangers, taken and refused */
#include "dnn-assert.h"
#include "dnn-json.h"

static JsonObject *
parse (const char *text, GError **error)
{
  return dnn_json_parse ("a", text, strlen (text), 4, error);
}

static void
test_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object =
      parse ("{\"t\": \"x\", \"o\": {\"n\": 1}, \"a\": [1, 2]}", &error);

  g_test_summary ("A member is found by its name and type");

  g_assert_no_error (error);
  g_assert_cmpstr (dnn_json_text (object, "t"), ==, "x");
  g_assert_true (json_object_has_member (dnn_json_object (object, "o"), "n"));
  g_assert_cmpuint (json_array_get_length (dnn_json_array (object, "a")), ==,
                    2);
  g_assert_null (dnn_json_text (object, "o"));
  g_assert_null (dnn_json_text (object, "none"));
  g_assert_null (dnn_json_object (object, "a"));
  g_assert_null (dnn_json_array (object, "t"));
}

static const struct Row {
  const char *label, *text, *piece;
} rows[] = {
  { "empty", "", "a: must be JSON: there is no '{' at byte '0'" },
  { "array", "[1]", "there is no '{'" },
  { "open", "{\"a\": 1", "an object has no end at byte '7'" },
  { "open-text", "{\"a", "a string has no end at byte '3'" },
  { "two", "{} {}", "there is more than one value at byte '3'" },
  { "twice", "{\"a\": 1, \"a\": 2}", "without a name twice: 'a'" },
  { "deep", "{\"a\": [[[[1]]]]}", "it is nested too deep" },
  { "comment", "{/**/}", "there is no such character outside of strings" },
  { "control", "{\"a\n\": 1}", "a string has a control character" },
  { "zero", "{\"a\\u0000\": 1}", "a string has a zero character" },
  { "utf-8", "{\"\xff\": 1}", "there is no UTF-8 at byte '2'" },
  { "no-value", "{\"a\": }", "a: must be JSON: '" },
};

static void
test_refused (const void *data)
{
  const struct Row *row = data;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A text that is no JSON object of the plain kind is refused");

  g_assert_null (parse (row->text, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, row->piece);
}

static void
test_nesting (void)
{
  g_autoptr (GString) text = g_string_new ("{\"a\":");
  g_autoptr (GString) wide = g_string_new ("{\"a\":[{}");
  g_autoptr (GError) deep = NULL, many = NULL;

  g_test_summary ("A million brackets overflow neither stack nor memory");

  for (int i = 0; i < 1000000; i++) {
    g_string_append_c (text, '[');
    g_string_append (wide, ",{}");
  }
  g_string_append (wide, "]}");

  g_assert_null (dnn_json_parse ("a", text->str, text->len, 64, &deep));
  g_assert_null (dnn_json_parse ("a", wide->str, wide->len, 64, &many));

  dnn_assert_error (deep, DNN_ERROR_FORMAT, "it is nested too deep");
  dnn_assert_error (many, DNN_ERROR_FORMAT, "there are too many values");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/members", test_members);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/json/refused", rows[i].label, &rows[i], test_refused);
  g_test_add_func ("/json/nesting", test_nesting);

  return g_test_run ();
}
