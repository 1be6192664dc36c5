/* h5py-files - files of tests/golden/keras, and what h5py finds in each
 *
 * FILE.json has it: {"groups": [...], "attributes": {"group@key": [texts]},
 * "datasets": {path: {"dtype", "shape", "data"}}}.
 */
#pragma once

#include "dnn-array.h"
#include "dnn-assert.h"
#include "dnn-safetensors.h"

#include <json-glib/json-glib.h>

static inline char *
h5py_path (const char *name)
{
  return g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", "keras", name,
                           NULL);
}

/* The bytes of the file. */
static inline GBytes *
h5py_read (const char *name)
{
  g_autofree char *path = h5py_path (name);
  char *data = NULL;
  gsize n = 0;

  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  return g_bytes_new_take (data, n);
}

/* The first place of `find`; the letters may stand anywhere. */
static inline char *
h5py_find (char *data, size_t n, const char *find)
{
  const size_t length = strlen (find);

  for (size_t i = 0; i + length <= n; i++)
    if (memcmp (data + i, find, length) == 0)
      return data + i;
  g_assert_not_reached ();
}

/* The content of the file at `path`, as h5py finds it. */
static inline JsonNode *
h5py_load (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *expected = g_strconcat (path, ".json", NULL);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, expected, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static inline void
h5py_assert_numbers (const DnnNamedTensor *tensor, JsonArray *values)
{
  const gsize size =
      json_array_get_length (values) * dnn_dtype_size (tensor->dtype);
  g_autoptr (DnnArray) array = dnn_array_new_take (
      tensor->dtype, tensor->shape, g_bytes_new (tensor->data, size));

  for (guint i = 0; i < json_array_get_length (values); i++) {
    JsonNode *value = json_array_get_element (values, i);
    float number;

    dnn_array_to_float (array, i, 1, &number);
    if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
      g_assert_cmpfloat (number, ==, json_node_get_boolean (value));
    else
      g_assert_cmpfloat (number, ==, (float) json_node_get_double (value));
  }
}

/* Type, shape and every number. */
static inline void
h5py_assert_tensor (const DnnNamedTensor *tensor, JsonObject *expected)
{
  JsonArray *shape = json_object_get_array_member (expected, "shape");

  g_assert_cmpstr (dnn_dtype_name (tensor->dtype), ==,
                   json_object_get_string_member (expected, "dtype"));
  g_assert_cmpuint (tensor->shape.n_dims, ==, json_array_get_length (shape));
  for (guint i = 0; i < json_array_get_length (shape); i++)
    g_assert_cmpint (tensor->shape.dims[i], ==,
                     json_array_get_int_element (shape, i));
  h5py_assert_numbers (tensor, json_object_get_array_member (expected, "data"));
}
