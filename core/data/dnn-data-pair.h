/* dnn-data-pair.h - inputs and targets, from one file or from two */
#pragma once

#include "dnn-array.h"
#include "dnn-data-source.h"
#include "dnn-preprocess.h"

DNN_BEGIN_DECLS

typedef struct DnnDataPair {
  DnnArray *inputs;        /* (owned reference) */
  DnnArray *targets;       /* (owned reference) */
  const char *inputs_name; /* interned, as the next */
  const char *targets_name;
  char **columns; /* (owned) names of a table's inputs, or NULL */
  char **classes; /* (owned) what words in the target became, or NULL */
} DnnDataPair;

/* Reads both.  Columns and classes are those of `like`, where it has some.
 * Whether there are as many rows of both is not looked at. */
bool dnn_data_pair_load (DnnDataPair *self, const DnnDataFiles *files,
                         const DnnDataSource *source, const DnnPreprocess *like,
                         GError **error);
void dnn_data_pair_clear (DnnDataPair *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnDataPair, dnn_data_pair_clear)

/* The inputs of a file without targets, or with targets that are not looked at,
 * for a model trained with this section [data] (NULL: none) and this
 * preprocessing, which takes `n` numbers a row. */
DnnArray *dnn_data_load_inputs (const char *path, const DnnSpec *section,
                                const DnnPreprocess *like, int64_t n,
                                GError **error);

DNN_END_DECLS
