/* include_only - the header by itself, as C and as C++ */
#include <dnn/plugin.h>

int include_only (void);

int
include_only (void)
{
  const DnnShape shape = DNN_SHAPE (3, 4);
  const DnnShape scalar = DNN_SCALAR;

  return (int) (shape.n_dims + scalar.n_dims) + DNN_ABI_MAJOR;
}
