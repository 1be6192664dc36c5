/* conv-turn.c - the gradient of x as a convolution of d */
#include "dnn-conv-private.h"

bool
dnn_conv_can_turn (const DnnConv *self)
{
  const DnnWindows *w = &self->windows;

  return w->stride[0] == 1 && w->stride[1] == 1 && w->stride[2] == 1;
}

DnnConv
dnn_conv_turn (const DnnConv *self)
{
  DnnWindows w = self->windows;
  DnnConv turned;

  w.channels = self->filters;
  for (int i = 0; i < DNN_MAX_AXES; i++) {
    w.size[i] = self->windows.positions[i];
    w.positions[i] = self->windows.size[i];
    w.before[i] = (w.taps[i] - 1) * w.dilation[i] - w.before[i];
  }
  turned = *self;
  turned.windows = w;
  turned.filters = self->windows.channels;
  turned.group_channels = self->group_filters;
  turned.group_filters = self->group_channels;
  turned.n_positions = self->n_pixels;
  turned.n_pixels = self->n_positions;
  turned.row = self->n_taps * turned.group_channels;
  return turned;
}

void
dnn_conv_turn_weights (const DnnConv *self, const float *W, float *turned)
{
  const int64_t C = self->group_channels, F = self->group_filters;
  const int64_t channels = self->windows.channels;

  for (int64_t t = 0; t < self->n_taps; t++) {
    float *to = turned + (self->n_taps - 1 - t) * F * channels;
    const float *from = W + t * C * self->filters;

    for (int64_t g = 0; g < self->windows.groups; g++)
      for (int64_t f = 0; f < F; f++)
        for (int64_t c = 0; c < C; c++)
          to[f * channels + g * C + c] = from[c * self->filters + g * F + f];
  }
}
