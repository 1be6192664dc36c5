/* dnn-plot-frame.c - grid, labels and titles, as SVG */
#include "dnn-plot-frame.h"

#include "dnn-svg.h"

enum {
  ROW = 20,    /* of the legend */
  SWATCH = 26, /* width of a sample of a line */
};

void
dnn_frame_place (DnnFrame *self)
{
  self->x.from = self->left + DNN_FRAME_INSET;
  self->x.to = self->right - DNN_FRAME_INSET;
  self->y.from = self->bottom;
  self->y.to = self->top;
}

static void
put_grid (const DnnFrame *self)
{
  g_string_append (self->svg, "<g stroke='#e4e4e4'>\n");
  for (size_t i = 0; i < self->x.n_ticks; i++)
    dnn_svg_put (self->svg, "<path d='M%,%V%'/>\n",
                 (double[]){ dnn_axis_at (&self->x, self->x.ticks[i]),
                             self->top, self->bottom });
  for (size_t i = 0; i < self->y.n_ticks; i++)
    dnn_svg_put (self->svg, "<path d='M%,%H%'/>\n",
                 (double[]){ self->left,
                             dnn_axis_at (&self->y, self->y.ticks[i]),
                             self->right });
  g_string_append (self->svg, "</g>\n");
  dnn_svg_put (self->svg,
               "<rect x='%' y='%' width='%' height='%' fill='none' "
               "stroke='#999'/>\n",
               (double[]){ self->left, self->top, self->right - self->left,
                           self->bottom - self->top });
}

static void
put_labels (const DnnFrame *self)
{
  g_string_append (self->svg, "<g text-anchor='middle'>\n");
  for (size_t i = 0; i < self->x.n_ticks; i++) {
    g_autofree char *label = dnn_axis_label (&self->x, i);

    dnn_svg_put_text (self->svg, dnn_axis_at (&self->x, self->x.ticks[i]),
                      self->bottom + 17, label);
  }
  g_string_append (self->svg, "</g>\n<g text-anchor='end'>\n");
  for (size_t i = 0; i < self->y.n_ticks; i++) {
    g_autofree char *label = dnn_axis_label (&self->y, i);

    dnn_svg_put_text (self->svg, self->left - 7,
                      dnn_axis_at (&self->y, self->y.ticks[i]) + 4, label);
  }
  g_string_append (self->svg, "</g>\n");
}

static void
put_titles (const DnnFrame *self, const char *x_title, const char *y_title)
{
  double middle = (self->top + self->bottom) / 2;
  double x = self->left - DNN_FRAME_LEFT + DNN_SVG_FONT;

  g_string_append (self->svg, "<g text-anchor='middle'>\n");
  dnn_svg_put_text (self->svg, (self->left + self->right) / 2,
                    self->bottom + 37, x_title);
  dnn_svg_put (self->svg, "<g transform='rotate(-90 % %)'>",
               (double[]){ x, middle });
  dnn_svg_put_text (self->svg, x, middle, y_title);
  g_string_append (self->svg, "</g>\n</g>\n");
}

void
dnn_frame_put (const DnnFrame *self, const char *x_title, const char *y_title)
{
  put_grid (self);
  put_labels (self);
  put_titles (self, x_title, y_title);
}

/* Room for a key of the legend, here or in a new row.  Returns: its width. */
static double
find_room (const char *text, double width, double *at)
{
  const double wanted = SWATCH + 6 + dnn_svg_width (text);

  if (at[0] > DNN_FRAME_MARGIN && at[0] + wanted > width - DNN_FRAME_MARGIN) {
    at[0] = DNN_FRAME_MARGIN;
    at[1] += ROW;
  }
  return wanted;
}

void
dnn_frame_put_ring (GString *svg, const char *colour, const char *text,
                    double width, double *at)
{
  const double wanted = find_room (text, width, at);

  g_string_append_printf (svg, "<g stroke='%s' fill='none'>", colour);
  dnn_svg_put (svg,
               "<ellipse cx='%' cy='%' rx='5.5' ry='5.5' stroke-width='1.8'/>"
               "</g>",
               (double[]){ at[0] + SWATCH / 2.0, at[1] - 4 });
  dnn_svg_put_text (svg, at[0] + SWATCH + 6, at[1], text);
  at[0] += wanted + 18;
}

void
dnn_frame_put_key (GString *svg, const char *colour, const char *pen,
                   const char *text, double width, double *at)
{
  const double wanted = find_room (text, width, at);

  g_string_append_printf (svg, "<g stroke='%s' %s>", colour, pen);
  dnn_svg_put (svg, "<path d='M%,%h%'/></g>",
               (double[]){ at[0], at[1] - 4, SWATCH });
  dnn_svg_put_text (svg, at[0] + SWATCH + 6, at[1], text);
  at[0] += wanted + 18;
}

char *
dnn_frame_finish (const GString *svg, const char *title, int width, int height)
{
  GString *document = g_string_new (NULL);

  g_string_append_printf (
      document,
      "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
      "viewBox='0 0 %d %d' role='img' font-size='%d' fill='#333' "
      "font-family='Helvetica,Arial,\"DejaVu Sans\",sans-serif'>\n"
      "<title>%s</title>\n"
      "<rect width='%d' height='%d' fill='#fff'/>\n",
      width, height, width, height, DNN_SVG_FONT, title, width, height);
  g_string_append_len (document, svg->str, (gssize) svg->len);
  g_string_append (document, "</svg>\n");
  return g_string_free (document, FALSE);
}
