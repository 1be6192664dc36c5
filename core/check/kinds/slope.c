/* slope.c - a gradient against differences of the function
 *
 *   f'(x) ≈ (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h    + O(h⁴)
 *
 * From either side alone, f' ≈ ±(-3 f(x) + 4 f(x±h) - f(x±2h)) / 2h + O(h²):
 * where the two disagree, or the differences over 2h and 4h do, there is a
 * kink, and no slope to compare.
 */
#include "dnn-checker.h"

#include <math.h>

/* Largest deviation, as a share of the tensor's largest element. */
static const double tolerance = 2e-3;

enum { MOST = 256 }; /* elements of a tensor that are looked at */

typedef struct {
  int64_t at;
  double slope;
  double bend;  /* by how much the sides disagree */
  double noise; /* what rounding of the function comes to */
} Sample;

/* A power of two, so that x + h is off by little. */
static double
step_for (double x)
{
  return ldexp (1, ilogb (fmax (fabs (x), 0.5)) - 5);
}

static Sample
take_sample (const DnnCheckSlope *slope, int64_t at)
{
  float *x = (float *) slope->variable->data + at;
  const float kept = *x;
  const double h = step_for ((double) kept);
  double f[5], noise = 0, left, right, near, wide;

  for (int i = 0; i < 5; i++) {
    double one = 0;

    *x = (float) ((double) kept + (i - 2) * h);
    f[i] = slope->objective (slope->data, &one);
    noise = fmax (noise, one);
  }
  *x = kept;
  left = (3 * f[2] - 4 * f[1] + f[0]) / (2 * h);
  right = (-3 * f[2] + 4 * f[3] - f[4]) / (2 * h);
  near = (f[3] - f[1]) / (2 * h);
  wide = (f[4] - f[0]) / (4 * h);
  return (Sample){
    .at = at,
    .slope = (4 * near - wide) / 3,
    .bend = fmax (fabs (left - right), fabs (near - wide)),
    .noise = noise / h,
  };
}

static void
note_worst (DnnCheckReport *report, const char *check,
            const DnnCheckSlope *slope, int64_t at, double share)
{
  g_autofree char *place = NULL;

  if (!(share > report->worst))
    return;
  place = dnn_check_place (slope->what, slope->variable, at);
  report->worst = share;
  g_free (report->worst_at);
  report->worst_at = g_strdup_printf ("%s: %s", check, place);
}

static void
report_worst (DnnCheckReport *report, const char *check,
              const DnnCheckSlope *slope, const Sample *worst)
{
  const float *gradient = slope->gradient->data;
  g_autofree char *place =
      dnn_check_place (slope->what, slope->variable, worst->at);

  g_ptr_array_add (
      report->failures,
      g_strdup_printf ("%s: %s: %.6g by the plugin, %.6g numerically", check,
                       place, (double) gradient[worst->at], worst->slope));
}

/* Compares all samples; the worst of those that are too far off is named. */
static void
compare (DnnCheckReport *report, const char *check, const DnnCheckSlope *slope,
         const Sample *samples, unsigned n)
{
  const float *gradient = slope->gradient->data;
  const Sample *worst = NULL;
  double largest = 0, worst_excess = 0;
  unsigned n_compared = 0;

  for (unsigned i = 0; i < n; i++)
    largest = fmax (largest, fmax (fabs (samples[i].slope),
                                   fabs ((double) gradient[samples[i].at])));
  for (unsigned i = 0; i < n; i++) {
    const Sample *s = &samples[i];
    const double off = fabs (s->slope - (double) gradient[s->at]);
    const double allowed = tolerance * largest + s->noise;

    if (s->bend > allowed + 4 * s->noise)
      continue;
    n_compared++;
    if (largest > 0)
      note_worst (report, check, slope, s->at, off / largest);
    if (off - allowed > worst_excess || !isfinite (off)) {
      worst = s;
      worst_excess = off - allowed;
    }
  }
  report->n_compared += n_compared;
  report->n_slopes += largest > 0;
  if (worst != NULL)
    report_worst (report, check, slope, worst);
  else if (n_compared < (n + 1) / 2)
    g_ptr_array_add (report->failures,
                     g_strdup_printf ("%s: %s: only %u of %u elements have a "
                                      "slope to compare with",
                                      check, slope->what, n_compared, n));
}

void
dnn_check_slope (DnnCheckReport *report, const char *check,
                 const DnnCheckSlope *slope)
{
  const int64_t count = dnn_count (slope->variable);
  const int64_t n = MIN (count, MOST);
  g_autofree Sample *samples = g_new0 (Sample, (gsize) n + 1);

  for (int64_t i = 0; i < n; i++)
    samples[i] = take_sample (slope, i * count / n);
  compare (report, check, slope, samples, (unsigned) n);
}

double
dnn_check_dot (const DnnTensor *dy, const DnnTensor *y, double *noise_squares)
{
  const float *a = dy->data, *b = y->data;
  const double bit = 1.2e-7; /* a float's last, twice */
  double sum = 0;

  for (int64_t i = 0; i < dnn_count (y); i++) {
    const double product = (double) a[i] * b[i];

    sum += product;
    *noise_squares += product * product * bit * bit;
  }
  return sum;
}
