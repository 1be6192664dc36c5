/* control.h - a run that listens while it trains
 *
 * Whoever connects to the socket in the run's folder sends lines and gets one
 * line back for each.  Nothing that comes there can hold training up, but for
 * what a command asks for: connections are looked at between two steps, are
 * never waited for, and are dropped when they are too many or too long.
 */
#pragma once

#include <dnn-run.h>

typedef struct Control Control;

/* Listens.  `run`, whose folder is open, is borrowed; `watcher` gets a
 * report of what was done. */
Control *control_new (DnnRun *run, const DnnTrainEvents *watcher,
                      GError **error);
/* To be called between two steps: carries out what has come.  While the run is
 * paused it waits a little for more. */
DnnRequest control_serve (Control *self);
bool control_is_paused (const Control *self);
/* Listens no more, and answers those who wait for the end of the run; `error`:
 * how it ended. */
void control_end (Control *self, const GError *error);
void control_free (Control *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Control, control_free)
