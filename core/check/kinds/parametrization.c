/* parametrization.c - the checks that layers have not */
#include "dnn-check-layer.h"
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"

/* A frozen weight whose parametrization trains on: an adapter's case. */
static const DnnCheckMode adapting = {
  "frozen but its own weights", true, true, ~0u, 0, ~0u
};

static void
run_modes (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);

  for (int i = 0; self != NULL && i < DNN_CHECK_MODES; i++)
    if (!dnn_check_layer_run (self, &dnn_check_modes[i]))
      return;
}

static void
check_weight (DnnChecker *checker)
{
  g_autofree DnnBuilt *built = dnn_checker_build (checker, 1, NULL);

  if (built != NULL && dnn_check_layer_is_quick (checker, built))
    run_modes (checker);
}

void
dnn_check_parametrization_shapes (DnnChecker *checker)
{
  DnnShape shape;

  check_weight (checker);
  for (size_t i = 0; dnn_check_odd_shape (i, &shape); i++) {
    DnnCheckSubject subject = *checker->subject;
    DnnChecker odd = dnn_checker_with (checker, &subject);
    g_autofree char *text = dnn_check_shapes_to_string (&shape, 1);
    g_autofree char *where = g_strdup_printf ("for %s", text);

    subject.inputs = &shape;
    odd.where = where;
    odd.strict = true;
    if (dnn_check_is_quick (&shape, 1))
      check_weight (&odd);
  }
}

/* dw is asked for while the weight is frozen; buffers rest then. */
void
dnn_check_parametrization_adapter (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = NULL;

  if ((checker->component->code->flags & DNN_FLAG_ADAPTER) == 0)
    return;
  self = dnn_check_layer_new (checker, 1);
  if (self == NULL || !dnn_check_layer_run (self, &adapting))
    return;
  dnn_check_layer_written (self, &self->dw, self->pass.dw, "dw", &adapting);
  dnn_check_layer_same (self, "buffer", &self->buffers, self->pass.buffers,
                        "after a pass while frozen", &self->first_buffers,
                        "before");
}
