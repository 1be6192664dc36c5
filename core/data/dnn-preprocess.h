/* dnn-preprocess.h - what is done to inputs before a model sees them
 *
 * An ordered list of steps, each learnt from the training rows.  It is stored
 * with the model, so that evaluate and predict do the same.
 */
#pragma once

#include "dnn-data-step.h"
#include "dnn-experiment.h"
#include "dnn-target-scale.h"

DNN_BEGIN_DECLS

typedef struct DnnPreprocess {
  GPtrArray *steps;   /* (owned) of DnnDataStep, in the order they are applied;
                       * NULL: none */
  char **class_names; /* (owned) NULL if there are none */
  char **columns;     /* (owned) names of a table's inputs, or NULL */
  DnnTargetScale *targets; /* (owned reference) NULL: targets are as they are */
  char *kinds; /* (owned) of these: see DnnCsvOptions; NULL: not known yet */
  /* (owned) the second part: steps and columns of the second input, classes of
   * the second target; and so on.  NULL: there is none. */
  struct DnnPreprocess *next;
} DnnPreprocess;

/* Of the one step `scale`. */
DnnPreprocess *dnn_preprocess_new (double scale);
/* Of the steps that a section [data] asks for, not learnt yet. */
DnnPreprocess *dnn_preprocess_new_for (const DnnDataSettings *settings);
void dnn_preprocess_free (DnnPreprocess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPreprocess, dnn_preprocess_free)

/* Part i, from 0; one beyond the last has neither steps nor names.
 * Returns: (transfer none). */
const DnnPreprocess *dnn_preprocess_part (const DnnPreprocess *self,
                                          uint32_t i);

/* True if [data] asks for a step by its key. */
bool dnn_preprocess_is_set (const DnnExperiment *experiment);

/* Takes the steps of `from`, for inputs and targets, learnt as they are; names
 * stay its own. */
void dnn_preprocess_take_steps (DnnPreprocess *self, const DnnPreprocess *from);

/* Takes the kinds of columns from their step. */
void dnn_preprocess_take_kinds (DnnPreprocess *self);

/* The step of that type, or NULL. */
const DnnDataStep *dnn_preprocess_find (const DnnPreprocess *self,
                                        const DnnDataStepType *type);
/* Names of the numbers of a row after the step of columns, or NULL.
 * Returns: (transfer full). */
char **dnn_preprocess_names (const DnnPreprocess *self);
/* Numbers of a row that the first step which minds takes; 0: any. */
int64_t dnn_preprocess_size (const DnnPreprocess *self);

/* Learns every step from the split's rows as those before it leave them; of
 * every part from its input. */
bool dnn_preprocess_fit (DnnPreprocess *self, const DnnSplit *split,
                         GError **error);

/* The shape of rows of this shape after all steps. */
DnnShape dnn_preprocess_shape (const DnnPreprocess *self, const DnnShape *row);

/* True if every step takes rows of this shape. */
bool dnn_preprocess_takes (const DnnPreprocess *self, const DnnShape *row);

/* Numbers for each row that dnn_preprocess_rows wants to work in, for rows of
 * this shape: 0 unless a step changes it. */
int64_t dnn_preprocess_scratch (const DnnPreprocess *self, const DnnShape *row);

/* `n` rows, of these numbers, gathered and transformed, to `out`.  `scratch`
 * has room for n times the above, or is NULL where that is 0.  Nothing is
 * allocated. */
void dnn_preprocess_rows (const DnnPreprocess *self, const DnnSource *inputs,
                          const int64_t *rows, int64_t n, float *scratch,
                          float *out);
/* The same in two parts, between which training rows may be changed: all steps
 * but the late ones, and these, over `n` rows of `size` numbers in place. */
void dnn_preprocess_early (const DnnPreprocess *self, const DnnSource *inputs,
                           const int64_t *rows, int64_t n, float *scratch,
                           float *out);
void dnn_preprocess_late (const DnnPreprocess *self, int64_t n, int64_t size,
                          float *rows);

/* Numbers of one row as the file has it, but for words, holes and offsets,
 * which are as the step of columns leaves them: where there is none, the
 * file's. */
int64_t dnn_preprocess_plain_size (const DnnPreprocess *self,
                                   const DnnSource *inputs);
void dnn_preprocess_plain_row (const DnnPreprocess *self,
                               const DnnSource *inputs, int64_t row,
                               float *out);

/* Numbers of any element, as the ends of a range, to what the steps make of
 * them, as far as these treat all elements alike. */
void dnn_preprocess_range (const DnnPreprocess *self, double *x, int64_t n);

/* --- in a model's file --------------------------------------------------- */

/* Adds steps and names to the file, which borrows the steps' tensors. */
void dnn_preprocess_add (const DnnPreprocess *self, DnnSafetensors *file);
/* Reads the steps of a model file that take `size` numbers per row.  A step
 * that this program does not know is DNN_ERROR_FORMAT. */
DnnPreprocess *dnn_preprocess_read (const DnnSafetensors *file, int64_t size,
                                    GError **error);

DNN_END_DECLS
