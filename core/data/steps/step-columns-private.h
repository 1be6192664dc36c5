/* step-columns-private.h - parts of the step of columns */
#pragma once

#include "dnn-csv.h"
#include "dnn-data-steps.h"

DNN_BEGIN_DECLS

/* Numbers that one column becomes. */
int64_t dnn_columns_width (const DnnColumn *column);
/* Fills `n_words` and `codes` from the words. */
void dnn_columns_number_words (DnnColumn *column);
/* The place of a word among the column's; -1: it has not been seen. */
int64_t dnn_columns_find_word (const DnnColumn *column, double code);

bool dnn_columns_fit (DnnDataStep *step, DnnDataStepRows *rows, GError **error);
void dnn_columns_store (const DnnDataStep *step, DnnSafetensors *file);
/* Fills a step that is not learnt yet. */
bool dnn_columns_read (DnnDataStep *step, const DnnSafetensors *file,
                       int64_t size, GError **error);

DNN_END_DECLS
