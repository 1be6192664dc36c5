/* dnn-samples.h - the samples of a batch, as losses and metrics see them
 *
 * Where predictions have a mask, or weights are given by element, an element
 * along these axes is a sample: predictions N×T×C are handed as N T rows of C
 * numbers, those of padding with a weight of 0.
 */
#pragma once

#include "dnn-feeder.h"

DNN_BEGIN_DECLS

typedef struct DnnSamples {
  uint32_t axes; /* of predictions, which number samples: 1: N; 2: N×T */
  int64_t n;
  double n_real;
  const float *real;    /* 1 or 0 for each; NULL: all are */
  const float *weights; /* of each, 0 for padding; NULL: all 1 */
  float *scale;         /* weight / n_real */
  float *values;        /* room for one number each */
  float *room;          /* (owned) for these four */
  int64_t n_room;
} DnnSamples;

/* A tensor of predictions or targets with its first `axes` as one. */
DnnTensor dnn_samples_view (const DnnTensor *t, uint32_t axes);

/* Takes a batch that has run forward, for this output of the model, and whose
 * mask and weights have `axes` at most.  Where `masked` is false, all is real.
 * Allocates for a batch that is larger than all before. */
void dnn_samples_set (DnnSamples *self, const DnnBatch *batch, uint32_t output,
                      uint32_t axes, bool masked);
/* Multiplies the scale by the factor of a loss. */
void dnn_samples_multiply (DnnSamples *self, double factor);
void dnn_samples_clear (DnnSamples *self);

/* Writes 0 to what a tensor like the predictions has for padding, where a loss
 * may have made 0 · inf. */
void dnn_samples_clear_padding (const DnnSamples *self, DnnTensor *t);
/* Labels of padding, which may be -1, become 0: no table has a place for
 * others. Returns: the first real sample with a label of -1; -1: there is none.
 */
int64_t dnn_samples_take_labels (const DnnSamples *self, DnnTensor *y_true);
/* Σ weight · value over what is real. */
double dnn_samples_sum (const DnnSamples *self, const float *weights);

DNN_END_DECLS
