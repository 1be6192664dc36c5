/* dnn-data-source.h - which files a section [data] means
 *
 * A data set by name is looked up in DNN_DATA_DIR and then where the system's
 * packages put it; files by name are taken as they are written.
 */
#pragma once

#include <dnn/abi/param.h>

#include "dnn-spec.h"

DNN_BEGIN_DECLS

/* Values of DnnDataSettings.format. */
enum { DNN_DATA_AUTO, DNN_DATA_IDX, DNN_DATA_NPY };

typedef struct DnnDataSettings {
  const char *dataset; /* interned, as all of these; "" where not given */
  const char *inputs;
  const char *targets;
  const char *weights; /* of the training rows */
  const char *validation_inputs;
  const char *validation_targets;
  const char *test_inputs;
  const char *test_targets;
  int32_t format;
  int64_t validation_first;
  double validation_split;
  double scale;
  bool standardize;
  DnnInts keep_classes;
  int64_t positive_class;
  const char *class_names;
  int64_t train_limit;
} DnnDataSettings;

/* A pair of files; NULL where there is none. */
typedef struct DnnDataFiles {
  char *inputs;  /* (owned) */
  char *targets; /* (owned) */
} DnnDataFiles;

typedef struct DnnDataSource {
  DnnDataSettings settings;
  DnnDataFiles train, validation, test;
  const char *class_names; /* the user's, else the data set's, else "" */
} DnnDataSource;

DnnDataSource *dnn_data_source_new (const DnnSpec *section, GError **error);
void dnn_data_source_free (DnnDataSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataSource, dnn_data_source_free)

DNN_END_DECLS
