/* dnn-table-target.h - what a table's targets are: classes or a number */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

/* More values are no classes. */
enum { DNN_TABLE_MOST_CLASSES = 20 };

typedef struct DnnTableTarget {
  int64_t n_classes; /* 0: a number */
  int64_t size;      /* numbers of a row */
  int64_t labels[DNN_TABLE_MOST_CLASSES];
  bool named;    /* words */
  bool in_order; /* 0, 1, ... without a gap */
} DnnTableTarget;

/* Of the training rows: words are classes; so are a few whole numbers of which
 * each is frequent. */
DnnTableTarget dnn_table_target_find (const DnnData *data);

DNN_END_DECLS
