/* dnn-flips.h - predictions as the mean of a picture's and its mirror image's
 *
 * Test-time augmentation, as Krizhevsky, Sutskever, Hinton: ImageNet
 * classification with deep convolutional neural networks, 2012, section 4.1.
 */
#pragma once

#include "dnn-feeder.h"

DNN_BEGIN_DECLS

typedef struct DnnFlips DnnFlips;

/* For the batches of this feeder.  Every input of the model must be a picture,
 * height x width or height x width x channels; else DNN_ERROR_SHAPE. */
DnnFlips *dnn_flips_new (DnnFeeder *feeder, GError **error);
void dnn_flips_free (DnnFlips *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnFlips, dnn_flips_free)

/* Runs batch i twice; its predictions, and what the loss looks at, are then the
 * mean of both.  Returns: (transfer none): the batch; NULL with an error. */
const DnnBatch *dnn_flips_forward (DnnFlips *self, int64_t i,
                                   const DnnPassInfo *info, GError **error);

DNN_END_DECLS
