/* progress.h - training as it is seen: a bar, lines, or JSON */
#pragma once

#include <dnn-trainer.h>

#include "command.h"

typedef struct Progress Progress;

/* `trainer` is borrowed. */
Progress *progress_new (const Common *common, DnnTrainer *trainer);
void progress_free (Progress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* The callbacks to give to the trainer; valid as long as `self`. */
DnnTrainEvents progress_events (Progress *self);
