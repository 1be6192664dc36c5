/* dnn-data-head.h - what the data of an experiment are, by their files' headers
 *
 * Pure data; nothing to free.  No row is read, but of a format whose header
 * does not tell how many there are.
 */
#pragma once

#include "dnn-array.h"
#include "dnn-shape.h"
#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnDataHead {
  DnnShapes inputs;  /* of one sample, without the batch */
  DnnShapes targets; /* likewise */
  int64_t rows; /* of the files that train, rows that are left out included */
  int64_t validation_rows; /* of files of their own; 0: there are none */
  bool validates;          /* some rows validate, wherever they come from */
  size_t bytes; /* of all splits in memory, in the files' element types */
  const char *augment; /* interned: the key; "": none */
} DnnDataHead;

/* From the section [data]. */
bool dnn_data_head_read (const DnnSpec *section, DnnDataHead *ret_head,
                         GError **error);

DNN_END_DECLS
