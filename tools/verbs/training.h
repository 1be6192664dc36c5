/* training.h - a run trained while a user watches, and may stop it */
#pragma once

#include <dnn-run.h>

#include "command.h"

/* Trains to the end, with progress and signals; while it does, `dnnrun control`
 * is heard, where `listens`.  A stopped run is G_IO_ERROR_CANCELLED, with a
 * sentence that says how to go on. */
bool train_run (DnnRun *run, const Common *common, bool listens,
                GError **error);

/* Loss and metrics of the last epoch, or of the weights that came back if
 * earlier ones did, and where the model is.  With --json: nothing. */
bool train_print_result (const DnnRun *run, const Common *common,
                         GError **error);
