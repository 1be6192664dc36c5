/* dnn-data.h - training, validation and test rows, as an experiment says
 *
 * Inputs and targets stay in their files' element type; rows are converted as
 * batches are gathered.
 *
 * Where there is a memory limit, half of it is for rows: see dnn-row-order.h.
 */
#pragma once

#include "dnn-build.h"
#include "dnn-experiment.h"
#include "dnn-preprocess.h"
#include "dnn-shape.h"
#include "dnn-split.h"

DNN_BEGIN_DECLS

/* A change of labels: other numbers for some classes, or 1 and 0. */
typedef struct DnnRelabel {
  DnnInts keep;     /* class keep.at[i] becomes i; n = 0: all as they are */
  int64_t positive; /* this class becomes 1, all others 0; -1: none */
} DnnRelabel;

typedef struct DnnData {
  DnnSplit *train;           /* (owned) */
  DnnSplit *validation;      /* (owned) NULL where there is none */
  DnnSplit *test;            /* (owned) NULL where there is none */
  DnnPreprocess *preprocess; /* (owned) */
  DnnRelabel relabel;
  bool cut_last; /* the last training rows in the file's order validate */
  int64_t memory_limit; /* bytes, half of them for rows; 0: none */
  const char *augment;  /* interned: layers that change training rows; "" or
                         * NULL:  none */
  DnnPlace augment_place;
} DnnData;

/* From the section [data]. */
DnnData *dnn_data_load (const DnnSpec *section, GError **error);
/* The same for a model that has been trained: the steps are those of its
 * preprocessing, words in the target are its classes, and the inputs of a table
 * with a header its columns, by name. */
DnnData *dnn_data_load_like (const DnnSpec *section, const DnnPreprocess *like,
                             GError **error);
/* From arrays in memory: all rows train. */
DnnData *dnn_data_new (DnnArray *inputs, DnnArray *targets, GError **error);
/* The same from sources of any kind, of which each has as many rows. */
DnnData *dnn_data_new_sources (const DnnSources *inputs,
                               const DnnSources *targets, GError **error);
void dnn_data_free (DnnData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnData, dnn_data_free)

/* Shapes of one sample, as a model sees it: of all inputs and targets, and of
 * the first ones. */
DnnShapes dnn_data_input_shapes (const DnnData *self);
DnnShapes dnn_data_target_shapes (const DnnData *self);
DnnShape dnn_data_input_shape (const DnnData *self);
DnnShape dnn_data_target_shape (const DnnData *self);
/* True if the steps take the rows of every input. */
bool dnn_data_takes_rows (const DnnData *self);

/* Checks every split: inputs and targets finite, and targets whole numbers in
 * the expected range, where one is; `expected` has one for each target.  The
 * sentence names file, row and column. */
bool dnn_data_check (const DnnData *self, const DnnExpected *expected,
                     GError **error);

/* The first target of `n` rows, of these numbers in the arrays, relabelled, to
 * `out`; and target number `i`. */
void dnn_data_targets (const DnnData *self, const DnnSplit *split,
                       const int64_t *rows, int64_t n, float *out);
void dnn_data_targets_at (const DnnData *self, const DnnSplit *split,
                          uint32_t i, const int64_t *rows, int64_t n,
                          float *out);
/* The same as a loss is given them: standardized, where [data] says so. */
void dnn_data_loss_targets (const DnnData *self, const DnnSplit *split,
                            uint32_t i, const int64_t *rows, int64_t n,
                            float *out);

/* The inputs of a file without targets, or with targets that are not looked at,
 * for a model trained with this section [data] (NULL: none) and this
 * preprocessing, which takes `n` numbers a row.
 * Returns: (transfer full): NULL with an error. */
DnnSource *dnn_data_load_inputs (const char *path, const DnnSpec *section,
                                 const DnnPreprocess *like, int64_t n,
                                 GError **error);

DNN_END_DECLS
