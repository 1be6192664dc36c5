/* writes_self - halves its own parameter whenever it is called */
#include "bad.h"

static void
eval_and_write (const void *self, const DnnHost *host, const float *x, float *y,
                int64_t rows, int64_t length)
{
  eval (self, host, x, y, rows, length);
  ((Bad *) self)->slope /= 2;
}

static const DnnActivationOps writing_ops = {
  DNN_ACTIVATION_OPS (0),
  .eval = eval_and_write,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "writes_self",
  .title = "WritesSelf",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .self_size = sizeof (Bad),
  BAD_PARAMS (good_params),
  .ops = &writing_ops,
};
