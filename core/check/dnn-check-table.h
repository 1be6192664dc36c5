/* dnn-check-table.h - every check there is
 *
 * A new check is a row of the table, and a function per kind that it is for in
 * kind-checks.c.
 */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

/* A check that looks at the file; any other looks at a component. */
struct DnnFileChecker;

/* A check runs where every check of the stages before it passes: what cannot
 * be loaded has no gradient. */
typedef enum DnnCheckStage {
  DNN_CHECK_FILE,       /* is not opened */
  DNN_CHECK_LOADING,    /* by it the plugin's kind is known */
  DNN_CHECK_DESCRIPTOR, /* what it says of itself, and its example */
  DNN_CHECK_BEHAVIOUR,  /* the rest */
  DNN_CHECK_N_STAGES
} DnnCheckStage;

typedef struct DnnCheckRow {
  const char *name;
  const char *about; /* one line */
  DnnCheckStage stage;
  /* For every kind.  NULL: each kind has its own, or is not checked so. */
  void (*of_file) (struct DnnFileChecker *self);
} DnnCheckRow;

/* Ends with a row without a name. */
extern const DnnCheckRow dnn_check_table[];

/* --- the checks of files ------------------------------------------------- */

void dnn_check_binary (struct DnnFileChecker *self);
void dnn_check_load (struct DnnFileChecker *self);
void dnn_check_descriptor (struct DnnFileChecker *self);
void dnn_check_example (struct DnnFileChecker *self);
void dnn_check_parameters (struct DnnFileChecker *self);
void dnn_check_foreign (struct DnnFileChecker *self);

DNN_END_DECLS
