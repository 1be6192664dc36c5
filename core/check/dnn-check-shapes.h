/* dnn-check-shapes.h - shapes that a plugin is asked about
 *
 * Of 1 to 8 dimensions, with sizes of 0, 1, 2, primes and far too many.  The
 * first size, the batch, is never 0: the host has no empty batches.
 */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

/* Shape number `i`; false: there are no more. */
bool dnn_check_odd_shape (size_t i, DnnShape *ret_shape);

/* `inputs` with one size changed, number `i`; false: there are no more. */
bool dnn_check_odd_inputs (const DnnShape *inputs, uint32_t n_inputs, size_t i,
                           DnnShape *ret_inputs);

/* True if tensors of these shapes can be computed with in no time. */
bool dnn_check_is_quick (const DnnShape *shapes, uint32_t n);
bool dnn_check_is_quick_list (const DnnDeclaredList *list);

/* "(5, 0, 3) and (5, 3)" */
char *dnn_check_shapes_to_string (const DnnShape *shapes, uint32_t n);

/* Calls `body` with a checker for each odd set of `n` inputs (any number of
 * copies of an odd shape, and the subject's own inputs with a size changed)
 * that build takes. */
void dnn_check_each_shape (DnnChecker *checker, uint32_t n,
                           void (*body) (DnnChecker *odd));

DNN_END_DECLS
