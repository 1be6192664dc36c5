/* dnn-plot.h - histories as a picture: the curves of loss and metric
 *
 * An SVG picture is text and needs no library.
 */
#pragma once

#include "dnn-history.h"

DNN_BEGIN_DECLS

typedef struct DnnPlotRun {
  const char *name; /* UTF-8, for the legend */
  const DnnHistory *history;
} DnnPlotRun;

/* The losses of one or several runs over epochs and, where there is a metric,
 * `metric` beside them (NULL: the first): training dashed, validation solid, a
 * colour a run, a ring at the epoch of the lowest loss.  What is not finite
 * leaves a gap; a loss that spans more than a factor of 50 gets a logarithmic
 * axis; a score of 1 at most, as R2, is cut below -1.  The same runs give the
 * same bytes.
 *
 * Returns: (transfer full): an SVG document. */
char *dnn_plot_to_svg (const DnnPlotRun *runs, size_t n_runs,
                       const char *metric);

DNN_END_DECLS
