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

/* Parts in which dW is summed over `n_units` samples or bands: a power of two,
 * from the shape alone. */
int64_t dnn_conv_count_parts (const DnnConv *self, int64_t n_units);
/* sum += each of `n_parts` parts of `size` numbers, in their order. */
void dnn_conv_add_parts (DnnPool *pool, float *sum, const float *parts,
                         int64_t n_parts, int64_t size);

/* Bands of positions in which x is read with its zeros around it. */
typedef struct DnnConvBands {
  bool has_zeros; /* else x is read where it lies */
  int64_t n;      /* of a sample */
  int64_t step;   /* positions of a band along the axis that is divided */
  int64_t lines;  /* of positions, of a band */
  int64_t size;   /* numbers of a volume; 0 without zeros */
} DnnConvBands;

void dnn_conv_bands_init (DnnConvBands *self, const DnnConv *conv);
/* If a volume is as small as it should be. */
bool dnn_conv_bands_fit (const DnnConvBands *self);

/* The volume that a band of a sample reads.  Position p and tap t of axis 0, 1
 * and 2 lie (p - first) stride + t dilation planes, lines and pixels behind
 * `at`. */
typedef struct DnnConvVolume {
  int64_t sample;
  int64_t first[DNN_MAX_AXES], end[DNN_MAX_AXES]; /* positions */
  const float *at;
  int64_t plane, line; /* numbers from one to the next */
} DnnConvVolume;

/* Unit number `unit` of batch x bands; `room` takes bands->size numbers. */
void dnn_conv_volume_init (DnnConvVolume *self, const DnnConv *conv,
                           const DnnConvBands *bands, const float *x,
                           int64_t unit, float *room);
