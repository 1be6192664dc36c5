/* dnn-row-order.h - the order in which an epoch goes through rows
 *
 * The file's order, or a permutation of all rows; and, where rows are more
 * than fit into memory, pools of rows, one after another:
 *
 *   1. n rows are blocks of `block` neighbours, the last one maybe shorter;
 *   2. the blocks are permuted, by the key;
 *   3. `n_blocks` blocks that follow each other there make a pool;
 *   4. pool k's rows are permuted, by the key with stream 1 + k.
 *
 * So a pool is a sample of the whole file, and only its rows are looked at
 * until the next one begins.  The order is a function of n, block, n_blocks
 * and the key, and of nothing else.
 */
#pragma once

#include "dnn-data.h"
#include "dnn-random.h"

DNN_BEGIN_DECLS

typedef struct DnnRowOrder DnnRowOrder;

/* `block` 0: all rows are one pool, permuted by the key itself. */
DnnRowOrder *dnn_row_order_new (int64_t n, int64_t block, int64_t n_blocks,
                                GError **error);
/* For the rows of a split: pools where they lie in files that are mapped, and
 * take more than half of the memory limit, of as many rows as that half holds
 * (a row counts as its bytes in all sources and 24 more);
 * blocks of 1 MiB, or 1/64 of a pool where that is less, and never less than a
 * row. */
DnnRowOrder *dnn_row_order_new_for (const DnnData *data, const DnnSplit *split,
                                    GError **error);
void dnn_row_order_free (DnnRowOrder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRowOrder, dnn_row_order_free)

/* From now on: the file's order where `key` is NULL, else as above. */
void dnn_row_order_set (DnnRowOrder *self, const DnnKey *key);

/* Rows `first` and on of the order, n at most, as far as they lie in one pool.
 * Writes their numbers and, where `ret_slots` is not NULL, their slots in the
 * pool.  Returns how many. */
int64_t dnn_row_order_get (DnnRowOrder *self, int64_t first, int64_t n,
                           int64_t *ret_numbers, int64_t *ret_slots);

/* The slots of number `i` and on, n at most, as far as they are in the pool
 * that the last row was of.  `*ret_n` becomes how many. */
const int64_t *dnn_row_order_peek (const DnnRowOrder *self, int64_t i,
                                   int64_t n, int64_t *ret_n);

/* True if there is more than one pool, and the rows of the largest. */
bool dnn_row_order_has_pools (const DnnRowOrder *self);
int64_t dnn_row_order_most (const DnnRowOrder *self);

/* The pool that the last row was of: which one, how many rows, and the number
 * of the one in slot `i`, as the pool was before it was permuted. */
int64_t dnn_row_order_pool (const DnnRowOrder *self);
int64_t dnn_row_order_pool_size (const DnnRowOrder *self);
int64_t dnn_row_order_pool_number (const DnnRowOrder *self, int64_t i);

/* Gives memory back until the next row is asked for. */
void dnn_row_order_rest (DnnRowOrder *self);

DNN_END_DECLS
