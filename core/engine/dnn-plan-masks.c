/* dnn-plan-masks.c - the masks of a plan's values */
#include "dnn-plan-masks.h"

#include "dnn-shape.h"

/* The only mask among those of the inputs; NULL: there are several. */
static DnnPlaced *
find_only_mask (const DnnStage *stage)
{
  DnnPlaced *only = NULL;

  for (uint32_t i = 0; i < stage->layer->n_inputs; i++) {
    DnnPlaced *mask = stage->in[i]->mask;

    if (mask != NULL && only != NULL && mask != only)
      return NULL;
    only = mask != NULL ? mask : only;
  }
  return only;
}

static DnnPlaced *
find_merged (DnnStage *stage, const DnnShape *shape)
{
  DnnPlaced *only = find_only_mask (stage);

  if (only != NULL)
    return only;
  stage->merges_masks = true;
  stage->merged = (DnnPlaced){ dnn_tensor_of (shape), -1 };
  return &stage->merged;
}

void
dnn_plan_settle_masks (DnnStage *stage)
{
  const DnnBuilt *built = stage->built;

  stage->masks = g_new0 (DnnPlaced, built->own_masks.n + 1);
  for (uint32_t i = 0; i < built->own_masks.n; i++)
    stage->masks[i] =
        (DnnPlaced){ dnn_tensor_of (&built->own_masks.at[i].shape), -1 };
  for (uint32_t i = 0; i < built->masks.n; i++) {
    const DnnDeclared *mask = &built->masks.at[i];

    if (!mask->set)
      continue;
    if (built->masked_by[i] == DNN_MASK_OWN)
      stage->out[i].mask = &stage->masks[i];
    else if (built->masked_by[i] == DNN_MASK_OF_X0)
      stage->out[i].mask = stage->in[0]->mask;
    else
      stage->out[i].mask = find_merged (stage, &mask->shape);
  }
}

/* A mask of fewer axes counts for all that lies along the others. */
static void
take_mask (DnnTensor *to, const DnnTensor *from)
{
  const int64_t n = dnn_count (to), each = n / dnn_count (from);
  const float *real = dnn_f32 (from);
  float *all = dnn_f32 (to);

  for (int64_t i = 0; i < n; i++)
    all[i] = all[i] != 0 && real[i / each] != 0;
}

void
dnn_plan_merge_masks (DnnStage *stage)
{
  float *all = stage->merged.tensor.data;

  if (!stage->merges_masks)
    return;
  for (int64_t i = 0; i < dnn_count (&stage->merged.tensor); i++)
    all[i] = 1;
  for (uint32_t i = 0; i < stage->layer->n_inputs; i++)
    if (stage->in[i]->mask != NULL)
      take_mask (&stage->merged.tensor, &stage->in[i]->mask->tensor);
}
