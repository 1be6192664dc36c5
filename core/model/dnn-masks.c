/* dnn-masks.c - which outputs of a layer have a mask */
#include "dnn-masks.h"

#include "dnn-shape.h"

#define WAY_OUT "mask = drop treats padding as data"

/* A layer and its masks. */
typedef struct {
  const DnnLayer *layer;
  DnnBuilt *built;
  const DnnTensor *const *x;
  const DnnTensor *const *masks;
  bool any; /* an input has a mask */
} Question;

bool
dnn_mask_fits (const DnnShape *mask, const DnnShape *x)
{
  bool fits = mask->n_dims <= x->n_dims;

  for (uint32_t i = 0; fits && i < mask->n_dims; i++)
    fits = mask->dims[i] == x->dims[i];
  return fits;
}

/* An activation gives y where it takes x; over a row of the last axis it is as
 * a layer that keeps its mask. */
static uint64_t
flags_of (const DnnLayer *layer)
{
  return layer->component != NULL ? layer->component->code->flags
                                  : DNN_FLAG_KEEPS_MASK;
}

static bool
is_elementwise (const DnnLayer *layer)
{
  return layer->component == NULL &&
         (layer->activation->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
}

/* The first input whose mask goes down to its last axis, along which layers
 * mix; n_inputs: there is none. */
static uint32_t
find_whole (const Question *q)
{
  uint32_t i = 0;

  while (i < q->layer->n_inputs &&
         (q->masks[i] == NULL || q->masks[i]->n_dims < q->x[i]->n_dims))
    i++;
  return i;
}

static bool
check_flags (const Question *q, GError **error)
{
  const uint64_t flags = flags_of (q->layer);

  if (!q->any || q->built->says_mask || (flags & DNN_FLAG_READS_MASK) != 0)
    return true;
  if ((flags & DNN_FLAG_KEEPS_MASK) == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "%s does not know what padding is; " WAY_OUT, q->layer->name);
    return false;
  }
  if (find_whole (q) == q->layer->n_inputs || is_elementwise (q->layer))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: its input is padded along the last axis, whose elements it "
               "puts together; " WAY_OUT,
               q->layer->name);
  return false;
}

static void
set_mask (DnnBuilt *built, uint32_t output, DnnMask how, const DnnShape *shape)
{
  built->masked_by[output] = how;
  built->masks.at[output].set = true;
  built->masks.at[output].shape = *shape;
  built->masks.n = MAX (built->masks.n, output + 1);
}

/* The longest of the masks, which begins as all others do. */
static bool
merge_masks (const Question *q, DnnShape *ret_shape, GError **error)
{
  DnnShape all = { 0 };

  for (uint32_t i = 0; i < q->layer->n_inputs; i++) {
    const DnnShape shape =
        q->masks[i] != NULL ? dnn_shape_of (q->masks[i]) : (DnnShape){ 0 };

    if (dnn_mask_fits (&all, &shape)) {
      all = shape;
    } else if (!dnn_mask_fits (&shape, &all)) {
      g_autofree char *one = dnn_shape_to_string (&all, true);
      g_autofree char *other = dnn_shape_to_string (&shape, true);

      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "%s: the masks of its inputs are %s and %s, of which "
                   "neither begins as the other; " WAY_OUT,
                   q->layer->name, one, other);
      return false;
    }
  }
  *ret_shape = all;
  return true;
}

static bool
check_fits (const Question *q, uint32_t output, GError **error)
{
  const DnnShape *y = &q->built->outputs.at[output].shape;
  const DnnShape *mask = &q->built->masks.at[output].shape;
  g_autofree char *y_text = NULL, *mask_text = NULL;

  if (mask->n_dims > 0 && dnn_mask_fits (mask, y))
    return true;
  y_text = dnn_shape_to_string (y, true);
  mask_text = dnn_shape_to_string (mask, true);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: the mask of its output %u is %s, and the output is %s, "
               "which does not begin so; " WAY_OUT,
               q->layer->name, output, mask_text, y_text);
  return false;
}

static bool
settle_output (const Question *q, uint32_t output, DnnMask how,
               const DnnShape *merged, GError **error)
{
  const DnnDeclared *own = &q->built->own_masks.at[output];
  DnnShape first = { 0 };

  if (q->masks[0] != NULL)
    first = dnn_shape_of (q->masks[0]);
  if (own->set)
    set_mask (q->built, output, DNN_MASK_OWN, &own->shape);
  else if (how == DNN_MASK_OF_ALL && q->any)
    set_mask (q->built, output, how, merged);
  else if (how == DNN_MASK_OF_X0 && q->masks[0] != NULL)
    set_mask (q->built, output, how, &first);
  else
    return true;
  return check_fits (q, output, error);
}

/* Masks that build added are of outputs that there are. */
static bool
check_own (const Question *q, DnnMask how, GError **error)
{
  const DnnBuilt *built = q->built;

  for (uint32_t i = 0; i < DNN_MAX_DECLARED; i++) {
    const bool there = i < built->outputs.n && built->outputs.at[i].set;
    const bool own = i < built->own_masks.n && built->own_masks.at[i].set;

    if (own && !there)
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "%s: build calls add_mask for output %u, which there is not",
                   q->layer->name, i);
    else if (there && !own && how == DNN_MASK_OWN)
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "%s: build says that output %u has a mask of its own, and "
                   "does not call add_mask",
                   q->layer->name, i);
    else
      continue;
    return false;
  }
  return true;
}

bool
dnn_masks_settle (const DnnLayer *layer, DnnBuilt *built,
                  const DnnTensor *const *x, const DnnTensor *const *masks,
                  GError **error)
{
  Question q = { layer, built, x, masks, false };
  const bool keeps = (flags_of (layer) & DNN_FLAG_KEEPS_MASK) != 0;
  const DnnMask how = built->says_mask ? (DnnMask) built->mask
                      : keeps          ? DNN_MASK_OF_ALL
                                       : DNN_MASK_NONE;
  DnnShape merged;

  for (uint32_t i = 0; i < layer->n_inputs; i++)
    q.any = q.any || masks[i] != NULL;
  if (!check_own (&q, how, error) || !check_flags (&q, error) ||
      (how == DNN_MASK_OF_ALL && !merge_masks (&q, &merged, error)))
    return false;
  for (uint32_t j = 0; j < built->outputs.n && !layer->drops_mask; j++)
    if (built->outputs.at[j].set && !built->outputs.at[j].is_term &&
        !settle_output (&q, j, how, &merged, error))
      return false;
  return true;
}
