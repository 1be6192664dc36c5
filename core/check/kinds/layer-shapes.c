/* layer-shapes.c - a layer and shapes it may not have thought of */
#include "dnn-check-layer.h"

#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

enum { MOST_INPUTS = 3 };

bool
dnn_check_layer_is_quick (const DnnChecker *checker, const DnnBuilt *built)
{
  return dnn_check_is_quick (checker->subject->inputs,
                             checker->subject->n_inputs) &&
         dnn_check_is_quick_list (&built->outputs) &&
         dnn_check_is_quick_list (&built->weights) &&
         dnn_check_is_quick_list (&built->buffers) &&
         dnn_check_is_quick_list (&built->saved) &&
         dnn_check_is_quick_list (&built->scratch) &&
         dnn_check_is_quick_list (&built->worker_scratch);
}

/* The batch changes no weight; dnn_build has looked at the outputs. */
static void
check_batch (DnnChecker *checker, const DnnBuilt *built)
{
  g_autoptr (GError) error = NULL;
  g_autofree DnnBuilt *larger = dnn_checker_build (checker, 3, &error);

  if (larger == NULL)
    dnn_checker_fail (checker, "a batch three times as large is refused: %s",
                      error->message);
  else if (!dnn_declared_list_equal (&built->weights, &larger->weights) ||
           !dnn_declared_list_equal (&built->buffers, &larger->buffers))
    dnn_checker_fail (checker, "weights depend on the batch");
}

static void
try_shape (DnnChecker *odd)
{
  g_autofree DnnBuilt *built = dnn_checker_build (odd, 1, NULL);
  g_autoptr (DnnCheckLayer) self = NULL;

  if (!dnn_check_layer_is_quick (odd, built))
    return;
  check_batch (odd, built);
  self = dnn_check_layer_new (odd, 1);
  for (int i = 0; self != NULL && i < DNN_CHECK_MODES; i++) {
    const DnnCheckMode *mode = &dnn_check_modes[i];

    if (!dnn_check_layer_run (self, mode))
      return;
    dnn_check_layer_written (self, &self->y, self->pass.y, "y", mode);
    dnn_check_layer_written (self, &self->dx, self->pass.dx, "dx", mode);
    dnn_check_layer_written (self, &self->dw, self->pass.dw, "dw", mode);
  }
}

void
dnn_check_layer_shapes (DnnChecker *checker)
{
  const DnnLayerOps *ops = checker->component->code->ops;
  const uint32_t most = MIN (ops->max_inputs, MOST_INPUTS);

  for (uint32_t n = ops->min_inputs; n <= MAX (most, ops->min_inputs); n++)
    dnn_check_each_shape (checker, n, try_shape);
}
