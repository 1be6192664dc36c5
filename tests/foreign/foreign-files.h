/* foreign-files.h - golden files, and what their own libraries read of them */
#pragma once

#include "dnn-array.h"
#include "dnn-assert.h"
#include "dnn-safetensors.h"
#include "dnn-shape.h"

static inline char *
golden_path (const char *name)
{
  return g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", "foreign",
                           name, NULL);
}

static inline GBytes *
golden_bytes (const char *name)
{
  g_autofree char *path = golden_path (name);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize n;

  g_file_get_contents (path, &data, &n, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, n);
}

/* The same type, shape and bits; `name` is another's. */
static inline void
assert_same_tensor (const DnnNamedTensor *found, const DnnNamedTensor *wanted)
{
  int64_t n = -1;

  g_assert_nonnull (found);
  g_assert_cmpstr (dnn_dtype_name (found->dtype), ==,
                   dnn_dtype_name (wanted->dtype));
  g_assert_cmpuint (found->shape.n_dims, ==, wanted->shape.n_dims);
  g_assert_cmpmem (found->shape.dims, found->shape.n_dims * sizeof (int64_t),
                   wanted->shape.dims, wanted->shape.n_dims * sizeof (int64_t));
  g_assert_true (dnn_shape_count (&found->shape, &n));
  g_assert_cmpmem (found->data, (gsize) n * dnn_dtype_size (found->dtype),
                   wanted->data, (gsize) n * dnn_dtype_size (found->dtype));
}
