/* sweep-table.h - a sweep as it is seen: runs that end, and the table */
#pragma once

#include <dnn-sweep-results.h>

#include "command.h"

/* The sweep that is shown; all is borrowed. */
typedef struct SweepView {
  const Common *common;
  const DnnSweep *sweep;
  const DnnSweepGoal *goal;
} SweepView;

/* A run has ended, number `i` of `n`: a line on stderr, or an object. */
void sweep_print_run (const SweepView *self, const DnnSweepRun *run, size_t i,
                      size_t n, double seconds);
/* The rows, the best first, and how the first of them is trained again. */
void sweep_print_table (const SweepView *self, const GPtrArray *rows,
                        const GPtrArray *runs);
