/* dnn-row-window.h - the rows of one pool, copied out of mapped files
 *
 * A system may keep much more of a mapped file in memory than was looked at,
 * whole large pages of it for one row, so what is looked at in any order is
 * copied, and the file's pages are given back at once.  Borrows the split.
 */
#pragma once

#include "dnn-row-order.h"

DNN_BEGIN_DECLS

typedef struct DnnRowWindow DnnRowWindow;

/* With room for any pool of `order`. */
DnnRowWindow *dnn_row_window_new (const DnnSplit *split,
                                  const DnnRowOrder *order, GError **error);
void dnn_row_window_free (DnnRowWindow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRowWindow, dnn_row_window_free)

/* Copies the rows of the order's pool: slot i becomes row i. */
void dnn_row_window_load (DnnRowWindow *self, const DnnRowOrder *order);

/* The sources that hold them, as a split. */
const DnnSplit *dnn_row_window_split (const DnnRowWindow *self);

/* Gives the memory back until the next pool is loaded. */
void dnn_row_window_rest (DnnRowWindow *self);

DNN_END_DECLS
