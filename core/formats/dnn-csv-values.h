/* dnn-csv-values.h - cells that are numbers to people: 1,234, 10%, dates, yes
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* A whole number or a decimal whose thousands are parted by commas. */
bool dnn_csv_parse_thousands (const char *text, size_t n, double *ret_value);

/* yes or no, in any case: 1 or 0. */
bool dnn_csv_parse_yes (const char *text, size_t n, double *ret_value);

/* Days since 1970-01-01 of a date, YYYY-MM-DD, YYYY/MM/DD or DD.MM.YYYY, with
 * a time after a blank or T where there is one: HH:MM, HH:MM:SS, a fraction, Z
 * or +HH:MM.  A time alone is a share of a day.  The calendar is Gregorian, and
 * a day that it does not have is no date. */
bool dnn_csv_parse_date (const char *text, size_t n, double *ret_value);

/* The number that stands for a word: 52 bits of its FNV-1a hash (Fowler, Noll,
 * Vo), the same in every file. */
double dnn_csv_word_code (const char *word);

/* The fault of a cell that is no number: "no number", or that float32 does
 * not reach so far. */
const char *dnn_csv_fault_of (const char *text);

DNN_END_DECLS
