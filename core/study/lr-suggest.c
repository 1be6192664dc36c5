/* lr-suggest.c - what four rules read from the curve of a sweep */
#include "dnn-lr-find.h"

#include <math.h>

/* Steps at the beginning that are passed over: the mean is of few losses. */
#define SKIPPED 0.1
/* A slope is taken over this share of the curve. */
#define SLOPE_SHARE 0.1
/* How much of the longest fall is done at the valley's rate. */
#define VALLEY_SHARE 0.75
/* The interval of the slide, as a share of the curve, and the difference of
 * slopes at its ends, as a share of the steepest, that is none. */
#define SLIDE_SHARE 0.15
#define SLIDE_LEVEL 0.1

/* The curve as the rules see it. */
typedef struct {
  const DnnLrPoint *points;
  size_t n;
  double *slopes; /* (owned) of the smoothed loss, a factor e of the rate */
  size_t lowest;
} Curve;

/* --- the curve ----------------------------------------------------------- */

static double
slope_at (const Curve *self, size_t i)
{
  const size_t reach = MAX (1, (size_t) (SLOPE_SHARE / 2 * (double) self->n));
  const DnnLrPoint *a = &self->points[i > reach ? i - reach : 0];
  const DnnLrPoint *b = &self->points[MIN (i + reach, self->n - 1)];

  return (b->smooth - a->smooth) / log (b->rate / a->rate);
}

static size_t
lowest_of (const double *values, size_t from, size_t to)
{
  size_t lowest = from;

  for (size_t i = from; i < to; i++)
    if (values[i] < values[lowest])
      lowest = i;
  return lowest;
}

static Curve
curve_of (const DnnLrPoint *points, size_t n)
{
  const size_t skipped = (size_t) (SKIPPED * (double) n);
  Curve self = { points + skipped, n - skipped, NULL, 0 };

  self.slopes = g_new0 (double, self.n);
  for (size_t i = 0; i < self.n; i++) {
    self.slopes[i] = slope_at (&self, i);
    if (self.points[i].smooth < self.points[self.lowest].smooth)
      self.lowest = i;
  }
  return self;
}

/* --- rules --------------------------------------------------------------- */

static double
suggest_steepest (const Curve *self)
{
  size_t at = lowest_of (self->slopes, 0, self->lowest + 1);

  return self->slopes[at] < 0 ? self->points[at].rate : NAN;
}

/* The longest run of points, not all neighbours, each below the one before:
 * where it begins and ends. */
static void
find_fall (const Curve *self, size_t *ret_first, size_t *ret_last)
{
  g_autofree size_t *length = g_new0 (size_t, self->n);
  g_autofree size_t *first = g_new0 (size_t, self->n);
  size_t last = 0;

  for (size_t i = 0; i < self->n; i++) {
    length[i] = 1;
    first[i] = i;
    for (size_t j = 0; j < i; j++)
      if (self->points[i].smooth < self->points[j].smooth &&
          length[j] >= length[i]) {
        length[i] = length[j] + 1;
        first[i] = first[j];
      }
    if (length[i] > length[last])
      last = i;
  }
  *ret_first = first[last];
  *ret_last = last;
}

static double
suggest_valley (const Curve *self)
{
  size_t at, last;
  double level;

  find_fall (self, &at, &last);
  if (at == last)
    return NAN;
  level = (1 - VALLEY_SHARE) * self->points[at].smooth +
          VALLEY_SHARE * self->points[last].smooth;
  while (self->points[at].smooth > level)
    at++;
  return self->points[at].rate;
}

static double
suggest_minimum (const Curve *self)
{
  return self->lowest > 0 ? self->points[self->lowest].rate / 10 : NAN;
}

/* Where the loss begins to rise as fast as it ever does; else the end. */
static size_t
find_rise (const Curve *self)
{
  double most = 0;
  size_t at = self->lowest;

  for (size_t i = self->lowest; i < self->n; i++)
    most = fmax (most, self->slopes[i]);
  while (at < self->n - 1 &&
         (most <= 0 || self->slopes[at] < (1 - SLIDE_LEVEL) * most))
    at++;
  return at;
}

/* From the rise an interval slides left until the curve is as steep at its
 * left end as at its right. */
static double
suggest_slide (const Curve *self)
{
  const size_t width = MAX (1, (size_t) (SLIDE_SHARE * (double) self->n));
  size_t right = find_rise (self);
  double steepest = 0;

  for (size_t i = 0; i < self->n; i++)
    steepest = fmax (steepest, fabs (self->slopes[i]));
  while (right > width &&
         fabs (self->slopes[right] - self->slopes[right - width]) >
             SLIDE_LEVEL * steepest)
    right--;
  return right > width ? self->points[right - width].rate : NAN;
}

/* --- all ----------------------------------------------------------------- */

static const struct {
  const char *name;
  double (*suggest) (const Curve *curve);
} rules[DNN_N_LR_RULES] = {
  [DNN_LR_STEEPEST] = { "steepest", suggest_steepest },
  [DNN_LR_VALLEY] = { "valley", suggest_valley },
  [DNN_LR_MINIMUM] = { "minimum/10", suggest_minimum },
  [DNN_LR_SLIDE] = { "slide", suggest_slide },
};

const char *
dnn_lr_rule_name (DnnLrRule rule)
{
  return rules[rule].name;
}

void
dnn_lr_suggest (const DnnLrPoint *points, size_t n,
                double ret_suggestions[DNN_N_LR_RULES])
{
  Curve curve = curve_of (points, n);

  for (int i = 0; i < DNN_N_LR_RULES; i++)
    ret_suggestions[i] = n > 1 ? rules[i].suggest (&curve) : NAN;
  g_free (curve.slopes);
}
