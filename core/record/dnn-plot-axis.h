/* dnn-plot-axis.h - axes of a plot: values on pixels, with round ticks */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { DNN_AXIS_MAX_TICKS = 32 };

typedef struct DnnAxis {
  bool log;
  double low, high; /* the values at its ends, and their logarithms if log */
  double from, to;  /* the pixels at its ends */
  int decimals;     /* of the labels; below 0: as many as it takes */
  size_t n_ticks;
  double ticks[DNN_AXIS_MAX_TICKS]; /* values */
} DnnAxis;

/* From `low` to `high`, both finite, widened to round numbers. */
void dnn_axis_fit (DnnAxis *self, double low, double high);
/* The same in powers of ten, where 0 < low < high. */
void dnn_axis_fit_log (DnnAxis *self, double low, double high);
/* From 1 to `n`, whole numbers. */
void dnn_axis_fit_count (DnnAxis *self, size_t n);

/* The pixel of a value. */
double dnn_axis_at (const DnnAxis *self, double value);
/* Text of a tick, the same in every locale.  Returns: (transfer full). */
char *dnn_axis_label (const DnnAxis *self, size_t tick);
