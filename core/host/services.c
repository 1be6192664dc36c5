/* services.c - what several services of the host do */
#include "dnn-host-private.h"

#include "dnn-shape.h"

int32_t
dnn_host_fail (const void *call, const char *format, ...)
{
  DnnContext *context = dnn_host_context (call);
  va_list args;

  if (context->message == NULL) { /* the first cause counts */
    va_start (args, format);
    context->message = g_strdup_vprintf (format, args);
    va_end (args);
  }
  return -1;
}

DnnDeclared *
dnn_host_declare (const void *call, DnnDeclaredList *list, uint32_t index,
                  const DnnShape *shape, const char *what)
{
  DnnDeclared *row;

  if (index >= DNN_MAX_DECLARED) {
    dnn_host_fail (call, "%s number %u is beyond the most, %d", what, index,
                   DNN_MAX_DECLARED - 1);
    return NULL;
  }
  if (shape->n_dims > DNN_MAX_DIMS) {
    dnn_host_fail (call, "%s %u has %u dimensions, and %d are the most", what,
                   index, shape->n_dims, DNN_MAX_DIMS);
    return NULL;
  }
  for (uint32_t i = 0; i < shape->n_dims; i++)
    if (shape->dims[i] < 0) {
      dnn_host_fail (call, "%s %u has a negative size", what, index);
      return NULL;
    }
  if (!dnn_shape_is_small (shape)) {
    dnn_host_fail (call, "%s %u is too large", what, index);
    return NULL;
  }
  row = &list->at[index];
  row->set = true;
  row->shape = *shape;
  list->n = MAX (list->n, index + 1);
  return row;
}

static void
activate (const DnnFinish *finish, int64_t first, int64_t n)
{
  const DnnActivationOps *ops = finish->activation->code->ops;

  ops->eval (finish->activation->self, finish->host, finish->z + first,
             finish->y + first, 1, n);
}

void
dnn_host_finish_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
                      int64_t n_columns, uint32_t worker)
{
  const DnnFinish *finish = data;

  (void) worker;
  if (n_columns == finish->columns)
    activate (finish, row * finish->columns, n_rows * n_columns);
  else
    for (int64_t i = row; i < row + n_rows; i++)
      activate (finish, i * finish->columns + column, n_columns);
}

void
dnn_host_add_product (DnnPass *pass, uint32_t index, const DnnTensor *a,
                      const DnnTensor *d, const DnnConv *conv)
{
  DnnContext *context = dnn_host_context (pass);

  if (pass->dw[index] == NULL)
    return;
  if (context->n_products == DNN_MAX_DECLARED) {
    dnn_host_fail (pass, "more than %d weight gradients", DNN_MAX_DECLARED);
    return;
  }
  context->products[context->n_products++] = (DnnProduct){ index, a, d, conv };
}
