/* dnn-source.c - what all sources have in common */
#include "dnn-source.h"

#include <string.h>

void
dnn_source_init (DnnSource *self, const DnnSourceType *type, const char *name,
                 DnnDtype dtype, const DnnShape *shape)
{
  self->type = type;
  g_atomic_ref_count_init (&self->refs);
  self->name = g_intern_string (name);
  self->dtype = dtype;
  self->shape = *shape;
  self->row = 1;
  for (uint32_t i = 1; i < shape->n_dims; i++)
    self->row *= shape->dims[i];
}

DnnSource *
dnn_source_ref (DnnSource *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_source_unref (DnnSource *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->type->clear != NULL)
    self->type->clear (self);
  g_clear_pointer (&self->words, g_ptr_array_unref);
  g_strfreev (self->faults);
  g_strfreev (self->row_names);
  g_free (self->kinds);
  g_strfreev (self->classes);
  g_strfreev (self->columns);
  dnn_array_unref (self->array);
  g_free (self);
}

DnnShape
dnn_source_row_shape (const DnnSource *self)
{
  DnnShape shape = { .n_dims = self->shape.n_dims - 1 };

  memcpy (shape.dims, &self->shape.dims[1],
          shape.n_dims * sizeof shape.dims[0]);
  return shape;
}

size_t
dnn_source_row_bytes (const DnnSource *self)
{
  return (size_t) self->row *
         (self->array != NULL ? dnn_dtype_size (self->dtype) : sizeof (float));
}

void
dnn_source_read (const DnnSource *self, int64_t first, int64_t n, float *out)
{
  enum { AT_ONCE = 64 };
  int64_t rows[AT_ONCE];

  if (self->array != NULL) {
    dnn_array_to_float (self->array, first * self->row, n * self->row, out);
    return;
  }
  for (int64_t i = 0; i < n; i += AT_ONCE) {
    const int64_t take = MIN (n - i, AT_ONCE);

    for (int64_t j = 0; j < take; j++)
      rows[j] = first + i + j;
    dnn_source_gather (self, rows, take, out + i * self->row);
  }
}

void
dnn_source_gather_exact (const DnnSource *self, const int64_t *rows, int64_t n,
                         double *out)
{
  const int64_t total = n * self->row;
  const char *in;

  if (self->array != NULL) {
    dnn_array_rows_to_double (self->array, rows, n, out);
    return;
  }
  /* float32 in the second half, widened from the front */
  in = (const char *) out + (size_t) total * sizeof (float);
  self->type->gather (self, rows, n, (float *) (void *) in);
  for (int64_t i = 0; i < total; i++) {
    float x;
    double wide;

    memcpy (&x, in + (size_t) i * sizeof x, sizeof x);
    wide = x;
    memcpy (&out[i], &wide, sizeof wide);
  }
}

void
dnn_source_hash (const DnnSource *self, GChecksum *hash)
{
  if (self->type->hash != NULL)
    self->type->hash (self, hash);
}

void
dnn_source_release (const DnnSource *self)
{
  if (self->type->release != NULL)
    self->type->release (self);
}

/* Bytes that a pass leaves behind it. */
#define BEHIND ((int64_t) 8 << 20)

void
dnn_source_release_behind (const DnnSource *self, int64_t i, int64_t n)
{
  const int64_t bytes = (int64_t) dnn_source_row_bytes (self);
  const int64_t rows = MAX (BEHIND / MAX (bytes, 1), 1);

  if (self->mapped && i / rows != (i + n) / rows)
    dnn_source_release (self);
}

bool
dnn_source_check (const DnnSource *self, GError **error)
{
  const int64_t n = dnn_source_n_rows (self);

  if (n > 0 && self->row > 0)
    return true;
  if (self->shape.n_dims == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: it is one number, of shape '()', and holds no rows",
                 self->name);
  else if (n > 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: it has %" G_GINT64_FORMAT " rows of '0' numbers",
                 self->name, n);
  else if (self->n_skipped > 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: it holds no rows: all '%" G_GINT64_FORMAT
                 "' of them have "
                 "an empty cell in the target, or where missing = skip",
                 self->name, self->n_skipped);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA, "%s: it holds no rows%s",
                 self->name,
                 self->columnar ? "; below the names of its columns each line "
                                  "is one"
                                : "");
  return false;
}
