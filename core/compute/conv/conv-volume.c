/* conv-volume.c - x with its zeros around it, a band of positions at a time */
#include "dnn-conv-private.h"

#include <string.h>

/* Numbers of a volume, at most: it and a panel of W stay in the second cache.
 * Bands of a batch, at least, so that threads have something to do. */
enum { MAX_VOLUME = 96 * 1024, MIN_BANDS = 16 };

/* The axis that bands divide. */
static int
band_axis (const DnnConv *self)
{
  return self->windows.positions[0] > 1 ? 0 : 1;
}

/* Pixels of an axis that `n` positions look at. */
static int64_t
extent (const DnnWindows *w, int axis, int64_t n)
{
  return (n - 1) * w->stride[axis] + (w->taps[axis] - 1) * w->dilation[axis] +
         1;
}

static bool
has_zeros (const DnnWindows *w)
{
  for (int i = 0; i < DNN_MAX_AXES; i++)
    if (w->before[i] > 0 ||
        extent (w, i, w->positions[i]) - w->before[i] > w->size[i])
      return true;
  return false;
}

/* Numbers of the volume of a band of `n` positions. */
static int64_t
volume_of (const DnnConv *self, int64_t n)
{
  const DnnWindows *w = &self->windows;
  int64_t count = w->channels;

  for (int i = 0; i < DNN_MAX_AXES; i++)
    count *= extent (w, i, i == band_axis (self) ? n : w->positions[i]);
  return count;
}

void
dnn_conv_bands_init (DnnConvBands *self, const DnnConv *conv)
{
  const int64_t n = conv->windows.positions[band_axis (conv)];
  int64_t n_bands = MIN (n, (MIN_BANDS - 1) / conv->windows.batch + 1);

  self->has_zeros = has_zeros (&conv->windows);
  while (self->has_zeros && n_bands < n &&
         volume_of (conv, (n + n_bands - 1) / n_bands) > MAX_VOLUME)
    n_bands++;
  self->step = (n + n_bands - 1) / n_bands;
  self->n = (n + self->step - 1) / self->step;
  self->lines = self->step;
  if (band_axis (conv) == 0)
    self->lines *= conv->windows.positions[1];
  self->size = self->has_zeros ? volume_of (conv, self->step) : 0;
}

bool
dnn_conv_bands_fit (const DnnConvBands *self)
{
  return self->size <= MAX_VOLUME;
}

/* Copies the lines of x that lie in the volume, between zeros. */
static void
copy_lines (const DnnConv *conv, const float *x, const int64_t *first,
            const int64_t *size, float *to)
{
  const DnnWindows *w = &conv->windows;
  const int64_t C = w->channels;
  const int64_t from = MAX (first[2], 0);
  const int64_t end = MIN (first[2] + size[2], w->size[2]);
  const int64_t before = from - first[2], n = MAX (end - from, 0);

  for (int64_t i = first[0]; i < first[0] + size[0]; i++)
    for (int64_t j = first[1]; j < first[1] + size[1]; j++) {
      const float *line = x + ((i * w->size[1] + j) * w->size[2] + from) * C;
      const bool inside = i >= 0 && i < w->size[0] && j >= 0 && j < w->size[1];
      const int64_t copied = inside ? n : 0;

      memset (to, 0, (size_t) (before * C) * sizeof *to);
      if (copied > 0)
        memcpy (to + before * C, line, (size_t) (copied * C) * sizeof *to);
      memset (to + (before + copied) * C, 0,
              (size_t) ((size[2] - before - copied) * C) * sizeof *to);
      to += size[2] * C;
    }
}

void
dnn_conv_volume_init (DnnConvVolume *self, const DnnConv *conv,
                      const DnnConvBands *bands, const float *x, int64_t unit,
                      float *room)
{
  const DnnWindows *w = &conv->windows;
  const int axis = band_axis (conv);
  const int64_t C = w->channels, band = unit % bands->n;
  int64_t first[DNN_MAX_AXES], size[DNN_MAX_AXES];

  self->sample = unit / bands->n;
  x += self->sample * conv->n_pixels * C;
  for (int i = 0; i < DNN_MAX_AXES; i++) {
    self->first[i] = i == axis ? band * bands->step : 0;
    self->end[i] = i == axis
                       ? MIN (self->first[i] + bands->step, w->positions[i])
                       : w->positions[i];
    first[i] = self->first[i] * w->stride[i] - w->before[i];
    size[i] = extent (w, i, self->end[i] - self->first[i]);
  }
  if (bands->has_zeros) {
    copy_lines (conv, x, first, size, room);
    self->at = room;
    self->line = size[2] * C;
    self->plane = size[1] * self->line;
  } else {
    self->line = w->size[2] * C;
    self->plane = w->size[1] * self->line;
    self->at =
        x + first[0] * self->plane + first[1] * self->line + first[2] * C;
  }
}
