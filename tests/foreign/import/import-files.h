/* import-files.h - golden networks, and what their own programs compute */
#pragma once

#include "dnn-assert.h"
#include "dnn-npy.h"
#include "dnn-predictor.h"

#include <math.h>

static inline char *
golden (const char *name, const char *end)
{
  g_autofree char *file = g_strconcat (name, end, NULL);

  return g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden", "import", file,
                           NULL);
}

static inline DnnArray *
read_array (const char *name, const char *end)
{
  g_autofree char *path = golden (name, end);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize n;
  g_autoptr (GBytes) bytes = NULL;
  DnnArray *array;

  g_file_get_contents (path, &data, &n, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (data, n);
  array = dnn_npy_parse (path, bytes, &error);
  g_assert_no_error (error);
  return array;
}

/* Largest difference over the largest output. */
static inline float
compare (DnnModel *model, const char *name)
{
  g_autoptr (DnnArray) x = read_array (name, "-x.npy");
  g_autoptr (DnnArray) wanted = read_array (name, "-y.npy");
  g_autoptr (GError) error = NULL;
  g_autofree float *y = dnn_predict_array (model, NULL, x, 1, &error);
  const int64_t n = wanted->shape.dims[0] * dnn_array_row_size (wanted);
  g_autofree float *t = g_new (float, (size_t) n);
  float difference = 0, largest = 0;

  g_assert_no_error (error);
  dnn_array_to_float (wanted, 0, n, t);
  for (int64_t i = 0; i < n; i++) {
    difference = fmaxf (difference, fabsf (y[i] - t[i]));
    largest = fmaxf (largest, fabsf (t[i]));
  }
  return difference / largest;
}
