/* conv-rows.c - rows of windows, packed and put back */
#include "dnn-conv-private.h"

#include <string.h>

/* A run of numbers of x that is a run of a packed row: those of one group at
 * one tap of the first two axes. */
typedef struct {
  int64_t from;  /* in x; of tap `first` of the last axis */
  int64_t first; /* taps of the last axis that lie inside, first .. last - 1 */
  int64_t last;
} Run;

/* False if the taps t0, t1 lie outside. */
static bool
find_run (const DnnConv *self, int64_t group, const DnnConvPlace *place,
          int64_t t0, int64_t t1, Run *ret_run)
{
  const DnnWindows *w = &self->windows;
  const int64_t taps[] = { t0, t1 };
  int64_t at = place->sample, start;

  for (int i = 0; i < 2; i++) {
    const int64_t pixel = place->position[i] * w->stride[i] +
                          taps[i] * w->dilation[i] - w->before[i];

    if (pixel < 0 || pixel >= w->size[i])
      return false;
    at = at * w->size[i] + pixel;
  }
  dnn_windows_inside (w, 2, place->position[2], &ret_run->first,
                      &ret_run->last);
  start = place->position[2] * w->stride[2] - w->before[2] +
          ret_run->first * w->dilation[2];
  ret_run->from =
      (at * w->size[2] + start) * w->channels + group * self->group_channels;
  return true;
}

static void
zero (float *to, int64_t n)
{
  memset (to, 0, (size_t) n * sizeof *to);
}

/* One run of a row, at `to`: taps of the last axis. */
static void
pack_run (const DnnConv *self, const float *x, const Run *run, float *to)
{
  const int64_t n = self->group_channels, taps = self->windows.taps[2];
  const int64_t step = self->windows.dilation[2] * self->windows.channels;
  const int64_t count = run->last - run->first;

  zero (to, run->first * n);
  if (step == n) {
    memcpy (to + run->first * n, x + run->from,
            (size_t) (count * n) * sizeof *to);
  } else {
    for (int64_t t = 0; t < count; t++)
      for (int64_t c = 0; c < n; c++)
        to[(run->first + t) * n + c] = x[run->from + t * step + c];
  }
  zero (to + run->last * n, (taps - run->last) * n);
}

void
dnn_conv_pack (const DnnConv *self, int64_t group, const float *x,
               int64_t first, int64_t n, float *rows)
{
  const int64_t *taps = self->windows.taps;
  const int64_t length = taps[2] * self->group_channels;
  DnnConvPlace place = dnn_conv_place (self, first);

  for (int64_t i = 0; i < n; i++, dnn_conv_advance (self, &place))
    for (int64_t t0 = 0; t0 < taps[0]; t0++)
      for (int64_t t1 = 0; t1 < taps[1]; t1++, rows += length) {
        Run run;

        if (find_run (self, group, &place, t0, t1, &run))
          pack_run (self, x, &run, rows);
        else
          zero (rows, length);
      }
}

static void
add_run (const DnnConv *self, const float *from, const Run *run, float *x)
{
  const int64_t n = self->group_channels;
  const int64_t step = self->windows.dilation[2] * self->windows.channels;
  float *to = x + run->from;

  for (int64_t t = run->first; t < run->last; t++, to += step)
    for (int64_t c = 0; c < n; c++)
      to[c] += from[t * n + c];
}

void
dnn_conv_scatter (const DnnConv *self, int64_t group, const float *rows,
                  int64_t first, int64_t n, float *x)
{
  const int64_t *taps = self->windows.taps;
  const int64_t length = taps[2] * self->group_channels;
  DnnConvPlace place = dnn_conv_place (self, first);

  for (int64_t i = 0; i < n; i++, dnn_conv_advance (self, &place))
    for (int64_t t0 = 0; t0 < taps[0]; t0++)
      for (int64_t t1 = 0; t1 < taps[1]; t1++, rows += length) {
        Run run;

        if (find_run (self, group, &place, t0, t1, &run))
          add_run (self, rows, &run, x);
      }
}
