/* dnn-svg.c - numbers and text in SVG */
#include "dnn-svg.h"

#include <stdbool.h>

void
dnn_svg_put (GString *svg, const char *format, const double *values)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (; *format != '\0'; format++)
    if (*format == '%')
      g_string_append (svg,
                       g_ascii_formatd (text, sizeof text, "%.2f", *values++));
    else
      g_string_append_c (svg, *format);
}

void
dnn_svg_put_text (GString *svg, double x, double y, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  dnn_svg_put (svg, "<text x='%' y='%'>", (double[]){ x, y });
  g_string_append_printf (svg, "%s</text>\n", escaped);
}

static bool
can_be_shown (gunichar c)
{
  return !g_unichar_iscntrl (c) && c != 0xfffe && c != 0xffff;
}

char *
dnn_svg_clip (const char *name, glong n)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  glong length = g_utf8_strlen (valid, -1), i = 0;
  glong head = n / 2, tail = n - head - 1; /* and the dots between */
  GString *text = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p), i++) {
    gunichar c = g_utf8_get_char (p);

    if (length <= n || i < head || i >= length - tail)
      g_string_append_unichar (text, can_be_shown (c) ? c : 0xfffd);
    else if (i == head)
      g_string_append (text, "…");
  }
  return g_string_free (text, FALSE);
}

double
dnn_svg_width (const char *text)
{
  double em = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    em += g_unichar_iswide (g_utf8_get_char (text)) ? 1.05 : 0.6;
  return em * DNN_SVG_FONT;
}
