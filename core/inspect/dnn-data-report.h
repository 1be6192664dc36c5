/* dnn-data-report.h - what there is in the data, and what is odd about it
 *
 * One pass over every split, as the section [data] makes them: after
 * validation_first, keep_classes and the like, before scaling.
 */
#pragma once

#include "dnn-data.h"
#include "dnn-registry.h"

DNN_BEGIN_DECLS

/* Of one kind of number; all 0 where there is no finite one. */
typedef struct DnnDataRange {
  double least, most, mean;
  int64_t n_bad; /* numbers that are not finite */
} DnnDataRange;

typedef struct DnnSplitReport {
  const char *name; /* "train", "validation", "test" */
  const DnnSplit *split;
  DnnDataRange inputs;
  DnnDataRange targets;
  int64_t *classes;     /* (owned) rows of each class; NULL: no labels */
  int64_t n_unexpected; /* targets that the loss does not take */
  int64_t n_repeated;   /* rows like an earlier one (train), or like one of the
                         * training rows; -1: not looked for */
} DnnSplitReport;

enum { DNN_REPORT_MOST_SPLITS = 3, DNN_REPORT_MOST_CLASSES = 1000 };

typedef struct DnnDataReport {
  DnnSplitReport splits[DNN_REPORT_MOST_SPLITS];
  size_t n_splits;
  int64_t n_classes;   /* 0: targets are no labels, or too many */
  int64_t n_constant;  /* input columns that are the same in every row that
                        * trains */
  int64_t *constant;   /* (owned) which, from 0 */
  GPtrArray *findings; /* (owned) of DnnDataFinding */
} DnnDataReport;

/* Something that may spoil training, for people. */
typedef struct DnnDataFinding {
  const char *kind; /* "constant_columns" */
  char *text;       /* (owned) a sentence */
} DnnDataFinding;

/* The numbers that a model takes; all 0: nothing is known of it. */
typedef struct DnnDataExpected {
  DnnExpected targets[DNN_MAX_PARTS]; /* by the loss */
  bool indices; /* inputs are whole numbers that stand for something, as an
                 * embedding's */
  bool scaled;  /* the model ends in a layer without weights, which brings
                 * predictions to the size of the targets */
} DnnDataExpected;

/* Where the loss expects nothing, whole numbers from 0 to less than
 * DNN_REPORT_MOST_CLASSES are labels. */
DnnDataReport *dnn_data_report_new (const DnnData *data,
                                    const DnnDataExpected *expected);
void dnn_data_report_free (DnnDataReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataReport, dnn_data_report_free)

/* The numbers that the model and the loss of the experiment take; nothing if
 * it has no model. */
bool dnn_data_report_expect (DnnRegistry *registry,
                             const DnnExperiment *experiment,
                             const DnnData *data, DnnDataExpected *ret_expected,
                             GError **error);

DNN_END_DECLS
