/* links_blas - asks a BLAS of its own, not the host */
#include "bad.h"

/* Of OpenBLAS, whose header is only the host's. */
int openblas_get_num_threads (void);

static void
eval_by_blas (const void *self, const DnnHost *host, const float *x, float *y,
              int64_t rows, int64_t length)
{
  if (openblas_get_num_threads () > 0)
    eval (self, host, x, y, rows, length);
}

static const DnnActivationOps blas_ops = {
  DNN_ACTIVATION_OPS (0),
  .eval = eval_by_blas,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "links_blas",
  .title = "LinksBlas",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .self_size = sizeof (Bad),
  BAD_PARAMS (good_params),
  .ops = &blas_ops,
};
