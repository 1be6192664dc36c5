/* dnn-text.h - words set in lines for a terminal */
#pragma once

#include <stdbool.h>

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

DNN_END_DECLS
