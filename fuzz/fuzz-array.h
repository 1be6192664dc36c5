/* fuzz-array.h - reads what a reader of arrays made of its bytes */
#pragma once

#include "dnn-array.h"
#include "dnn-shape.h"

/* Every number of the array, a row at a time; NULL: nothing. */
static inline void
fuzz_read_array (const DnnArray *array)
{
  g_autofree float *row = NULL;
  int64_t n_all, n;

  if (array == NULL)
    return;
  g_assert_true (dnn_shape_count (&array->shape, &n_all));
  n = dnn_array_row_size (array);
  if (n_all == 0)
    return;
  row = g_new (float, (gsize) n);
  for (int64_t i = 0; i < array->shape.dims[0]; i++)
    dnn_array_to_float (array, i * n, n, row);
}
