/* progress.h - training as it is seen: a bar, lines, or JSON */
#pragma once

#include <dnn-trainer.h>

#include "command.h"

#include "control/control.h"

typedef struct Progress Progress;

/* `trainer` is borrowed. */
Progress *progress_new (const Common *common, DnnTrainer *trainer);
void progress_free (Progress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* From now on whoever steers the run is heard between two steps; NULL: nobody.
 * `control` is borrowed. */
void progress_set_control (Progress *self, Control *control);
/* The callbacks to give to the trainer; valid as long as `self`. */
DnnTrainEvents progress_events (Progress *self);
