/* terms.c - service of build for outputs that are terms of the loss */
#include "dnn-host-private.h"

void
dnn_host_loss_output (DnnBuild *b, uint32_t index)
{
  if (dnn_host_context (b)->built == NULL)
    dnn_host_fail (b, "it calls loss_output outside of build");
  else
    dnn_host_fail (b,
                   "terms of the loss, such as its output %u, are not "
                   "served by this host",
                   index);
}
