/* parametrization.c - the checks that layers have not */
#include "dnn-check-layer.h"
#include "dnn-check-shapes.h"
#include "dnn-kind-checks.h"
#include "dnn-shape.h"

#include <string.h>

/* A frozen weight whose parametrization trains on: an adapter's case. */
static const DnnCheckMode adapting = {
  "frozen but its own weights", true, true, ~0u, 0, ~0u
};

/* Layers are handed what has the shape of the weight. */
static bool
check_shape (DnnChecker *checker, const DnnBuilt *built)
{
  const DnnShape *have = &built->outputs.at[0].shape;
  const DnnShape *want = &checker->subject->inputs[0];
  g_autofree char *got = NULL, *wanted = NULL;

  if (dnn_shape_equal (have, want))
    return true;
  got = dnn_shape_to_string (have, false);
  wanted = dnn_shape_to_string (want, false);
  dnn_checker_fail (checker, "its output is %s, and must be %s as the weight",
                    got, wanted);
  return false;
}

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

  if (built != NULL && check_shape (checker, built) &&
      dnn_check_layer_is_quick (checker, built))
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
