/* dnn-test-data.c - makes arrays and files */
#include "dnn-test-data.h"

#include "dnn-npy.h"
#include "dnn-random.h"
#include "dnn-shape.h"

#include <gio/gio.h>

DnnArray *
dnn_test_array (const float *values, DnnShape shape)
{
  int64_t n = 0;

  g_assert_true (dnn_shape_count (&shape, &n));
  return dnn_array_new_take (DNN_FLOAT32, shape,
                             g_bytes_new (values, (gsize) n * sizeof (float)));
}

void
dnn_test_write_npy (const char *path, const float *values, DnnShape shape)
{
  g_autoptr (GError) error = NULL;

  dnn_npy_write (path, DNN_FLOAT32, values, shape, &error);
  g_assert_no_error (error);
}

DnnData *
dnn_test_load_like (const char *lines, const DnnPreprocess *like,
                    GError **error)
{
  g_autofree char *text = g_strconcat ("[data]\n", lines, "\n", NULL);
  g_autoptr (DnnExperiment) e = dnn_experiment_parse ("run.dnn", text, error);

  return e != NULL
             ? dnn_data_load_like (dnn_experiment_find (e, "data"), like, error)
             : NULL;
}

DnnData *
dnn_test_load (const char *lines, GError **error)
{
  return dnn_test_load_like (lines, NULL, error);
}

DnnData *
dnn_test_load_good (const char *lines)
{
  g_autoptr (GError) error = NULL;
  DnnData *data = dnn_test_load (lines, &error);

  g_assert_no_error (error);
  return data;
}

/* --- IDX ----------------------------------------------------------------- */

static void
write_bytes (const char *path, const GByteArray *bytes)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
}

static void
write_packed (const char *path, const GByteArray *bytes)
{
  g_autoptr (GZlibCompressor) packer =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) base = g_file_replace (
      file, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, &error);
  g_autoptr (GOutputStream) stream = NULL;

  g_assert_no_error (error);
  stream = g_converter_output_stream_new (G_OUTPUT_STREAM (base),
                                          G_CONVERTER (packer));
  g_output_stream_write_all (stream, bytes->data, bytes->len, NULL, NULL,
                             &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
}

void
dnn_test_write_idx (const char *path, const uint8_t *values, DnnShape shape)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const uint8_t head[] = { 0, 0, 8, (uint8_t) shape.n_dims };
  int64_t n = 0;

  g_assert_true (dnn_shape_count (&shape, &n));
  g_byte_array_append (bytes, head, sizeof head);
  for (uint32_t i = 0; i < shape.n_dims; i++) {
    uint32_t size = GUINT32_TO_BE ((uint32_t) shape.dims[i]);

    g_byte_array_append (bytes, (const uint8_t *) &size, sizeof size);
  }
  g_byte_array_append (bytes, values, (guint) n);
  if (g_str_has_suffix (path, ".gz"))
    write_packed (path, bytes);
  else
    write_bytes (path, bytes);
}

/* --- data sets ----------------------------------------------------------- */

static float
target_of (const float *row, int64_t classes)
{
  int64_t best = 0;

  if (classes == 0)
    return row[0] + row[1];
  for (int64_t i = 1; i < classes; i++)
    if (row[i] > row[best])
      best = i;
  return (float) best;
}

DnnData *
dnn_test_data (int64_t rows, int64_t columns, int64_t classes)
{
  const DnnKey key = { .seed = 3, .owner = dnn_random_owner ("inputs") };
  g_autofree float *x = g_new (float, (gsize) (rows * columns));
  g_autofree float *y = g_new (float, (gsize) rows);
  g_autoptr (DnnArray) inputs = NULL, targets = NULL;
  g_autoptr (GError) error = NULL;
  DnnData *data;

  dnn_random_normal (&key, 0, rows * columns, x);
  for (int64_t i = 0; i < rows; i++)
    y[i] = target_of (x + i * columns, classes);
  inputs = dnn_test_array (x, DNN_SHAPE (rows, columns));
  targets = dnn_test_array (y, DNN_SHAPE (rows, 1));
  data = dnn_data_new (inputs, targets, &error);
  g_assert_no_error (error);
  return data;
}

double
dnn_test_scale_of (const DnnPreprocess *preprocess)
{
  const DnnDataStep *step = dnn_preprocess_find (preprocess, &dnn_scale_type);

  g_assert_nonnull (step);
  return ((const DnnScale *) step)->factor;
}

const DnnStandardize *
dnn_test_standardize_of (const DnnPreprocess *preprocess)
{
  return (const DnnStandardize *) dnn_preprocess_find (preprocess,
                                                       &dnn_standardize_type);
}
