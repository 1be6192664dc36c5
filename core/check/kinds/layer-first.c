/* layer-first.c - first values that a layer takes from its first batch */
#include "dnn-check-layer.h"

#include "dnn-kind-checks.h"

static bool
has_first (const DnnLayerOps *ops)
{
  return ops->struct_size >= DNN_END_OF (DnnLayerOps, first) &&
         ops->first != NULL;
}

/* Runs it, strictly: it may write weights and buffers, and nothing else. */
static bool
run_first (DnnCheckLayer *self, DnnPool *pool)
{
  self->context.pool = pool;
  self->pass.training = 1;
  self->pass.frozen = 0;
  return dnn_check_layer_run_first (self);
}

static void
check_finite (DnnCheckLayer *self)
{
  dnn_check_layer_written (self, &self->w, self->w.pointer, "weight",
                           &dnn_check_modes[0]);
  for (uint32_t i = 0; i < self->buffers.n; i++)
    if (self->buffers.pointer[i] != NULL &&
        self->buffers.at[i].dtype == DNN_FLOAT32)
      dnn_checker_written (self->checker, "buffer", self->buffers.pointer[i]);
}

void
dnn_check_layer_first (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) one = NULL, other = NULL;

  if (!has_first (checker->component->code->ops))
    return;
  one = dnn_check_layer_new (checker, 1);
  other = dnn_check_layer_new (checker, 1);
  checker->strict = true;
  if (one != NULL && other != NULL && run_first (one, checker->pools[0]) &&
      run_first (other, checker->pools[DNN_CHECK_POOLS - 1])) {
    check_finite (one);
    dnn_check_layer_same (one, "weight", &one->w, one->w.pointer,
                          "with one thread", &other->w, "with seven");
    dnn_check_layer_same (one, "buffer", &one->buffers, one->buffers.pointer,
                          "with one thread", &other->buffers, "with seven");
  }
  checker->strict = false;
}
