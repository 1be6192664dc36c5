/* dnn-check-file.h - one check of a plugin's file, in this process
 *
 * Opens the plugin and runs it, so it is for a process that may be lost: the
 * conformance test runs each check in a child.
 */
#pragma once

#include "dnn-check-table.h"
#include "dnn-example.h"

DNN_BEGIN_DECLS

typedef struct DnnFileChecker {
  const char *path;
  const char *folders; /* of other plugins, separated by ':'; may be NULL */
  uint64_t seed;
  const char
      *which; /* of several plugins, "layer/acme.lstm"; NULL: the first */
  const char *check; /* the one that runs */

  GPtrArray *failures; /* (owned) of char *: a sentence each */

  /* From the stage DNN_CHECK_DESCRIPTOR on. */
  DnnRegistry *registry;   /* (owned) */
  const DnnPlugin *plugin; /* NULL: it was not opened */
  const DnnPlugin *code;   /* itself, or its base */
  DnnExample *example;     /* (owned) */
} DnnFileChecker;

void dnn_file_checker_init (DnnFileChecker *self, const char *path,
                            const char *folders, uint64_t seed);
void dnn_file_checker_clear (DnnFileChecker *self);

/* Runs a check; failures are then there, or not.  False: the check is not for
 * the plugin's kind. */
bool dnn_file_checker_run (DnnFileChecker *self, const DnnCheckRow *row);

/* Opens the plugin; false with a failure. */
bool dnn_file_checker_open (DnnFileChecker *self);

void dnn_file_checker_fail (DnnFileChecker *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* The example's inputs, or what is usual for the kind. */
DnnCheckSubject dnn_file_checker_subject (const DnnFileChecker *self,
                                          const char *spec);

/* The example's spec, then it with each bool the other way and each enum at
 * each of its values.  Returns: (transfer full): of char *. */
GPtrArray *dnn_file_checker_variants (const DnnFileChecker *self);
/* The example's spec with one parameter set. */
char *dnn_file_checker_spec_with (const DnnFileChecker *self,
                                  const DnnParam *param, const char *value);

DNN_END_DECLS
