/* dnn-table-choice.h - an experiment for a table and a target, chosen
 *
 * Whoever has data and knows what is to be predicted gets an experiment to
 * begin with: split, columns, standardization, loss, metrics, layers,
 * optimizer, and an end.  It is a text like any other, and repeats to the same
 * bits.
 */
#pragma once

#include "dnn-experiment.h"

DNN_BEGIN_DECLS

typedef struct DnnTableChoice {
  DnnExperiment *experiment; /* (owned) */
  char *report;              /* (owned) what was chosen, a line each */
} DnnTableChoice;

/* True if a file's name is one of data: .csv, .tsv, .txt, .npz, .npy, each also
 * .gz. */
bool dnn_table_is_named (const char *path);

typedef struct DnnTableOptions {
  const char *target; /* column to predict; NULL: the last */
  const char *layers; /* a chain; NULL: the template's */
  /* Sections [model], [train] and [optimizer] for a target of classes and for
   * a number.  In `layers`, $wide, $narrow, $outputs, $scale and $offset stand
   * for numbers that follow from the data. */
  const DnnExperiment *classes, *number;
  /* NULL-terminated, as of --set: what is said here is not chosen.  May be
   * NULL. */
  const char *const *sets;
} DnnTableOptions;

/* Reads the file three times: for its columns, its target, and its split. */
DnnTableChoice *dnn_table_choice_new (const char *path,
                                      const DnnTableOptions *options,
                                      GError **error);
void dnn_table_choice_free (DnnTableChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTableChoice, dnn_table_choice_free)

DNN_END_DECLS
