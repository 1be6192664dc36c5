/* picture-resize.c - pictures of another size, by a triangle for each axis
 *
 * Turkowski: Filters for Common Resampling Tasks, Graphics Gems I, 1990.  The
 * triangle is cut at the edges, and its weights add up to 1, as in Pillow.
 */
#include "dnn-picture.h"

#include "dnn-memory.h"

#include <math.h>
#include <string.h>

/* One axis: `n` places of `out` from the interval start .. start + length of
 * `in`. */
typedef struct {
  int64_t in, n;
  double start, length;
} Axis;

/* The weights of one place: those of first .. last, which add up to 1. */
typedef struct {
  int64_t first, last;
  double *w;
} Taps;

/* How far the triangle reaches to either side. */
static double
reach_of (const Axis *axis)
{
  return MAX (axis->length / (double) axis->n, 1);
}

static void
find_taps (const Axis *axis, int64_t place, Taps *taps)
{
  const double scale = axis->length / (double) axis->n;
  const double centre = axis->start + ((double) place + 0.5) * scale;
  const double reach = reach_of (axis), end = axis->start + axis->length;
  const double low = MAX (axis->start, centre - reach);
  const double high = MIN (end, centre + reach);
  double sum = 0;

  taps->first = CLAMP ((int64_t) floor (low), 0, axis->in - 1);
  taps->last = CLAMP ((int64_t) ceil (high) - 1, taps->first, axis->in - 1);
  for (int64_t i = taps->first; i <= taps->last; i++) {
    const double far = fabs ((double) i + 0.5 - centre) / reach;

    taps->w[i - taps->first] = MAX (0, 1 - far);
    sum += taps->w[i - taps->first];
  }
  for (int64_t i = taps->first; i <= taps->last; i++)
    taps->w[i - taps->first] /= sum;
}

/* Rows of `in` to `out`, height x n x channels. */
static void
resize_columns (const uint8_t *in, int64_t height, const Axis *axis,
                uint32_t channels, Taps *taps, float *out)
{
  for (int64_t x = 0; x < axis->n; x++) {
    find_taps (axis, x, taps);
    for (int64_t y = 0; y < height; y++)
      for (uint32_t c = 0; c < channels; c++) {
        double sum = 0;

        for (int64_t i = taps->first; i <= taps->last; i++)
          sum +=
              taps->w[i - taps->first] * in[(y * axis->in + i) * channels + c];
        out[(y * axis->n + x) * channels + c] = (float) sum;
      }
  }
}

/* Columns of `in`, rows of `width` numbers, to rows of `out`, `stride` apart.
 */
static void
resize_rows (const float *in, const Axis *axis, int64_t width, int64_t stride,
             Taps *taps, uint8_t *out)
{
  for (int64_t y = 0; y < axis->n; y++) {
    find_taps (axis, y, taps);
    for (int64_t x = 0; x < width; x++) {
      double sum = 0;

      for (int64_t i = taps->first; i <= taps->last; i++)
        sum += taps->w[i - taps->first] * (double) in[i * width + x];
      out[y * stride + x] = (uint8_t) CLAMP (sum + 0.5, 0, 255);
    }
  }
}

/* Takes the part of the picture that fills the form, or the part of the form
 * that the picture fills.  `ret_at`: the first place of each axis in it. */
static void
place (DnnResize resize, Axis *rows, Axis *columns, int64_t *ret_at)
{
  const double by_rows = (double) rows->n / (double) rows->in;
  const double by_columns = (double) columns->n / (double) columns->in;
  Axis *long_one = by_rows < by_columns ? rows : columns;
  Axis *axes[] = { rows, columns };

  for (int i = 0; i < 2; i++) {
    Axis *axis = axes[i];
    const int64_t n = axis->n;
    const double least = MIN (by_rows, by_columns);
    const double length = (double) axis->n / MAX (by_rows, by_columns);

    if (resize == DNN_RESIZE_CROP && axis == long_one) {
      axis->length = MIN (length, (double) axis->in);
      axis->start = ((double) axis->in - axis->length) / 2;
    } else if (resize == DNN_RESIZE_PAD && axis != long_one) {
      axis->n = CLAMP ((int64_t) ((double) axis->in * least + 0.5), 1, n);
    }
    ret_at[i] = (n - axis->n) / 2;
  }
}

bool
dnn_picture_resize (const uint8_t *in, int64_t height, int64_t width,
                    const DnnPictureForm *form, uint8_t *out, GError **error)
{
  const uint32_t channels = form->channels;
  const int64_t stride = form->width * channels;
  Axis rows = { height, form->height, 0, (double) height };
  Axis columns = { width, form->width, 0, (double) width };
  int64_t at[2] = { 0 };
  g_autofree float *middle = NULL;
  g_autofree double *weights = NULL;
  Taps taps;

  if (height == form->height && width == form->width) {
    memcpy (out, in, dnn_picture_form_bytes (form));
    return true;
  }
  place (form->resize, &rows, &columns, at);
  middle = dnn_memory_new (
      (size_t) (height * columns.n) * channels * sizeof *middle, error);
  if (middle == NULL)
    return false;
  taps.w = weights = g_new (
      double, (gsize) (2 * MAX (reach_of (&rows), reach_of (&columns)) + 3));
  memset (out, 0, dnn_picture_form_bytes (form));
  resize_columns (in, height, &columns, channels, &taps, middle);
  resize_rows (middle, &rows, columns.n * channels, stride, &taps,
               out + at[0] * stride + at[1] * channels);
  return true;
}
