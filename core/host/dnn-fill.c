/* dnn-fill.c - calls initializers */
#include "dnn-fill.h"

#include "dnn-dtype.h"
#include "dnn-host.h"
#include "dnn-running.h"

static bool
call_fill (const DnnComponent *initializer, const DnnFilled *filled,
           DnnTensor *w, GError **error)
{
  const DnnInitializerOps *ops = initializer->code->ops;
  const DnnRunning running = { "initializer", filled->name,
                               initializer->plugin->name, "fill" };
  DnnContext context = { .key = filled->key };
  DnnFill fill = {
    .call = { DNN_END_OF (DnnFill, x), 0, &context },
    .w = w,
    .fan_in = filled->fan_in,
    .fan_out = filled->fan_out,
    .x = filled->x,
  };
  int32_t status;

  dnn_running_begin (&running);
  status = ops->fill (initializer->self, &dnn_host, &fill);
  dnn_running_end ();
  if (status == 0 && context.message == NULL)
    return true;
  dnn_context_take_error (&context, filled->name, DNN_ERROR_SHAPE, error);
  return false;
}

bool
dnn_fill (const DnnComponent *initializer, const DnnFilled *filled,
          GError **error)
{
  g_autofree float *numbers = NULL;
  DnnTensor w = *filled->w;

  if (w.dtype == DNN_FLOAT32)
    return call_fill (initializer, filled, filled->w, error);
  numbers = g_new0 (float, (gsize) dnn_count (&w) + 1);
  w.dtype = DNN_FLOAT32;
  w.data = numbers;
  if (!call_fill (initializer, filled, &w, error))
    return false;
  dnn_tensor_set_floats (filled->w, numbers);
  return true;
}
