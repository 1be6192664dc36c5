/* dnn-conformance.h - a plugin's file against the whole of its contract
 *
 * Every check runs in a process of its own, with a time limit, so that what
 * crashes or hangs is a result like any other.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef enum DnnConformanceOutcome {
  DNN_CONFORMANCE_PASS,
  DNN_CONFORMANCE_FAIL,
  /* Not run: it is not for the kind, or a check it builds on fails. */
  DNN_CONFORMANCE_SKIP
} DnnConformanceOutcome;

typedef struct DnnConformanceResult {
  const char *check;
  const char *about; /* what it holds the plugin to, one line */
  DnnConformanceOutcome outcome;
  GPtrArray *problems; /* (owned) of char *: a sentence each */
  double seconds;
} DnnConformanceResult;

typedef struct DnnConformance {
  DnnKind kind;       /* 0: it could not be told */
  GPtrArray *results; /* (owned) of DnnConformanceResult, in the table's order;
                       * checks for other kinds are left out */
  unsigned n_failed;
} DnnConformance;

/* The plugin to check, and options.  All borrowed. */
typedef struct DnnConformanceTask {
  const char *path;
  const char *folders;     /* to look for other plugins in first; may be NULL */
  const char *which;       /* of several plugins, "layer/acme.lstm"; NULL: the
                            * one that there is */
  const char *only;        /* a check's name; NULL: all of them */
  const char *const *skip; /* names, NULL-terminated; NULL: none */
  uint64_t seed;
  double seconds;      /* a check may take */
  unsigned n_parallel; /* checks at a time */
  /* A program and its first words, NULL-terminated, that given the words
   * CHECK PATH SEED FOLDERS WHICH does what dnn_conformance_child does. */
  const char *const *program;
} DnnConformanceTask;

/* Name of check number `i`, and what it is about; NULL: there are no more. */
const char *dnn_conformance_name (size_t i, const char **ret_about);
/* True if check number `i` is for that kind. */
bool dnn_conformance_is_for (size_t i, DnnKind kind);

/* Runs the checks.  A check of an unknown name is an error; a plugin that
 * fails is a result. */
DnnConformance *dnn_conformance_run (const DnnConformanceTask *task,
                                     GError **error);
void dnn_conformance_free (DnnConformance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnConformance, dnn_conformance_free)

/* The child's part: runs one check and says what came of it, in lines that
 * dnn_conformance_run reads from the child's output.  Returns: (transfer
 * full). */
char *dnn_conformance_child (const char *check, const char *path, uint64_t seed,
                             const char *folders, const char *which,
                             GError **error);

DNN_END_DECLS
