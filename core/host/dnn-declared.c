/* dnn-declared.c - what follows from a declared shape */
#include "dnn-declared.h"

#include "dnn-shape.h"

static bool
is_same (const DnnDeclared *a, const DnnDeclared *b)
{
  return a->set == b->set && a->name == b->name &&
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
