/* signals.h - what signals ask of a training program
 *
 *   SIGINT, SIGTERM   stop after this step; a second one kills
 *   SIGALRM           after a stop: names the plugin that has not come back
 *   SIGUSR1           a line of status
 *   SIGXFSZ, SIGPIPE  nothing: a file that grows too large, or a reader that is
 *                     gone, is a write that fails
 */
#pragma once

#include <stdbool.h>

/* To be called before the first step.  What was ignored stays ignored. */
void signals_install (void);

bool signals_ask_stop (void);
/* Once for all SIGUSR1 since the last call. */
bool signals_ask_status (void);
