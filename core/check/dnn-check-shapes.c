/* dnn-check-shapes.c - odd shapes, and a plugin's answers to them */
#include "dnn-check-shapes.h"

#include "dnn-shape.h"

#include <string.h>

enum { BATCH = 3, QUICK = 1 << 18 };

static const int64_t sizes[] = { 0, 1, 2, 7, 31, 1 << 20, (int64_t) 1 << 40 };

/* Ranks 1 to 8 of small sizes; then each rank with one of the sizes above at
 * its last place. */
bool
dnn_check_odd_shape (size_t i, DnnShape *ret_shape)
{
  static const int64_t small[DNN_MAX_DIMS] = { BATCH, 2, 3, 1, 2, 1, 2, 3 };
  const size_t rank = i % DNN_MAX_DIMS + 1, which = i / DNN_MAX_DIMS;

  if (which > G_N_ELEMENTS (sizes))
    return false;
  *ret_shape = (DnnShape){ .n_dims = (uint32_t) rank };
  memcpy (ret_shape->dims, small, rank * sizeof *small);
  if (which > 0 && rank > 1)
    ret_shape->dims[rank - 1] = sizes[which - 1];
  else if (which > 0)
    ret_shape->dims[0] = MAX (sizes[which - 1], 1);
  return true;
}

bool
dnn_check_odd_inputs (const DnnShape *inputs, uint32_t n_inputs, size_t i,
                      DnnShape *ret_inputs)
{
  size_t place = i / G_N_ELEMENTS (sizes);

  memcpy (ret_inputs, inputs, n_inputs * sizeof *inputs);
  for (uint32_t j = 0; j < n_inputs; j++)
    for (uint32_t k = 1; k < inputs[j].n_dims; k++)
      if (place-- == 0) {
        ret_inputs[j].dims[k] = sizes[i % G_N_ELEMENTS (sizes)];
        return true;
      }
  return false;
}

bool
dnn_check_is_quick (const DnnShape *shapes, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    const DnnTensor t = dnn_tensor_of (&shapes[i]);

    if (!dnn_shape_is_small (&shapes[i]) || dnn_count (&t) > QUICK)
      return false;
  }
  return true;
}

bool
dnn_check_is_quick_list (const DnnDeclaredList *list)
{
  for (uint32_t i = 0; i < list->n; i++)
    if (list->at[i].set && !dnn_check_is_quick (&list->at[i].shape, 1))
      return false;
  return true;
}

char *
dnn_check_shapes_to_string (const DnnShape *shapes, uint32_t n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < n; i++) {
    g_autofree char *one = dnn_shape_to_string (&shapes[i], false);

    g_string_append_printf (text, "%s%s", i > 0 ? " and " : "", one);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- answers ------------------------------------------------------------- */

/* A refusal must have a sentence, which dnn_checker_build sees to. */
static void
ask (DnnChecker *checker, const DnnShape *inputs, uint32_t n,
     void (*body) (DnnChecker *odd))
{
  DnnCheckSubject subject = *checker->subject;
  DnnChecker odd = dnn_checker_with (checker, &subject);
  g_autofree char *shapes = dnn_check_shapes_to_string (inputs, n);
  g_autofree char *where = g_strdup_printf ("for %s", shapes);
  g_autofree DnnBuilt *built = NULL;
  const guint n_failures = checker->report->failures->len;

  subject.inputs = inputs;
  subject.n_inputs = n;
  odd.where = where;
  odd.strict = true;
  built = dnn_checker_build (&odd, 1, NULL);
  if (built != NULL && n_failures == checker->report->failures->len)
    body (&odd);
}

void
dnn_check_each_shape (DnnChecker *checker, uint32_t n,
                      void (*body) (DnnChecker *odd))
{
  const DnnCheckSubject *subject = checker->subject;
  DnnShape inputs[DNN_MAX_DECLARED], shape;

  for (size_t i = 0; dnn_check_odd_shape (i, &shape); i++) {
    for (uint32_t j = 0; j < n; j++)
      inputs[j] = shape;
    ask (checker, inputs, n, body);
  }
  for (size_t i = 0; subject->n_inputs == n &&
                     dnn_check_odd_inputs (subject->inputs, n, i, inputs);
       i++)
    ask (checker, inputs, n, body);
}
