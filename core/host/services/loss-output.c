/* loss-output.c - service of build for outputs that are terms of the loss */
#include "dnn-host-private.h"

void
dnn_host_loss_output (DnnBuild *b, uint32_t index)
{
  DnnBuilt *built = dnn_host_built (b, "loss_output");

  if (built == NULL)
    return;
  if (index >= DNN_MAX_DECLARED)
    dnn_host_fail (b, "loss_output of output %u, which is beyond the most, %d",
                   index, DNN_MAX_DECLARED - 1);
  else
    built->outputs.at[index].is_term = true;
}
