/* dnn-svg.h - pieces of an SVG document, the same in every locale */
#pragma once

#include <glib.h>

enum { DNN_SVG_FONT = 12 }; /* the size of all text */

/* Appends `format` with each '%' replaced by the next of `values`. */
void dnn_svg_put (GString *svg, const char *format, const double *values);
/* A text that begins at x, or sits there as the group around it says. */
void dnn_svg_put_text (GString *svg, double x, double y, const char *text);

/* The name with what XML cannot hold replaced, and its middle left out where
 * it is longer than `n` characters.  Returns: (transfer full). */
char *dnn_svg_clip (const char *name, glong n);
/* About how wide the text is; no font is asked. */
double dnn_svg_width (const char *text);
