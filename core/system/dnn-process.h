/* dnn-process.h - what a library may do to the process that opens it
 *
 * The floating-point mode, the locale and signal handlers are put back;
 * threads and open files, which cannot be, are counted.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnProcess DnnProcess;

/* As it is now. */
DnnProcess *dnn_process_new (void);
void dnn_process_free (DnnProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnProcess, dnn_process_free)

/* Puts back what can be.  Returns: (transfer none): "the locale", what had
 * changed; NULL: nothing. */
const char *dnn_process_restore (DnnProcess *self);

/* The resource that has grown since the process was looked at: "threads",
 * "open files"; NULL: none.  Counts what any thread of the process does. */
const char *dnn_process_find_leak (const DnnProcess *self);

DNN_END_DECLS
