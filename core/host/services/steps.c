/* steps.c - services for optimizers: scratch of a step, a batch run again */
#include "dnn-host-private.h"

void
dnn_host_add_step_scratch (DnnSlots *s, uint32_t index, DnnShape shape)
{
  DnnBuilt *built = dnn_host_context (s)->built;

  if (built == NULL)
    dnn_host_fail (s, "it calls add_step_scratch outside of slots");
  else
    dnn_host_declare (s, &built->scratch, index, &shape, "scratch");
}

int32_t
dnn_host_evaluate (DnnStepAll *a)
{
  const DnnContext *context = dnn_host_context (a);

  if (context->evaluate == NULL)
    return dnn_host_fail (a, "it calls evaluate outside of step_all");
  return context->evaluate (context->evaluate_data, a);
}
