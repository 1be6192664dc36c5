/* dnn-test-formula.h - a source and two steps that only tests have
 *
 * A program that has dnn-test-formula.c among its sources brings tables of its
 * own: `inputs = formula:SEED` are FORMULA_ROWS rows of FORMULA_COLUMNS numbers
 * and a label from 0 to 2 each, made when they are asked for.  A section [data]
 * that names them doubles its inputs; `inputs = formula:SEED:sum` appends their
 * sum to each row, too.
 */
#pragma once

#include "dnn-data-steps.h"
#include "dnn-sources.h"

enum { FORMULA_ROWS = 40, FORMULA_COLUMNS = 4 };

/* Element j of row i. */
float dnn_test_formula (int64_t seed, int64_t i, int64_t j);

/* Rows of numbers, or of one label each. */
DnnSource *dnn_test_formula_new (int64_t seed, bool labels);

extern const DnnDataStepType dnn_test_double_type;
extern const DnnDataStepType dnn_test_sum_type;
