/* probe.h - every plugin file there is, each opened in a process of its own
 */
#pragma once

#include <dnn-registry.h>

/* The result of opening a plugin; a file with several has one for each. */
typedef struct Probe {
  const DnnCandidate *candidate; /* its kind is known where it was opened */
  char *version;                 /* (owned) NULL: it cannot be used */
  char *summary;                 /* (owned) likewise */
  char *problem;                 /* (owned) NULL: it can be used */
  char *advice;                  /* (owned) what to do about the problem */
} Probe;

/* The plugins of a file, "layer/acme.lstm"; none if it cannot be opened.
 * Returns: (transfer full). */
char **probe_members (const char *path);

/* Opens every candidate of `list`, as dnn_registry_list returns it, adds those
 * that one file has beside the first, and marks which are shadowed.  Returns:
 * (transfer full): an array of Probe, in the order of kinds and names. */
GPtrArray *probe_all (GPtrArray *list);

/* "layer", or "?" if it is unknown. */
const char *probe_kind (const Probe *self);
