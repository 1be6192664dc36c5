/* dnn-masks.h - which outputs of a layer have a mask
 *
 * A mask says for each element along the first axes of a value whether it is
 * real (1) or padding (0).  Its sizes are the first of the value's.
 */
#pragma once

#include "dnn-layer.h"

DNN_BEGIN_DECLS

/* Settles what masks the outputs of a layer have that was built for inputs of
 * these shapes and masks (NULL: none; so are NULL entries), into built->masks
 * and built->masked_by.  A layer that does not know what padding is, and gets
 * some, is DNN_ERROR_SHAPE. */
bool dnn_masks_settle (const DnnLayer *layer, DnnBuilt *built,
                       const DnnTensor *const *x, const DnnTensor *const *masks,
                       GError **error);

/* True if a value of shape `x` begins with the sizes of `mask`. */
bool dnn_mask_fits (const DnnShape *mask, const DnnShape *x);

DNN_END_DECLS
