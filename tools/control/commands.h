/* commands.h - commands for a run that trains, and its answers */
#pragma once

#include <dnn-run.h>

#include "command.h"

/* The run that commands look at and the state that they leave.  Commands that
 * change it are called between two steps. */
typedef struct Steering {
  DnnRun *run;
  DnnTrainEvents watcher; /* gets a report of what was done */
  bool paused;
  bool stops; /* asked to; answered when all is saved */
} Steering;

/* Carries out one line, words as a shell splits them.  Returns: (transfer
 * full): the answer, an object on one line, or NULL where it comes when the run
 * has ended. */
char *steering_answer (Steering *self, const char *line);
/* The answer when the run has ended; `error`: how it ended, or NULL. */
char *steering_answer_stop (Steering *self, const GError *error);
/* The answer to what cannot be carried out. */
char *steering_refuse (const GError *error);
