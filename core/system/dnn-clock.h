/* dnn-clock.h - the time, for what is asked between two steps */
#pragma once

#include <glib.h>
#include <time.h>

/* The monotonic time in microseconds, some milliseconds coarse where the system
 * has that for a fraction of the price. */
static inline gint64
dnn_clock_coarse (void)
{
#ifdef CLOCK_MONOTONIC_COARSE
  struct timespec now;

  if (clock_gettime (CLOCK_MONOTONIC_COARSE, &now) == 0)
    return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
#endif
  return g_get_monotonic_time ();
}
