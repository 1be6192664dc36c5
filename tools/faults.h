/* faults.h - what a plugin does to the whole program is said before it ends */
#pragma once

#include <dnn-running.h>

/* To be called once, first.  From then on a crash in a plugin, and a plugin
 * that calls exit, are reported in a line; handlers that somebody has set
 * already, such as a sanitizer's, stay. */
void faults_install (void);

/* Writes "dnnrun: layer h (acme.snake) ", `words` and `more` (may be NULL) to
 * the standard error, by nothing but write: safe in a signal handler. */
void faults_write (const DnnRunning *running, const char *words,
                   const char *more);
