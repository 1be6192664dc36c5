/* dnn-child.h - programs run beside this one
 *
 * For what may crash, hang or end the process: somebody's plugin, or one of
 * many trainings.  Each is in a process group of its own, so that a key pressed
 * for this program is not for it, and ends when this program does, however that
 * ends.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnChild {
  char **arguments; /* (owned) the program and its words, NULL-terminated */
  void *data;       /* the caller's own */

  /* Its result. */
  char *out, *err; /* (owned) what it printed; may be NULL */
  int status;      /* its exit status; -1 where it did not exit */
  int signal;      /* that ended it; 0: none */
  bool timed_out;
  double seconds;
  char *fault; /* (owned) why it could not be run, or NULL */
} DnnChild;

/* Takes `arguments`. */
DnnChild *dnn_child_new (char **arguments);
void dnn_child_free (DnnChild *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnChild, dnn_child_free)

/* Runs all of an array of DnnChild, `n_parallel` at a time, each for at most
 * `seconds`, and returns when the last is done. */
void dnn_child_run_all (GPtrArray *children, unsigned n_parallel,
                        double seconds);

/* --- the same, watched --------------------------------------------------- */

/* Children that are run together. */
typedef struct DnnCrowd DnnCrowd;

/* Borrows `children`.  `seconds` 0: they have all the time there is.  `done`,
 * NULL or not, is called as each is done, in the thread that runs them. */
DnnCrowd *dnn_crowd_new (GPtrArray *children, unsigned n_parallel,
                         double seconds,
                         void (*done) (void *data, DnnChild *child),
                         void *data);
void dnn_crowd_free (DnnCrowd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCrowd, dnn_crowd_free)

/* Until all are done, or those started before an interruption. */
void dnn_crowd_run (DnnCrowd *self);
/* Starts no more and sends SIGINT to those that are alive; called again,
 * SIGKILL.  To be called in the thread that runs them. */
void dnn_crowd_interrupt (DnnCrowd *self);
bool dnn_crowd_is_interrupted (const DnnCrowd *self);
/* Where sources can be attached that shall be heard while they run.
 * Returns: (transfer none). */
GMainContext *dnn_crowd_context (const DnnCrowd *self);

DNN_END_DECLS
