/* lr-plot.c - a sweep of the learning rate as a picture */
#include "dnn-lr-find.h"

#include "dnn-plot-frame.h"
#include "dnn-svg.h"

#include <math.h>

enum { WIDTH = 760, HEIGHT = 340 };

/* Okabe and Ito's colours, as the curves of runs have. */
static const char *const colours[DNN_N_LR_RULES] = { "#d55e00", "#009e73",
                                                     "#cc79a7", "#e69f00" };

static const char loss_pen[] = "stroke-width='0.8'";
static const char smooth_pen[] = "stroke-width='2' stroke-linejoin='round'";
static const char rule_pen[] = "stroke-width='2' stroke-dasharray='6 3'";

static const DnnLrPoint *
point_at (const DnnLrFind *self, guint i)
{
  return &g_array_index (self->points, DnnLrPoint, i);
}

/* The smoothed loss fills the frame up to twice its fall; what is beyond, at
 * the end of the sweep, and what single batches say may be cut. */
static void
fit_axes (const DnnLrFind *self, DnnFrame *frame)
{
  double low = INFINITY, before = -INFINITY, high = -INFINITY;

  for (guint i = 0; i < self->points->len; i++) {
    high = fmax (high, point_at (self, i)->smooth);
    if (point_at (self, i)->smooth >= low)
      continue;
    low = point_at (self, i)->smooth;
    before = high;
  }
  if (before > low)
    high = fmin (high, low + 2 * (before - low));
  dnn_axis_fit (&frame->y, low, high);
  dnn_axis_fit_log (&frame->x, point_at (self, 0)->rate,
                    point_at (self, self->points->len - 1)->rate);
}

static void
put_line (const DnnLrFind *self, DnnFrame *frame, bool smooth)
{
  g_string_append_printf (frame->svg, "<path fill='none' stroke='%s' %s d='",
                          smooth ? "#0072b2" : "#aaa",
                          smooth ? smooth_pen : loss_pen);
  for (guint i = 0; i < self->points->len; i++) {
    const DnnLrPoint *point = point_at (self, i);
    double value = smooth ? point->smooth : point->loss;

    value = fmin (fmax (value, frame->y.low), frame->y.high);
    g_string_append_c (frame->svg, i == 0 ? 'M' : 'L');
    dnn_svg_put (frame->svg, "%,%",
                 (double[]){ dnn_axis_at (&frame->x, point->rate),
                             dnn_axis_at (&frame->y, value) });
  }
  g_string_append (frame->svg, "'/>\n");
}

static void
put_suggestions (const DnnLrFind *self, DnnFrame *frame)
{
  for (int i = 0; i < DNN_N_LR_RULES; i++) {
    if (isnan (self->suggestions[i]))
      continue;
    g_string_append_printf (frame->svg, "<g stroke='%s' %s>", colours[i],
                            rule_pen);
    dnn_svg_put (frame->svg, "<path d='M%,%V%'/></g>\n",
                 (double[]){ dnn_axis_at (&frame->x, self->suggestions[i]),
                             frame->top, frame->bottom });
  }
}

static void
put_legend (const DnnLrFind *self, DnnFrame *frame)
{
  double at[] = { DNN_FRAME_MARGIN, DNN_FRAME_MARGIN + 10 };

  dnn_frame_put_key (frame->svg, "#aaa", loss_pen, "loss", WIDTH, at);
  dnn_frame_put_key (frame->svg, "#0072b2", smooth_pen, "smoothed", WIDTH, at);
  for (int i = 0; i < DNN_N_LR_RULES; i++) {
    g_autofree char *number = dnn_lr_to_string (self->suggestions[i]);
    g_autofree char *text = NULL;

    if (isnan (self->suggestions[i]))
      continue;
    text = g_strconcat (dnn_lr_rule_name ((DnnLrRule) i), " ", number, NULL);
    dnn_frame_put_key (frame->svg, colours[i], rule_pen, text, WIDTH, at);
  }
  frame->top = at[1] + 6 + DNN_FRAME_MARGIN;
}

char *
dnn_lr_find_to_svg (const DnnLrFind *self)
{
  g_autoptr (GString) svg = g_string_new (NULL);
  DnnFrame frame = {
    .svg = svg,
    .left = DNN_FRAME_LEFT,
    .right = WIDTH - DNN_FRAME_MARGIN,
    .bottom = HEIGHT,
  };

  put_legend (self, &frame);
  fit_axes (self, &frame);
  dnn_frame_place (&frame);
  dnn_frame_put (&frame, "learning rate (log scale)", "loss");
  put_line (self, &frame, false);
  put_suggestions (self, &frame);
  put_line (self, &frame, true);
  return dnn_frame_finish (svg, "Sweep of the learning rate", WIDTH,
                           HEIGHT + DNN_FRAME_BELOW);
}
