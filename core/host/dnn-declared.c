/* dnn-declared.c - what follows from a declared shape */
#include "dnn-declared.h"

#include "dnn-shape.h"

#include <glib.h>
#include <math.h>

/* --- numbers ------------------------------------------------------------- */

/* How far shares that were written as float32, or as three digits each, are
 * from the sum 1. */
static const double tolerance = 1e-3;

bool
dnn_expected_takes (const DnnExpected *self, float y)
{
  if (!isfinite (y))
    return false;
  if (self->padded && y == -1)
    return true;
  if (self->set &&
      !(y == rintf (y) && y >= (float) self->lo && y <= (float) self->hi))
    return false;
  return !self->ranged ||
         ((double) y >= self->least && (double) y <= self->most);
}

int64_t
dnn_expected_find_sum (const DnnExpected *self, const float *y, int64_t n)
{
  const int64_t columns = self->columns;

  for (int64_t i = 0; self->sums_to_1 && i + columns <= n; i += columns) {
    double sum = 0;

    for (int64_t j = 0; j < columns; j++)
      sum += y[i + j];
    if (!(fabs (sum - 1) <= tolerance * sqrt ((double) columns)))
      return i;
  }
  return -1;
}

char *
dnn_expected_to_string (const DnnExpected *self)
{
  if (self->set)
    return g_strdup_printf (
        "a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s",
        self->lo, self->hi, self->padded ? ", or -1 for padding" : "");
  if (!self->ranged)
    return g_strdup ("");
  if (isinf (self->most))
    return g_strdup_printf ("%g or more", self->least);
  if (isinf (self->least))
    return g_strdup_printf ("%g or less", self->most);
  return g_strdup_printf ("from %g to %g", self->least, self->most);
}

DnnTensor
dnn_declared_tensor (const DnnDeclared *self)
{
  DnnTensor t = dnn_tensor_of (&self->shape);

  t.dtype = self->dtype;
  return t;
}

/* --- rows ---------------------------------------------------------------- */

static bool
is_same (const DnnDeclared *a, const DnnDeclared *b)
{
  return a->set == b->set && a->name == b->name && a->dtype == b->dtype &&
         a->initializer == b->initializer &&
         dnn_shape_equal (&a->shape, &b->shape);
}

bool
dnn_declared_list_equal (const DnnDeclaredList *a, const DnnDeclaredList *b)
{
  for (uint32_t i = 0; i < DNN_MAX_DECLARED; i++)
    if ((i < a->n || i < b->n) && !is_same (&a->at[i], &b->at[i]))
      return false;
  return true;
}

void
dnn_fans_of (const DnnShape *shape, double *ret_in, double *ret_out)
{
  const uint32_t n = shape->n_dims;
  double field = 1;

  if (n < 2) {
    *ret_in = *ret_out = n == 0 ? 1 : (double) shape->dims[0];
    return;
  }
  for (uint32_t i = 0; i + 2 < n; i++)
    field *= (double) shape->dims[i];
  *ret_in = field * (double) shape->dims[n - 2];
  *ret_out = field * (double) shape->dims[n - 1];
}
