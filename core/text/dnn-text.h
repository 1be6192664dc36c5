/* dnn-text.h - words set in lines for a terminal, and numbers */
#pragma once

#include <stdint.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

enum { DNN_TEXT_WIDTH = 80 };

/* Appends `words`, from where the last line of `text` ends, broken at blanks so
 * that no line is wider than DNN_TEXT_WIDTH; lines after the first begin with
 * `indent` blanks.  A word that is wider than a line stays whole.  Counts
 * characters, not bytes. */
void dnn_text_fill (GString *text, const char *words, size_t indent);

/* A row: `label` behind two blanks, then `words` from column `indent` on, on a
 * line of their own where the label reaches into it. */
void dnn_text_row (GString *text, const char *label, const char *words,
                   size_t indent);

/* "1,234,567". */
char *dnn_format_count (int64_t n);
/* "0.8312", and "4.5336e-05" for what four decimals would make 0.  A loss or a
 * metric as people read it. */
char *dnn_format_value (double value);
/* "2.06 MB", in steps of 1024. */
char *dnn_format_bytes (double n);

DNN_END_DECLS
