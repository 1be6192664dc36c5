/* dnn-child.h - programs run beside this one, with a time limit
 *
 * For what may crash, hang or end the process: somebody's plugin.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnChild {
  char **arguments; /* (owned) the program and its words, NULL-terminated */
  void *data;       /* the caller's own */

  /* What came of it. */
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

DNN_END_DECLS
