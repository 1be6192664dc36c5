/* box_values.h - the largest and the mean of a box, by channel (minor 1) */
#pragma once

#include <dnn/abi/boxes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Channels that are summed at a time, in double. */
#define DNN_POOL_BLOCK 64

/* Of a sample x; what is not a number wins. */
static inline void
dnn_box_max (const DnnWindows *w, DnnBox *box, const float *x, float *y,
             float *places)
{
  const int64_t n = w->channels;
  const float *start = x + dnn_box_offset (w, box);
  float place = 0;

  for (int64_t c = 0; c < n; c++) {
    y[c] = start[c];
    places[c] = 0;
  }
  while (dnn_box_next (box)) {
    const float *row = x + dnn_box_offset (w, box);

    place++;
    DNN_EACH
    for (int64_t c = 0; c < n; c++) {
      const int wins = (row[c] > y[c]) | (row[c] != row[c]);

      y[c] = wins ? row[c] : y[c];
      places[c] = wins ? place : places[c];
    }
  }
}

static inline void
dnn_box_max_back (const DnnWindows *w, DnnBox *box, const float *dy,
                  const float *places, float *dx)
{
  float place = 0;

  do {
    float *row = dx + dnn_box_offset (w, box);

    DNN_EACH
    for (int64_t c = 0; c < w->channels; c++)
      row[c] += places[c] == place ? dy[c] : 0;
    place++;
  } while (dnn_box_next (box));
}

static inline void
dnn_box_mean (const DnnWindows *w, DnnBox *box, const float *x, float *y)
{
  const double share = 1 / (double) dnn_box_elements (box);

  for (int64_t first = 0; first < w->channels; first += DNN_POOL_BLOCK) {
    const int64_t left = w->channels - first;
    const int64_t n = left < DNN_POOL_BLOCK ? left : DNN_POOL_BLOCK;
    double sums[DNN_POOL_BLOCK] = { 0 };

    do {
      const float *row = x + dnn_box_offset (w, box) + first;

      for (int64_t c = 0; c < n; c++)
        sums[c] += row[c];
    } while (dnn_box_next (box));
    for (int64_t c = 0; c < n; c++)
      y[first + c] = (float) (sums[c] * share);
  }
}

static inline void
dnn_box_mean_back (const DnnWindows *w, DnnBox *box, const float *dy, float *dx)
{
  const float share = 1 / (float) dnn_box_elements (box);

  do {
    float *row = dx + dnn_box_offset (w, box);

    DNN_EACH
    for (int64_t c = 0; c < w->channels; c++)
      row[c] += share * dy[c];
  } while (dnn_box_next (box));
}

#ifdef __cplusplus
}
#endif
