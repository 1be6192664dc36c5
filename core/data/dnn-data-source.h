/* dnn-data-source.h - which files a section [data] means
 *
 * A data set by name is looked up in DNN_DATA_DIR and then where the system's
 * packages put it; files by name are taken as they are written.
 */
#pragma once

#include <dnn/abi/param.h>

#include "dnn-spec.h"

DNN_BEGIN_DECLS

/* How rows are parted: values of the key `split`. */
typedef enum DnnSplitWay {
  DNN_SPLIT_LAST, /* in the file's order */
  DNN_SPLIT_RANDOM,
  DNN_SPLIT_STRATIFIED, /* each class as all of them */
  DNN_SPLIT_TIME        /* the latest last */
} DnnSplitWay;

typedef struct DnnDataSettings {
  const char *dataset; /* interned, as all of these; "" where not given */
  const char *inputs;
  const char *targets;
  const char *weights; /* of the training rows */
  const char *validation_inputs;
  const char *validation_targets;
  const char *test_inputs;
  const char *test_targets;
  int32_t format;     /* DnnFormat */
  const char *target; /* of tables: see DnnCsvOptions, as the next three */
  const char *ignore_columns;
  int32_t header;
  int32_t missing;
  bool missing_flags;
  const char *categories;
  const char *weight_column;
  const char *time;
  const char *group;
  const char *memory_limit; /* "300M"; "": none */
  int64_t validation_first;
  double validation_split;
  double test_split;
  int64_t folds, fold; /* that fold of so many validates; 0: no folds */
  int32_t split;       /* DnnSplitWay */
  int64_t split_seed;
  double scale;
  bool standardize;
  int64_t discretize; /* bins; 0: numbers stay as they are */
  double discretize_epsilon;
  const char *augment; /* a chain; "": none */
  bool standardize_targets;
  DnnInts image_size; /* of pictures: a side, or height and width; n = 0: all
                       * have one size */
  int32_t channels;   /* 0: gray if all are, else RGB; 1 to 3: 1, 3 and 4 */
  int32_t resize;     /* DnnResize */
  DnnInts keep_classes;
  int64_t positive_class;
  const char *class_names;
  int64_t train_limit;
  bool reads_extras; /* no key: these are the rows that are parted */
} DnnDataSettings;

/* A pair of files; NULL where there is none.  Targets alone are NULL where the
 * file of the inputs has them too. */
typedef struct DnnDataFiles {
  char *inputs;  /* (owned) */
  char *targets; /* (owned) */
} DnnDataFiles;

typedef struct DnnDataSource {
  DnnDataSettings settings;
  DnnDataFiles train, validation, test;
  int64_t memory_limit;    /* bytes; 0: none */
  const char *class_names; /* the user's, else the data set's, else "" */
} DnnDataSource;

/* The keys alone; NULL: their defaults. */
bool dnn_data_settings_parse (const DnnSpec *section,
                              DnnDataSettings *ret_settings, GError **error);

DnnDataSource *dnn_data_source_new (const DnnSpec *section, GError **error);
void dnn_data_source_free (DnnDataSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataSource, dnn_data_source_free)

DNN_END_DECLS
