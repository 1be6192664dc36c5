/* dnn-other-table.h - the section [data] of a model with another table in it */
#pragma once

#include "dnn-experiment.h"

DNN_BEGIN_DECLS

/* An experiment whose [data] reads the rows of `path`, all of them and each
 * counting once, as the model with the experiment `own` reads its own: same
 * target, classes and missing cells, no splits and no weights.  `by_name`:
 * whether the model knows its columns by name, so that no other need be left
 * out.  Returns: (transfer full). */
DnnExperiment *dnn_other_table_new (const DnnExperiment *own, const char *path,
                                    bool by_name);

DNN_END_DECLS
