/* dnn-plot-axis.c - round ticks, on linear and logarithmic axes */
#include "dnn-plot-axis.h"

#include <glib.h>
#include <math.h>

enum {
  TICKS = 7,         /* about so many on a linear axis */
  FINE_DECADES = 3,  /* up to here a logarithmic axis has 1, 2 and 5 */
  LOG_TICKS = 8,     /* about so many powers of ten beyond */
  MAX_DECIMALS = 6,  /* beyond, labels are as short as can be */
  MAX_MAGNITUDE = 6, /* 100000 is written out, 1000000 is 1e+06 */
};

#define MIN_SPAN   1e-3 /* of a linear axis, relative to its values */
#define LOG_MARGIN 0.03 /* of a logarithmic axis, beyond its values */

/* The first of 1, 2, 5, 10, ... times a power of ten that is not below. */
static double
round_up (double value)
{
  double unit = pow (10, floor (log10 (value)));

  for (double step = 1; step < 10; step = step == 2 ? 5 : 2 * step)
    if (value <= step * unit * (1 + 1e-9))
      return step * unit;
  return 10 * unit;
}

static void
add_tick (DnnAxis *self, double value)
{
  if (self->n_ticks < DNN_AXIS_MAX_TICKS)
    self->ticks[self->n_ticks++] = value;
}

static void
set_decimals (DnnAxis *self, double step, double largest)
{
  double decimals = MAX (0, -floor (log10 (step) + 1e-9));

  self->decimals = decimals <= MAX_DECIMALS && largest < pow (10, MAX_MAGNITUDE)
                       ? (int) decimals
                       : -1;
}

void
dnn_axis_fit (DnnAxis *self, double low, double high)
{
  double largest = MAX (fabs (low), fabs (high));
  double least = largest > 0 ? largest * MIN_SPAN : 1;
  double step, first, last;

  if (high - low < least) { /* as good as one value */
    low -= least / 2;
    high += least / 2;
  }
  step = round_up ((high - low) / (TICKS - 1));
  first = floor (low / step + 1e-9);
  last = ceil (high / step - 1e-9);
  self->log = false;
  self->n_ticks = 0;
  for (double i = first; i <= last; i++)
    add_tick (self, i * step);
  set_decimals (self, step, largest);
  self->low = first * step;
  self->high = last * step;
}

void
dnn_axis_fit_log (DnnAxis *self, double low, double high)
{
  double n_decades = log10 (high) - log10 (low);
  double stride = ceil (n_decades / LOG_TICKS);
  double decade = floor (log10 (low) / stride) * stride;

  self->log = true;
  self->n_ticks = 0;
  self->decimals = -1;
  self->low = log10 (low) - n_decades * LOG_MARGIN;
  self->high = log10 (high) + n_decades * LOG_MARGIN;
  for (; decade <= self->high; decade += stride)
    for (double i = 1; i < 10; i = i == 2 ? 5 : 2 * i) {
      double at = decade + log10 (i);

      if (at >= self->low && at <= self->high)
        add_tick (self, i * pow (10, decade));
      if (n_decades > FINE_DECADES)
        break;
    }
}

void
dnn_axis_fit_count (DnnAxis *self, size_t n)
{
  double step = n > 10 ? round_up ((double) n / 10) : 1;

  self->log = false;
  self->n_ticks = 0;
  self->decimals = 0;
  for (double tick = step; tick <= (double) n; tick += step)
    add_tick (self, tick);
  self->low = 1;
  self->high = (double) n;
}

double
dnn_axis_at (const DnnAxis *self, double value)
{
  double x = self->log ? log10 (value) : value;

  if (!(self->high > self->low))
    return (self->from + self->to) / 2;
  return self->from +
         (x - self->low) / (self->high - self->low) * (self->to - self->from);
}

char *
dnn_axis_label (const DnnAxis *self, size_t tick)
{
  char format[8], text[64];

  if (self->decimals >= 0)
    g_snprintf (format, sizeof format, "%%.%df", self->decimals);
  else
    g_snprintf (format, sizeof format, "%%.6g");
  return g_strdup (
      g_ascii_formatd (text, sizeof text, format, self->ticks[tick]));
}
