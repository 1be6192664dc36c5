/* masks.c - services of build for masks, and for state between calls */
#include "dnn-host-private.h"

void
dnn_host_set_mask (DnnBuild *b, uint32_t mask)
{
  DnnBuilt *built = dnn_host_built (b, "set_mask");

  if (built == NULL)
    return;
  if (mask > DNN_MASK_OWN) {
    dnn_host_fail (b, "its mask is '%u', not 0 to %d", mask, DNN_MASK_OWN);
    return;
  }
  built->says_mask = true;
  built->mask = mask;
}

void
dnn_host_add_mask (DnnBuild *b, uint32_t index, DnnShape shape)
{
  DnnBuilt *built = dnn_host_built (b, "add_mask");

  if (built != NULL)
    dnn_host_declare (b, &built->own_masks, index, &shape, "mask");
}

void
dnn_host_add_state (DnnBuild *b, uint32_t index, DnnShape shape)
{
  DnnBuilt *built = dnn_host_built (b, "add_state");

  if (built != NULL)
    dnn_host_declare (b, &built->states, index, &shape, "state");
}
