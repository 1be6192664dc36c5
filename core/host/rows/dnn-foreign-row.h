/* dnn-foreign-row.h - what a plugin is called elsewhere, read from its text
 *
 * A row of DnnPlugin.foreign has four texts.  A name there is one word; several
 * are parted by blanks, and have the same parameters and weights.  Parameters,
 * parted by blanks:
 *
 *   ours=NAME        the attribute NAME there
 *   ours             the attribute of the same name
 *   ours=@NAME       the attribute names a plugin there: relu, "ReLU"
 *   ours=@TENSOR.1   size of axis 1 of a tensor there
 *   ours=?TENSOR     whether that tensor is there
 *   ours=1-NAME      1 less the attribute (momentum)
 *   ours='text'      always this
 *
 * Weights, parted by blanks: ours=THEIRS[+THEIRS...][:AXES][{FROM>TO}].  THEIRS
 * may be a path (query_dense/vars/0); several are added.  AXES: for each of our
 * axes the digit of theirs, after a split AXIS/SIZE, if there is one: axis 0 of
 * W:0/C,3401 is two, the first C long (C: columns of the layer's input; a
 * number; or a parameter of ours).  An axis that is not named has size 1.
 * {i,o>o,i}: equal blocks of the last axis, theirs and ours.
 */
#pragma once

#include <dnn/plugin.h>
#include <stdbool.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef enum DnnForeignSource {
  DNN_FOREIGN_ATTRIBUTE,
  DNN_FOREIGN_PLUGIN,
  DNN_FOREIGN_SIZE,
  DNN_FOREIGN_PRESENT,
  DNN_FOREIGN_REST,
  DNN_FOREIGN_CONSTANT
} DnnForeignSource;

typedef struct DnnForeignParam {
  char *ours; /* (owned) */
  DnnForeignSource source;
  char *theirs;  /* (owned) attribute, tensor or text */
  uint32_t axis; /* of a size */
} DnnForeignParam;

typedef struct DnnForeignWeight {
  char *ours;                  /* (owned) */
  char **theirs;               /* (owned) one or more, to be added */
  uint32_t n_axes;             /* 0: as they are */
  uint32_t axes[DNN_MAX_DIMS]; /* of theirs, after the split */
  bool is_split;
  uint32_t split;    /* axis of theirs that is two */
  char *split_size;  /* (owned) of the first of them; NULL: none is split */
  char **from, **to; /* (owned) blocks of the last axis; NULL: in order */
} DnnForeignWeight;

typedef struct DnnForeignRow {
  const char *system, *name; /* the plugin's, as they are written */
  char **names;              /* (owned) one or more: the words of `name` */
  GPtrArray *params;         /* (owned) of DnnForeignParam */
  GPtrArray *weights;        /* (owned) of DnnForeignWeight */
} DnnForeignRow;

/* How many rows the plugin has, and number `i` as it is written. */
uint32_t dnn_foreign_n_rows (const DnnPlugin *plugin);
const DnnForeign *dnn_foreign_at (const DnnPlugin *plugin, uint32_t i);

/* Reads a row.  DNN_ERROR_PLUGIN names the text, line and column. */
DnnForeignRow *dnn_foreign_row_parse (const DnnForeign *row, GError **error);
void dnn_foreign_row_free (DnnForeignRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnForeignRow, dnn_foreign_row_free)

/* The texts behind the rows; NULL: it has none. */
const char *dnn_plugin_onnx_function (const DnnPlugin *plugin);
const char *dnn_plugin_c_expression (const DnnPlugin *plugin);

DNN_END_DECLS
