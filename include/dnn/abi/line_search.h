/* line_search.h - how far to go in a direction that leads down
 *
 * Finds t with f (t) ≤ f (0) + c₁ t f' (0) and |f' (t)| ≤ -c₂ f' (0), the
 * strong conditions of Wolfe: Nocedal, Wright: Numerical optimization, 2006,
 * (3.7) and algorithms 3.5 and 3.6, with the order and limits of PyTorch's
 * LBFGS.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] A length, with the loss and its slope there.  A loss that is not
 * finite counts as too high, with any slope. */
typedef struct DnnLinePoint {
  double t, f, slope;
} DnnLinePoint;

/* Looks at length t. */
typedef DnnLinePoint (*DnnLine) (void *data, double t);

static inline double
dnn_line_least (double a, double b)
{
  return a < b ? a : b;
}

static inline double
dnn_line_most (double a, double b)
{
  return a > b ? a : b;
}

static inline double
dnn_line_size (double x)
{
  return x < 0 ? -x : x;
}

/* By Heron's rule; 0 where there is none. */
static inline double
dnn_line_root (double x)
{
  double scale = 1, root = 1;

  if (!(x > 0) || x - x != 0)
    return 0;
  for (; x > 4; x /= 4)
    scale *= 2;
  for (; x < 1; x *= 4)
    scale /= 2;
  for (int i = 0; i < 7; i++)
    root = (root + x / root) / 2;
  return root * scale;
}

/* Where the cubic through both points has its minimum, held within lo .. hi;
 * or the middle. */
static inline double
dnn_line_cubic (const DnnLinePoint *p, const DnnLinePoint *q, double lo,
                double hi)
{
  const double u = p->slope + q->slope - 3 * (p->f - q->f) / (p->t - q->t);
  const double square = u * u - p->slope * q->slope;
  const double v = dnn_line_root (square);
  const double share = (q->slope + v - u) / (q->slope - p->slope + 2 * v);

  if (p->t > q->t)
    return dnn_line_cubic (q, p, lo, hi);
  if (!(square >= 0) || share - share != 0)
    return (lo + hi) / 2;
  return dnn_line_least (dnn_line_most (q->t - (q->t - p->t) * share, lo), hi);
}

/* The next length: longer, until a good one lies `between` both points, and
 * then within; not twice near an end. */
static inline double
dnn_line_next (const DnnLinePoint *b, int between, int *stuck)
{
  const double lo = dnn_line_least (b[0].t, b[1].t);
  const double hi = dnn_line_most (b[0].t, b[1].t), edge = .1 * (hi - lo);
  const double t =
      between ? dnn_line_cubic (&b[0], &b[1], lo, hi)
              : dnn_line_cubic (&b[0], &b[1], hi + .01 * (hi - lo), 10 * hi);
  const int near_end = between && dnn_line_least (hi - t, t - lo) < edge;
  const int moved = near_end && (*stuck || t >= hi || t <= lo);

  *stuck = near_end && !moved;
  return !moved ? t : hi - t < t - lo ? hi - edge : lo + edge;
}

/* From `zero`, at t = 0, first trying `t`: the best of at most `most` lengths,
 * where it has been looked last; ends where lengths differ by less than
 * `least`. */
static inline DnnLinePoint
dnn_line_search (DnnLine look, void *data, DnnLinePoint zero, double t,
                 int64_t most, double least)
{
  DnnLinePoint b[2], p;
  int between = 0, stuck = 0, low = 0, high;

  b[0] = b[1] = zero;
  do {
    p = look (data, t);
    high = !(p.f <= zero.f + 1e-4 * t * zero.slope) || p.f >= b[low].f;
    if (!high && dnn_line_size (p.slope) <= -.9 * zero.slope)
      return p;
    if (!between) {
      b[0] = b[1];
      b[1] = p;
      between = high || p.slope >= 0;
    } else if (high) {
      b[!low] = p;
    } else {
      if (p.slope * (b[!low].t - b[low].t) >= 0)
        b[!low] = b[low];
      b[low] = p;
    }
    low = b[1].f < b[0].f;
    t = dnn_line_next (b, between, &stuck);
  } while (--most > 0 && dnn_line_size (b[1].t - b[0].t) >= least);
  return b[low].t == p.t ? p : look (data, b[low].t);
}

#ifdef __cplusplus
}
#endif
