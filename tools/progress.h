/* progress.h - training as it is seen: a bar, lines, or JSON */
#pragma once

#include <dnn-trainer.h>

#include "command.h"

typedef struct Progress Progress;

/* `history` names the metrics. */
Progress *progress_new (const Common *common, const DnnHistory *history);
void progress_free (Progress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* The callbacks to give to the trainer; valid as long as `self`. */
DnnTrainEvents progress_events (Progress *self);
