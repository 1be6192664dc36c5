/* dnn-conv-private.h - what the kernels of convolutions see of one another */
#pragma once

#include "dnn-conv.h"

#define KERNEL(name) extern const DnnConvKernel dnn_conv_by_##name;
#include "dnn-conv-list.h"
#undef KERNEL

/* Where a row of A lies: its sample, and its window's first place by axis. */
typedef struct DnnConvPlace {
  int64_t sample;
  int64_t position[DNN_MAX_AXES];
} DnnConvPlace;

static inline DnnConvPlace
dnn_conv_place (const DnnConv *self, int64_t row)
{
  const int64_t *positions = self->windows.positions;
  DnnConvPlace place = { row / self->n_positions, { 0 } };

  row %= self->n_positions;
  place.position[2] = row % positions[2];
  row /= positions[2];
  place.position[1] = row % positions[1];
  place.position[0] = row / positions[1];
  return place;
}

/* The row after it. */
static inline void
dnn_conv_advance (const DnnConv *self, DnnConvPlace *place)
{
  const int64_t *positions = self->windows.positions;

  if (++place->position[2] < positions[2])
    return;
  place->position[2] = 0;
  if (++place->position[1] < positions[1])
    return;
  place->position[1] = 0;
  if (++place->position[0] < positions[0])
    return;
  place->position[0] = 0;
  place->sample++;
}

/* If windows step by one, x is a convolution of d with W turned. */
bool dnn_conv_can_turn (const DnnConv *self);
/* That convolution; its kernel is that of `self`. */
DnnConv dnn_conv_turn (const DnnConv *self);
/* turned[last - t, f, g C + c] = W[t, c, g F + f] */
void dnn_conv_turn_weights (const DnnConv *self, const float *W, float *turned);
