/* dnn-test-data.h - small data sets for tests, in memory and in files */
#pragma once

#include "dnn-array.h"
#include "dnn-data-steps.h"
#include "dnn-data.h"

/* An array of float32: a copy of `values`. */
DnnArray *dnn_test_array (const float *values, DnnShape shape);
/* The same as a .npy file. */
void dnn_test_write_npy (const char *path, const float *values, DnnShape shape);
/* Bytes in the IDX format, of one dimension or more; packed where the path
 * ends in ".gz". */
void dnn_test_write_idx (const char *path, const uint8_t *values,
                         DnnShape shape);

/* Loads a section [data] of these lines; `_like` for a model's steps, `_good`
 * where nothing may fail. */
DnnData *dnn_test_load (const char *lines, GError **error);
DnnData *dnn_test_load_like (const char *lines, const DnnPreprocess *like,
                             GError **error);
DnnData *dnn_test_load_good (const char *lines);

/* The factor of its scale, and its standardization or NULL. */
double dnn_test_scale_of (const DnnPreprocess *preprocess);
const DnnStandardize *dnn_test_standardize_of (const DnnPreprocess *preprocess);

/* `rows` rows of normal numbers, and for each the index of the largest of its
 * first `classes`; or, where that is 0, the sum of its first two. */
DnnData *dnn_test_data (int64_t rows, int64_t columns, int64_t classes);
