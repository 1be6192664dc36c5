/* sweep-folder.h - the folder of a sweep: its record, and who works in it */
#pragma once

#include <dnn-lock.h>
#include <dnn-sweep.h>

/* Makes the folder with sweep.dnn, the experiment under a head that says what
 * is swept; where there is one, it must say the same, so that what was drawn
 * is drawn again.  The folder is locked by `ret_lock`.
 * Returns: (transfer full): path of sweep.dnn. */
char *sweep_folder_open (const char *folder, const DnnExperiment *experiment,
                         char **overs, bool drawn, int64_t seed,
                         DnnLock **ret_lock, GError **error);
