/* dnn-plot-frame.h - a panel's axes with their grid and labels, as SVG */
#pragma once

#include <glib.h>

#include "dnn-plot-axis.h"

typedef struct DnnFrame {
  GString *svg; /* (borrowed) */
  double left, right, top, bottom;
  DnnAxis x, y; /* fitted; from and to are set by dnn_frame_place */
} DnnFrame;

enum {
  DNN_FRAME_MARGIN = 14, /* of the picture */
  DNN_FRAME_LEFT = 76,   /* title and labels of the y axis */
  DNN_FRAME_BELOW = 44,  /* the same of the x axis */
  DNN_FRAME_INSET = 8,   /* from the frame to the first and last of x */
};

/* Gives the axes their pixels: x, y of the inside. */
void dnn_frame_place (DnnFrame *self);
/* Grid, frame, labels of ticks, titles; UTF-8. */
void dnn_frame_put (const DnnFrame *self, const char *x_title,
                    const char *y_title);

/* A sample of a line and its name at at[0], at[1], which move on; a new row
 * begins where the picture, `width` wide, ends. */
void dnn_frame_put_key (GString *svg, const char *colour, const char *pen,
                        const char *text, double width, double *at);

/* The same with a ring, as it stands at a point of a curve. */
void dnn_frame_put_ring (GString *svg, const char *colour, const char *text,
                         double width, double *at);

/* The document around `svg`, with its size.  Returns: (transfer full). */
char *dnn_frame_finish (const GString *svg, const char *title, int width,
                        int height);
