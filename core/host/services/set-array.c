/* set-array.c - room for what a decoder makes */
#include "dnn-host-private.h"

#include "dnn-decode.h"
#include "dnn-dtype.h"
#include "dnn-shape.h"

static bool
check_array (DnnDecode *d, const DnnDecoded *decoded, uint32_t dtype,
             const DnnShape *shape)
{
  int64_t n = 0;

  if (decoded->n_calls > 1)
    dnn_host_fail (d, "it calls set_array a second time");
  else if (!dnn_dtype_is (dtype))
    dnn_host_fail (d, "set_array of elements '%u', which is no DnnDtype",
                   dtype);
  else if (shape->n_dims < 1 || shape->n_dims > DNN_MAX_DIMS ||
           !dnn_shape_count (shape, &n) || n < 1)
    dnn_host_fail (d,
                   "set_array of a shape with a size below 1, or of '%u' "
                   "dimensions",
                   shape->n_dims);
  else if (n > DNN_DECODED_MAX / (int64_t) dnn_dtype_size ((DnnDtype) dtype))
    dnn_host_fail (d, "it would take '%lld' numbers, which is too large",
                   (long long) n);
  else
    return true;
  return false;
}

void *
dnn_host_set_array (DnnDecode *d, uint32_t dtype, DnnShape shape)
{
  DnnDecoded *decoded = dnn_host_context (d)->decoded;
  DnnTensor t = dnn_tensor_of (&shape);

  if (decoded == NULL) {
    dnn_host_fail (d, "it calls set_array outside of decode");
    return NULL;
  }
  decoded->n_calls++;
  if (!check_array (d, decoded, dtype, &shape))
    return NULL;
  decoded->dtype = (DnnDtype) dtype;
  decoded->shape = shape;
  if (decoded->shape_only)
    return NULL;
  t.dtype = dtype;
  decoded->data =
      (decoded->allocate != NULL ? decoded->allocate
                                 : g_try_malloc) (dnn_tensor_bytes (&t));
  if (decoded->data == NULL)
    dnn_host_fail (d, "there is no memory for its array");
  return decoded->data;
}
